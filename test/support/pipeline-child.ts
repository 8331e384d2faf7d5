/**
 * A process for tests to kill: node pipeline-child.ts LIBRARY, then the options of trainModel as JSON. It prints every
 * progress event as one JSON line, and its report as the last.
 */
import { silentLogger } from '../../core/base/logger.ts';
import { openServices } from '../../core/services/open.ts';
import { trainModel } from '../../core/services/train.ts';

const [library, options] = process.argv.slice(2);
const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};
const { context, close } = await openServices({
  library,
  mode: 'write',
  engine: 'onnxruntime',
  device: 'cpu',
  threads: 1,
  progress: print,
  log: silentLogger,
  signal: new AbortController().signal,
});
const report = await trainModel(context, JSON.parse(options ?? '{}') as Parameters<typeof trainModel>[1]);
print({ report });
await close();
