/** A job that runs, and what is shown of any job. */
import { serialiseError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ProgressEvent } from '../../base/progress.ts';
import type { JobRecord, JobView } from '../../contract/index.ts';
import type { TimeLeft } from '../../jobs/index.ts';
import type { Seen } from '../session/as-seen.ts';

export interface Running {
  readonly id: number;
  readonly isAlone: boolean;
  readonly stop: AbortController;
  readonly startedMs: number;
  progress: ProgressEvent | null;
  readonly left: TimeLeft;
  isPausing: boolean;
  /** Whether it gives way to something else, and is nothing to go on with. */
  isYielding: boolean;
  /** Whether its row says that it started, and how it ended. */
  isStartKept: boolean;
  isEndKept: boolean;
}

/** How a job is stopped. */
export type Stop = Pick<Running, 'isPausing' | 'isYielding'>;
/** For good, as far as its user means now. */
export const stopped: Stop = { isPausing: false, isYielding: false };

/** Does what nobody awaits, of which an error would end the process and every other job with it: it is logged, and `later` is called. */
export function unawaited(log: Logger, work: () => void, later: () => void): void {
  try {
    work();
  } catch (error) {
    const { code, message } = serialiseError(error);
    log.log('error', 'The queue stands still for a while', { code, message });
    later();
  }
}

/** What is shown of a job to who only reads: nothing goes on there. */
export function viewOfOthers(job: Seen<JobRecord>): JobView {
  return { ...viewOf(job, undefined, 0), isResumable: false };
}

/** What is shown of a job; `running` of one that runs, `now` in seconds of the clock that its start was read from. */
export function viewOf(job: Seen<JobRecord>, running: Running | undefined, now: number): JobView {
  const progress = running?.progress ?? null;
  return {
    ...job,
    ranSeconds: job.ranSeconds + (running === undefined ? 0 : now - running.startedMs / 1000),
    stage: progress?.stage ?? null,
    training: progress?.training ?? null,
    done: progress?.done ?? job.done,
    total: progress === null ? job.total : progress.total,
    unit: progress?.unit ?? job.unit,
    remainingSeconds: running?.left.at(now) ?? null,
    isStoppable: job.state === 'queued' || job.state === 'running',
    isResumable: job.state === 'cancelled' || job.state === 'failed' || job.state === 'interrupted',
  };
}
