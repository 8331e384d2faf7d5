/** Checking and backing up a library in a thread of its own: both read all of it, and the process that answers must not wait. */
import { toError } from '../../base/errors.ts';
import { ThreadCaller } from '../../base/thread.ts';
import type { BackupReport, CheckReport } from '../../contract/results/maintenance.ts';
import { startThread } from '../threads/start.ts';

export interface MaintenanceCalls {
  check: { input: { readonly folder: string; readonly deep: boolean }; output: CheckReport };
  backup: { input: { readonly folder: string; readonly to: string | null }; output: BackupReport };
}

/** As checkLibrary. */
export async function checkLibraryAside(folder: string, deep: boolean): Promise<CheckReport> {
  return await runAside('check', { folder, deep });
}

/** As backUpLibrary. */
export async function backUpLibraryAside(folder: string, to: string | null): Promise<BackupReport> {
  return await runAside('backup', { folder, to });
}

async function runAside<K extends keyof MaintenanceCalls>(
  task: K,
  input: MaintenanceCalls[K]['input'],
): Promise<MaintenanceCalls[K]['output']> {
  const ended = new Error(`The thread that should ${task} the library ended without an answer.`);
  const worker = startThread(new URL('./maintenance-worker.ts', import.meta.url));
  const thread = new ThreadCaller<MaintenanceCalls, object>(worker, {}, (how) =>
    'thrown' in how ? toError(how.thrown) : ended,
  );
  try {
    return await thread.call(task, input);
  } finally {
    await thread.end(ended);
  }
}
