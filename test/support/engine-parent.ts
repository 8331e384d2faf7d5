/** A process that asks an engine in a process of its own, many things at once, until it is killed. It writes a line when the first are answered. */
import { silentLogger } from '../../core/base/logger.ts';
import { openHosted } from '../../core/engine/host/client.ts';

const engine = await openHosted({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
const askMuch = async (): Promise<void> => {
  await Promise.all(Array.from({ length: 2000 }, () => engine.peakMemoryMb()));
};
await askMuch();
process.stdout.write('asking\n');
for (;;) await askMuch();
