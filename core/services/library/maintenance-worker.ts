/** The thread of maintenance.ts. */
import { parentPort } from 'node:worker_threads';
import { answering, type CallMessage } from '../../base/channel.ts';
import { invariant } from '../../base/errors.ts';
import { backUpLibrary } from './backup.ts';
import { checkLibrary } from './check.ts';
import type { MaintenanceCalls } from './maintenance.ts';

const port = parentPort;
invariant(port !== null, 'maintenance-worker runs as a worker thread only');

const answer = answering<MaintenanceCalls>(
  {
    check: ({ folder, deep }) => checkLibrary({ folder, signal: { aborted: false }, progress: () => {} }, { deep }),
    backup: ({ folder, to }) => backUpLibrary(folder, to ?? undefined, new Date()),
  },
  (message) => port.postMessage(message),
);

port.on('message', (message: CallMessage) => answer(message));
