/** Patients and studies that leave the library for good: what would go and what would stay, the order, and what was removed. */
import { z } from 'zod';
import { studyIdSchema } from '../ids.ts';
import { backupTreatments, deletePatientReportSchema } from './maintenance.ts';

const count = z.int().nonnegative();
const word = z.string().nullable();

/** At once: more would make an order that lists of jobs carry about. */
export const mostErasedStudies = 1000;

/** `patients`: whole patients, with every study of theirs. `studies`: these studies; a patient who has no other goes too. */
export const erasureExtents = ['patients', 'studies'] as const;
export type ErasureExtent = (typeof erasureExtents)[number];

/**
 * A study as it was when its deletion was looked at. Row numbers are given again after a deletion, so the mark says which study is meant: a keyed hash
 * of its UID, its patient, its number of images and whether the patient goes altogether, from which nobody can tell the study once it is gone.
 */
const markedStudySchema = z.strictObject({ id: studyIdSchema, mark: z.string().regex(/^[0-9a-f]{32}$/) });

export const eraseOptionsSchema = z.strictObject({
  studies: z.array(markedStudySchema).min(1).max(mostErasedStudies),
  backups: z.enum(backupTreatments).default('keep'),
});
export type EraseOptions = z.input<typeof eraseOptionsSchema>;

export const eraseReportSchema = deletePatientReportSchema.extend({ patients: count, studies: count });
export type EraseReport = z.infer<typeof eraseReportSchema>;

export const erasurePlanSchema = z.object({
  extent: z.enum(erasureExtents),
  /** Every study that goes, by patient. The mark is empty where the library is open for reading only. */
  studies: z.array(
    z.object({
      id: studyIdSchema,
      mark: z.string(),
      patientName: word,
      patientID: word,
      studyDate: word,
      studyDescription: word,
      images: count,
    }),
  ),
  /** Whom the studies belong to, and how many of them go altogether. */
  patients: count,
  wholePatients: count,
  /** Other studies of these patients, which stay. */
  otherStudies: count,
  images: count,
  /** Labels with their history, of every reader, and how many readers gave them. */
  labels: count,
  readers: count,
  comments: count,
  /** Results of classification: rows, of images and of studies. */
  predictions: count,
  /** Features and resized images. */
  records: count,
  /** Files that the library keeps of its own, and those elsewhere that it only refers to. */
  copies: count,
  originals: count,
  /** Data sets that they leave, with the studies that go from each and those that it still has. */
  datasets: z.array(z.object({ name: z.string(), goes: count, remains: count })),
  /** Models that were trained with them: they stay, and so does what they learned. */
  models: z.array(z.string()),
  /** Evaluations that are computed again from what is left, and trainings that cannot go on. */
  evaluations: count,
  unfinishedRuns: count,
  /** Studies of others whose headers carry the ID of a patient who goes: they stay, and the ID is forgotten there. */
  filedElsewhere: count,
  /** Backups inside the library, which may hold them. */
  backups: count,
});
export type ErasurePlan = z.infer<typeof erasurePlanSchema>;
