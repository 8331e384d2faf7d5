/**
 * Jobs: work with a row in the library, so that it has a history, a state after a crash, and one way to end.
 *
 * A kind is one `defineJob`. Its `run` is an ordinary async function that commits in batches and is safe to repeat; the row tells
 * how it ended: succeeded with a result, failed with an error, cancelled (a state, not an error), or, when the process died,
 * interrupted at the next start.
 */
import type { z } from 'zod';
import { AppError, serialiseError } from '../base/errors.ts';
import type { AbortSignalLike, ProgressEvent, ReportProgress } from '../base/progress.ts';
import type { JobKind, JobRecord, JobState, JobWarning } from '../contract/index.ts';
import { throttleProgress } from './throttle.ts';

/**
 * What `run` is given besides its payload. Among its `deps` is a `keepWarning`, whatever the kind: what the work warns of through them is kept with the
 * job.
 */
export interface JobTools<Deps> {
  readonly deps: Deps;
  readonly signal: AbortSignalLike;
  readonly progress: ReportProgress;
  readonly jobId: number;
}

export interface JobDefinition<P extends z.ZodType, R extends z.ZodType, Deps> {
  readonly kind: JobKind;
  readonly payload: P;
  readonly result: R;
  run(payload: z.output<P>, tools: JobTools<Deps>): Promise<z.output<R>>;
}

/** Where job rows live. */
export interface JobRows {
  add(kind: JobKind, payload: unknown): number;
  get(id: number): JobRecord | undefined;
  start(id: number): void;
  progress(id: number, done: number, total: number | null, unit: string): void;
  warn(id: number, warning: JobWarning): void;
  end(
    id: number,
    state: JobState,
    outcome: { readonly result?: unknown; readonly error?: NonNullable<JobRecord['error']> },
  ): void;
}

/** A job kind; the types of payload and result follow from the schemas. */
export function defineJob<P extends z.ZodType, R extends z.ZodType, Deps>(
  definition: JobDefinition<P, R, Deps>,
): JobDefinition<P, R, Deps> {
  return definition;
}

export interface RunJobOptions<Deps> {
  readonly rows: JobRows;
  readonly deps: Deps;
  readonly signal: AbortSignalLike;
  readonly progress: ReportProgress;
  /** Milliseconds of a clock that does not go back. */
  readonly clock: () => number;
}

/** Adds a job and runs it now: what the command line does. Gives the result, or throws what `run` threw. */
export async function runNow<P extends z.ZodType, R extends z.ZodType, Deps extends object>(
  definition: JobDefinition<P, R, Deps>,
  payload: z.input<P>,
  options: RunJobOptions<Deps>,
): Promise<z.output<R>> {
  return await runQueued(definition, options.rows.add(definition.kind, payload), options);
}

/** A row is written to the disk each time, which others wait for: it need not be as new as what is shown. */
const rowIntervalMs = 2000;

/**
 * Runs a job that has a row: a queued one, or an interrupted or cancelled one again.
 * A payload that can no longer be read (written by another version) makes the job `failed`; it is never deleted.
 */
export async function runQueued<P extends z.ZodType, R extends z.ZodType, Deps extends object>(
  definition: JobDefinition<P, R, Deps>,
  id: number,
  options: RunJobOptions<Deps>,
): Promise<z.output<R>> {
  const { rows } = options;
  rows.start(id);
  let unwritten: ProgressEvent | null = null;
  let writtenAt = Number.NEGATIVE_INFINITY;
  const write = (): void => {
    if (unwritten === null) return;
    const { done, total, unit } = unwritten;
    unwritten = null;
    writtenAt = options.clock();
    rows.progress(id, done, total, unit);
  };
  try {
    const payload = definition.payload.safeParse(rows.get(id)?.payload);
    if (!payload.success) {
      throw new AppError('BAD_INPUT', `The stored settings of job ${id} cannot be read by this version.`);
    }
    const shown = throttleProgress((event) => {
      unwritten = event;
      if (options.clock() - writtenAt >= rowIntervalMs) write();
      options.progress(event);
    }, options.clock);
    const keepWarning = (warning: JobWarning): void => rows.warn(id, warning);
    const deps = { ...options.deps, keepWarning };
    const tools = { deps, signal: options.signal, progress: shown, jobId: id };
    const result = await definition.run(payload.data, tools);
    write();
    rows.end(id, 'succeeded', { result });
    return result;
  } catch (error) {
    write();
    const { code, message, action } = serialiseError(error);
    if (code === 'CANCELLED') rows.end(id, 'cancelled', {});
    else rows.end(id, 'failed', { error: { code, message, action } });
    throw error;
  }
}
