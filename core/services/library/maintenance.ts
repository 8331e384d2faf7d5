/** Checking and backing up a library in a thread of its own: both read all of it, and the process that answers must not wait. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { deserialiseError, type SerialisedError } from '../../base/errors.ts';
import type { BackupReport, CheckReport } from '../../contract/results/maintenance.ts';

export type MaintenanceTask =
  | { readonly kind: 'check'; readonly folder: string; readonly deep: boolean }
  | { readonly kind: 'backup'; readonly folder: string; readonly to: string | null };

export type MaintenanceReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerialisedError };

/** As checkLibrary. */
export async function checkLibraryAside(folder: string, deep: boolean): Promise<CheckReport> {
  return (await runAside({ kind: 'check', folder, deep })) as CheckReport;
}

/** As backUpLibrary. */
export async function backUpLibraryAside(folder: string, to: string | null): Promise<BackupReport> {
  return (await runAside({ kind: 'backup', folder, to })) as BackupReport;
}

async function runAside(task: MaintenanceTask): Promise<unknown> {
  const worker = new Worker(new URL('./maintenance-worker.ts', import.meta.url), { workerData: task });
  try {
    const [reply] = (await once(worker, 'message')) as [MaintenanceReply];
    if (!reply.ok) throw deserialiseError(reply.error);
    return reply.value;
  } finally {
    await worker.terminate();
  }
}
