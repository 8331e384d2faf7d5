/** Calls about jobs: whatever takes longer than a blink. */
import { z } from 'zod';
import { jobOptionsSchema, jobViewSchema } from '../jobs.ts';
import { jobKinds } from '../names.ts';
import { defineCalls, defineEvents, nothing } from './call.ts';

const jobId = z.strictObject({ id: z.int() });

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
  'jobs.setRemoved': {
    doc: 'Takes a job that does not run out of every list, or brings it back. What came of it stays.',
    input: z.strictObject({ id: z.int(), isRemoved: z.boolean() }),
    output: z.null(),
  },
  'jobs.running': { doc: 'Jobs that run or wait.', input: nothing, output: z.array(jobViewSchema) },
});

export const jobEvents = defineEvents({
  /** A job was queued, moved on or ended. At most five times a second a job. */
  'jobs.changed': jobViewSchema,
});
