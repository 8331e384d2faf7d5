/** Job rows of the library, as core/jobs wants them. */
import { performance } from 'node:perf_hooks';
import type { z } from 'zod';
import { type JobDefinition, type JobRows, runNow } from '../../jobs/index.ts';
import { addJob, endJob, jobById, type Library, saveJobProgress, startJob } from '../../store/index.ts';
import type { ServiceContext } from './context.ts';

/** The job table of a library. */
export function jobRows(library: Library, now: () => Date): JobRows {
  const time = (): string => now().toISOString();
  return {
    add: (kind, payload) => addJob(library.writer, kind, payload, time()),
    get: (id) => jobById(library.db, id),
    start: (id) => startJob(library.writer, id, time()),
    progress: (id, done, total, unit) => saveJobProgress(library.writer, id, done, total, unit),
    end: (id, state, outcome) => endJob(library.writer, id, state, outcome, time()),
  };
}

/** Runs a service as a job with a row in the library, now and in this process. `run` gets the context with throttled progress. */
export async function runAsJob<P extends z.ZodType, R extends z.ZodType>(
  definition: JobDefinition<P, R, ServiceContext>,
  payload: z.input<P>,
  context: ServiceContext,
): Promise<z.output<R>> {
  return await runNow(definition, payload, {
    rows: jobRows(context.library, context.now),
    deps: context,
    signal: context.signal,
    progress: context.progress,
    clock: () => performance.now(),
  });
}
