/** Calls about jobs: whatever takes longer than a blink. */
import { z } from 'zod';
import { jobKinds } from '../names.ts';
import {
  addLpmOptionsSchema,
  classifyOptionsSchema,
  encodeOptionsSchema,
  evaluateOptionsSchema,
  importOptionsSchema,
  measureOptionsSchema,
  trainOptionsSchema,
} from '../options.ts';
import { jobRecordSchema, progressStageSchema, trainingProgressSchema } from '../records.ts';
import { exportOptionsSchema } from '../results/export.ts';
import { defineCalls, defineEvents, nothing } from './call.ts';
import { demoOptionsSchema } from './demo.ts';
import { evidenceOptionsSchema } from './evidence.ts';

/** A job as the tray shows it. */
export const jobViewSchema = jobRecordSchema.extend({
  /** What it is doing now, a key of `progressStages`; null unless running. */
  stage: progressStageSchema.nullable(),
  /** Where a training is; null unless its steps run. */
  training: trainingProgressSchema.nullable(),
  /** Seconds until its end as far as can be told from the speed so far. */
  remainingSeconds: z.number().nonnegative().nullable(),
  /** True while it can be stopped. */
  isStoppable: z.boolean(),
  /** True where running it again goes on where it stopped. */
  isResumable: z.boolean(),
});
export type JobView = z.infer<typeof jobViewSchema>;

const jobId = z.strictObject({ id: z.int() });

/** Options by kind of job: what `jobs.start` takes. */
export const jobOptionsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('import'), options: importOptionsSchema }),
  z.strictObject({ kind: z.literal('encode'), options: encodeOptionsSchema }),
  z.strictObject({ kind: z.literal('train'), options: trainOptionsSchema }),
  z.strictObject({ kind: z.literal('evaluate'), options: evaluateOptionsSchema }),
  z.strictObject({ kind: z.literal('classify'), options: classifyOptionsSchema }),
  z.strictObject({ kind: z.literal('evidence'), options: evidenceOptionsSchema }),
  z.strictObject({ kind: z.literal('measure'), options: measureOptionsSchema }),
  z.strictObject({ kind: z.literal('demo'), options: demoOptionsSchema }),
  z.strictObject({ kind: z.literal('export'), options: exportOptionsSchema }),
  z.strictObject({ kind: z.literal('lpm-add'), options: addLpmOptionsSchema }),
]);

export const jobCalls = defineCalls({
  'jobs.start': {
    doc: 'Queues a job and gives it. Long jobs run one after the other; short ones do not wait for them.',
    input: jobOptionsSchema,
    output: jobViewSchema,
  },
  'jobs.list': {
    doc: 'Jobs, newest first.',
    input: z.strictObject({
      kinds: z.array(z.enum(jobKinds)).optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    output: z.array(jobViewSchema),
  },
  'jobs.get': { doc: 'One job.', input: jobId, output: jobViewSchema },
  'jobs.stop': {
    doc: 'Asks a job to stop after what it is at; a queued one is taken out of the queue.',
    input: jobId,
    output: z.null(),
  },
  'jobs.pause': {
    doc: 'As jobs.stop, and marks the job as one that is to go on later.',
    input: jobId,
    output: z.null(),
  },
  'jobs.resume': {
    doc: 'Queues a stopped, failed or interrupted job again; it goes on where it stopped.',
    input: jobId,
    output: jobViewSchema,
  },
  'jobs.clear': {
    doc: 'Takes jobs that ended out of the list; paused ones stay. Gives how many.',
    input: nothing,
    output: z.int(),
  },
  'jobs.running': { doc: 'Jobs that run or wait.', input: nothing, output: z.array(jobViewSchema) },
});

export const jobEvents = defineEvents({
  /** A job was queued, moved on or ended. At most five times a second a job. */
  'jobs.changed': jobViewSchema,
});
