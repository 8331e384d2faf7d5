/**
 * A process that trains and, when told so, dies in the middle:
 * node pipeline-child.ts LIBRARY '{options of trainModel}' [decode|encode|train|train-folds POLLS]
 *
 * It kills itself with SIGKILL at the POLLS-th question whether to stop within that stage (each image and each step asks
 * once), which hits the same place on every machine; a clock or a progress line would not. Otherwise it prints its report.
 */
import { silentLogger } from '../../core/base/logger.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { openServices } from '../../core/services/session/open.ts';
import { listRuns, type ReadDb } from '../../core/store/index.ts';

/** Whether a stage has begun, as the library shows it. Training counts from its third epoch, that of the newest run with folds from its fifth. */
const hasBegun: Readonly<Record<string, (db: ReadDb) => boolean>> = {
  decode: () => true,
  encode: (db) => db.get('SELECT 1 FROM record_stores WHERE lpm_hash IS NOT NULL') !== undefined,
  train: (db) => (listRuns(db)[0]?.epochsDone ?? 0) >= 2,
  'train-folds': (db) => (listRuns(db).at(-1)?.epochsDone ?? 0) >= 4,
};

const [library, options, stage, polls] = process.argv.slice(2);
let asked = 0;
const signal = {
  get aborted(): boolean {
    if (stage !== undefined && hasBegun[stage]?.(context.library.db)) {
      asked++;
      if (asked >= Number(polls)) process.kill(process.pid, 'SIGKILL');
    }
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
const report = await trainModel(context, JSON.parse(options ?? '{}') as Parameters<typeof trainModel>[1]);
process.stdout.write(JSON.stringify(report));
await close();
