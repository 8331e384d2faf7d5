/** The core process of the window without the window: what a person would see of it, seen by a program. */
import { join } from 'node:path';
import { AppError } from '../core/base/errors.ts';
import type { CallInput, CallOutput, CoreCallName, JobView } from '../core/contract/index.ts';
import { CoreProcess } from '../electron/main/core-process.ts';

export interface CoreClient {
  /** The answer of one call, as the page gets it. Throws the AppError that was answered. */
  call<N extends CoreCallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** The job as it ended; `seen` is told of every change until then. Throws where it did not succeed. */
  ended(id: number, seen?: (job: JobView) => void): Promise<JobView>;
  close(): Promise<void>;
}

/** A core process over the library in `folder`. */
export function openCore(folder: string, log: (line: string) => void): CoreClient {
  const followers = new Set<(job: JobView) => void>();
  const core = new CoreProcess({
    node: process.execPath,
    entry: join(import.meta.dirname, '..', 'core', 'host', 'host.ts'),
    args: () => ['--library', folder],
    environment: {},
    onEvent: (name, payload) => {
      if (name === 'jobs.changed') for (const follow of followers) follow(payload as JobView);
    },
    onLog: (level, message) => {
      if (level !== 'info') log(`${level}: ${message}`);
    },
    onState: () => {},
  });
  core.start();
  const call: CoreClient['call'] = async (name, input) => (await core.call(name, input)) as never;
  return {
    call,
    ended: async (id, seen = () => {}) => {
      const job = await new Promise<JobView>((resolve, reject) => {
        const follow = (view: JobView): void => {
          if (view.id !== id) return;
          seen(view);
          if (view.isStoppable) return;
          followers.delete(follow);
          resolve(view);
        };
        followers.add(follow);
        // It may have ended before anybody listened.
        call('jobs.get', { id }).then(follow, reject);
      });
      if (job.state === 'succeeded') return job;
      throw new AppError('ENGINE_FAILED', `${job.kind} ended as ${job.state}: ${job.error?.message ?? 'no reason'}`);
    },
    close: () => core.quit(),
  };
}
