/**
 * A process that compares methods and, when told so, dies in the middle: node compare-child.ts LIBRARY '{options of compareMethods}' [EPOCHS]
 *
 * It kills itself with SIGKILL when the second run has ended so many epochs. Otherwise it prints its table.
 */
import { silentLogger } from '../../core/base/logger.ts';
import { compareMethods } from '../../core/services/jobs/compare.ts';
import { openServices } from '../../core/services/session/open.ts';
import { listRuns } from '../../core/store/index.ts';

const [library, options, epochs] = process.argv.slice(2);
const signal = {
  get aborted(): boolean {
    const second = listRuns(context.library.db).find(({ id }) => id === 2);
    if (epochs !== undefined && (second?.epochsDone ?? 0) >= Number(epochs)) process.kill(process.pid, 'SIGKILL');
    return false;
  },
} as AbortSignal;
const { context, close } = await openServices({
  library,
  mode: 'write',
  engine: 'onnxruntime',
  device: 'cpu',
  threads: 1,
  progress: () => {},
  log: silentLogger,
  signal,
});
const report = await compareMethods(context, JSON.parse(options ?? '{}') as Parameters<typeof compareMethods>[1]);
process.stdout.write(JSON.stringify(report));
await close();
