/**
 * Jobs of the process that writes a library, for a window that only reads it: nobody tells it of them, so it looks, and tells its page as the writer
 * tells its own. Without this a job that ran when the window was opened would run there for ever, and what it made would not be shown. A writer that dies
 * tells nobody: while a job runs, it is looked at whether anybody is there who does it.
 */
import { serialiseError } from '../base/errors.ts';
import type { EmitCoreEvent, JobView } from '../contract/index.ts';
import type { JobQueue } from '../services/jobs/queue.ts';
import { tellOfJob } from '../services/jobs/tell-of-job.ts';
import type { ServiceContext } from '../services/session/context.ts';

const everyMs = 2000;
/** So many of the newest jobs are looked at. */
const newest = 50;

/** Looks until it is closed. */
export function followOthers(
  { library, log }: Pick<ServiceContext, 'library' | 'log'>,
  queue: Pick<JobQueue, 'list'>,
  emit: EmitCoreEvent,
): { close(): void } {
  /** SQLite's number of what others have committed. */
  const committed = (): number => library.db.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  const look = (): Map<number, { readonly job: JobView; readonly text: string }> =>
    new Map(queue.list(undefined, newest).map((job) => [job.id, { job, text: JSON.stringify(job) }]));
  let isFailing = false;
  let version = committed();
  let known = look();
  const timer = setInterval(() => {
    try {
      const now = committed();
      const isRunning = [...known.values()].some(({ job }) => job.state === 'running');
      if (now === version && !isRunning) return;
      const found = look();
      for (const [id, { job, text }] of found) if (known.get(id)?.text !== text) tellOfJob(job, emit);
      [version, known, isFailing] = [now, found, false];
    } catch (error) {
      // A share that is not reached for a while: said once, and looked at again.
      const { code, message } = serialiseError(error);
      if (!isFailing) log.log('warn', 'Jobs of the other Sidelight cannot be followed', { code, message });
      isFailing = true;
    }
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
