/** Whether this processor multiplies 8-bit numbers exactly (VNNI): without, a test that has an LPM read so is skipped by name. */
import { silentLogger } from '../../core/base/logger.ts';
import { openEngine } from '../../core/engine/index.ts';
import { int8Support } from '../../core/services/lpm/int8-engine.ts';

const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });

/** For `test.skipIf`; the test's name says "(needs 8-bit dot products)". */
export const lacksInt8 = (await int8Support(engine)).why !== null;

await engine.dispose();
