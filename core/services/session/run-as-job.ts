/** Job rows of the library, as core/jobs wants them. */
import { performance } from 'node:perf_hooks';
import type { z } from 'zod';
import type { JobKind } from '../../contract/index.ts';
import { type JobDefinition, type JobRows, runNow } from '../../jobs/index.ts';
import {
  addJob,
  endJob,
  interruptedJobs,
  jobById,
  keepJobWarning,
  type Library,
  markJob,
  saveJobProgress,
  startJob,
} from '../../store/index.ts';
import { type ServiceContext, timeOf } from './context.ts';

/** The job table of a library. */
export function jobRows(library: Library, now: () => Date): JobRows {
  const time = (): string => now().toISOString();
  return {
    add: (kind, payload) => addJob(library.writer, kind, payload, time()),
    get: (id) => jobById(library.db, id),
    start: (id) => startJob(library.writer, id, time()),
    progress: (id, done, total, unit) => saveJobProgress(library.writer, id, done, total, unit),
    warn: (id, warning) => keepJobWarning(library.writer, id, warning, time()),
    end: (id, state, outcome) => endJob(library.writer, id, state, outcome, time()),
  };
}

/** Runs a service as a job with a row in the library, now and in this process. `run` gets the context with throttled progress. */
export async function runAsJob<P extends z.ZodType, R extends z.ZodType>(
  definition: JobDefinition<P, R, ServiceContext>,
  payload: z.input<P>,
  context: ServiceContext,
): Promise<z.output<R>> {
  const result = await runNow(definition, payload, {
    rows: jobRows(context.library, context.now),
    deps: context,
    signal: context.signal,
    progress: context.progress,
    clock: () => performance.now(),
  });
  endRepeated(context, definition.kind, definition.payload.parse(payload));
  return result;
}

/** What a killed process had begun, and the same command has done now, is not done once more by the next window. */
function endRepeated(context: ServiceContext, kind: JobKind, payload: unknown): void {
  const { db, writer } = context.library;
  const asked = JSON.stringify(payload);
  for (const job of interruptedJobs(db)) {
    if (job.kind !== kind || JSON.stringify(job.payload) !== asked) continue;
    endJob(writer, job.id, 'cancelled', {}, timeOf(context));
    markJob(writer, job.id, { isCleared: true });
  }
}
