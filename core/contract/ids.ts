/**
 * Row numbers of patients, studies, series and instances, told apart by type: a study's number handed over where an instance's is
 * meant does not build. They are made where a row is read from the library and nowhere else. What can be of several kinds travels
 * as a target, kind and number in one value.
 */
import { z } from 'zod';
import type { ReadingUnit } from './names.ts';

export const patientIdSchema = z.int().brand<'PatientId', 'inout'>();
export type PatientId = z.infer<typeof patientIdSchema>;

export const studyIdSchema = z.int().brand<'StudyId', 'inout'>();
export type StudyId = z.infer<typeof studyIdSchema>;

export const seriesIdSchema = z.int().brand<'SeriesId', 'inout'>();
export type SeriesId = z.infer<typeof seriesIdSchema>;

export const instanceIdSchema = z.int().brand<'InstanceId', 'inout'>();
export type InstanceId = z.infer<typeof instanceIdSchema>;

export const readerIdSchema = z.int().brand<'ReaderId', 'inout'>();
export type ReaderId = z.infer<typeof readerIdSchema>;

/** What one label of the reading room is about. */
export const readingTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('study'), id: studyIdSchema }),
  z.strictObject({ kind: z.literal('series'), id: seriesIdSchema }),
  z.strictObject({ kind: z.literal('instance'), id: instanceIdSchema }),
]);
export type ReadingTarget = z.infer<typeof readingTargetSchema>;

/** What a label of a file or a reader was given to. */
export type LabelTarget = ReadingTarget | { readonly kind: 'patient'; readonly id: PatientId };

/** Where an image lies in the hierarchy of DICOM. */
export interface ImagePlace {
  readonly studyId: StudyId;
  readonly seriesId: SeriesId;
  readonly instanceId: InstanceId;
}

/** The target of kind `unit` that an image belongs to. */
export function targetOfImage({ studyId, seriesId, instanceId }: ImagePlace, unit: ReadingUnit): ReadingTarget {
  if (unit === 'study') return { kind: unit, id: studyId };
  return unit === 'series' ? { kind: unit, id: seriesId } : { kind: unit, id: instanceId };
}

/** Whether two targets are the same thing. */
export function isSameTarget(a: LabelTarget | null, b: LabelTarget | null): boolean {
  return a === b || (a !== null && b !== null && a.kind === b.kind && a.id === b.id);
}

/** A target as the key of a map or list: `study 3`. */
export function targetKey({ kind, id }: LabelTarget): string {
  return `${kind} ${id}`;
}
