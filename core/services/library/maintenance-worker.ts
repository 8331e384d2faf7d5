/** The thread of maintenance.ts: one task, one reply. */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant, serialiseError } from '../../base/errors.ts';
import { backUpLibrary } from './backup.ts';
import { checkLibrary } from './check.ts';
import type { MaintenanceReply, MaintenanceTask } from './maintenance.ts';

const port = parentPort;
invariant(port !== null, 'maintenance-worker runs as a worker thread only');

async function carryOut(task: MaintenanceTask): Promise<unknown> {
  if (task.kind === 'backup') return backUpLibrary(task.folder, task.to ?? undefined, new Date());
  const { folder, deep } = task;
  return await checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep });
}

let reply: MaintenanceReply;
try {
  reply = { ok: true, value: await carryOut(workerData as MaintenanceTask) };
} catch (error) {
  reply = { ok: false, error: serialiseError(error) };
}
port.postMessage(reply);
