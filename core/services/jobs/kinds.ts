/**
 * Kinds of jobs of the window: what each runs, and in which lane.
 *
 * Lane `long` is for whatever may take minutes or hours, one job at a time: two that compute at once would only make each other
 * slow. Lane `short` is for what somebody waits for (an evaluation, evidence of one image, an LPM to train with): it runs beside a long job, again one at
 * a time, so that nobody waits an hour behind a training. Memory is then that of one long and one short job: with a ViT-B LPM at
 * 512 px about 0.7 GB for a training and 1.3 GB for the LPM. Both share the engine's process and the processor; the long job is
 * slower meanwhile and gives the same numbers. In a lane jobs run by age.
 *
 * A kind is added by its name in core/contract/names.ts, its schemas in core/contract/jobs.ts, a row here and its words
 * (`shell.jobKinds`): the compiler asks for each.
 */
import type { z } from 'zod';
import type { JobKind, JobPayload, JobRecord } from '../../contract/index.ts';
import type { JobDefinition } from '../../jobs/index.ts';
import type { ReadDb } from '../../store/index.ts';
import { classifyJob } from '../classification/classify.ts';
import { demoJob } from '../demo/demo.ts';
import { measureJob } from '../estimate/measure.ts';
import { evaluateJob } from '../evaluation/evaluate.ts';
import { evidenceJob } from '../evaluation/evidence.ts';
import { exportJob } from '../export/export.ts';
import { encodeJob } from '../features/encode.ts';
import { importJob } from '../import/import.ts';
import { curveJob } from '../labelling/curve.ts';
import { orderJob } from '../labelling/order.ts';
import { tryInt8Job } from '../labelling/try-int8.ts';
import { eraseJob } from '../library/erase.ts';
import { lpmAddJob } from '../lpm/add.ts';
import { replayJob } from '../replay/replay.ts';
import type { ServiceContext } from '../session/context.ts';
import { shortcutsJob } from '../shortcuts/shortcuts.ts';
import { trainAgain } from '../training/plan.ts';
import { compareJob } from './compare.ts';
import { trainJob } from './train.ts';

// The payloads differ by kind; each definition parses its own, so the table may forget their types.
export type AnyJob = JobDefinition<never, never, ServiceContext>;

export const lanes = ['long', 'short'] as const;
export type Lane = (typeof lanes)[number];

export interface JobKindRow {
  readonly definition: AnyJob;
  readonly lane: Lane;
  /**
   * Whether nothing else may run or wait when it is ordered, and nothing begins before it has ended: it takes away what other jobs read.
   */
  readonly isAlone?: boolean;
  /** What a job that ended early is to be asked when it goes on; undefined, or left out, where that is the same. */
  readonly again?: (db: ReadDb, job: JobRecord) => JobPayload<JobKind> | undefined;
}

const row = <P extends z.ZodType, R extends z.ZodType>(
  definition: JobDefinition<P, R, ServiceContext>,
  lane: Lane,
  more: Pick<JobKindRow, 'again' | 'isAlone'> = {},
): JobKindRow => ({ definition: definition as unknown as AnyJob, lane, ...more });

export const jobKindRows: Readonly<Record<JobKind, JobKindRow>> = {
  import: row(importJob, 'long'),
  encode: row(encodeJob, 'long'),
  train: row(trainJob, 'long', { again: trainAgain }),
  replay: row(replayJob, 'long'),
  compare: row(compareJob, 'long'),
  evaluate: row(evaluateJob, 'short'),
  classify: row(classifyJob, 'long'),
  evidence: row(evidenceJob, 'short'),
  shortcuts: row(shortcutsJob, 'short'),
  curve: row(curveJob, 'long'),
  order: row(orderJob, 'long'),
  'try-int8': row(tryInt8Job, 'long'),
  measure: row(measureJob, 'short'),
  demo: row(demoJob, 'long'),
  export: row(exportJob, 'long'),
  'lpm-add': row(lpmAddJob, 'short'),
  erase: row(eraseJob, 'long', { isAlone: true }),
};
