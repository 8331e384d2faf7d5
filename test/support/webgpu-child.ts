/**
 * What the tests of WebGPU run in a process that sees a software GPU: `node webgpu-child.ts TASK`. Prints one line of JSON.
 */
import { silentLogger } from '../../core/base/logger.ts';
import { float32, type Tensor } from '../../core/base/tensor.ts';
import { withCpuFallback } from '../../core/engine/fallback.ts';
import { openHosted } from '../../core/engine/host/client.ts';
import { chooseDevice, type DeviceName, type Engine, listEngines, openEngine } from '../../core/engine/index.ts';
import * as g from '../../core/graph/index.ts';

import { checkReference } from '../../core/services/devices/reference.ts';
import { trainedParameters } from './small-training.ts';

const open = (device: DeviceName): Promise<Engine> =>
  openEngine({ engine: 'onnxruntime', device, threads: 1, movesToCpu: false, log: silentLogger });

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  choice: async () => {
    const [state] = await listEngines();
    return {
      device: state?.devices.find(({ name }) => name === 'webgpu'),
      auto: await chooseDevice({ engine: 'auto', device: 'auto', judge: async () => ({ isTrusted: true, why: '' }) }),
    };
  },
  reference: async () => {
    const engine = await open('webgpu');
    return { info: engine.info, ...(await checkReference(engine)) };
  },
  training: async () => {
    const [gpu, cpu] = [await trainedParameters(await open('webgpu')), await trainedParameters(await open('cpu'))];
    return {
      steps: gpu.losses.length,
      losses: [gpu.losses[0], gpu.losses.at(-1)],
      furthest: Math.max(...gpu.parameters.map((value, i) => Math.abs(value - (cpu.parameters[i] as number)))),
      moved: Math.max(...gpu.parameters.map((value, i) => Math.abs(value - (gpu.start[i] as number)))),
    };
  },
  lost: async () => {
    const options = { engine: 'onnxruntime', threads: 1, log: silentLogger } as const;
    const hosted = await openHosted({ ...options, device: 'webgpu' });
    const engine = withCpuFallback(hosted, (reason) => openHosted({ ...options, device: 'cpu' }, reason), silentLogger);
    const x = g.input('x', [64, 64]);
    let y: g.Value = x;
    for (let i = 0; i < 200; i++) y = g.tanh(g.matmul(y, x));
    const executable = await engine.compile(g.defineGraph({ outputs: { y } }));
    const feed: Record<string, Tensor> = { x: float32([64, 64], new Float32Array(64 * 64).fill(0.01)) };
    const running = executable.run(feed);
    process.kill(hosted.processId() as number, 'SIGKILL');
    const found = (await running)['y'];
    const cpu = await open('cpu');
    const right = (await (await cpu.compile(g.defineGraph({ outputs: { y } }))).run(feed))['y'];
    await engine.dispose();
    return { info: engine.info, isEqual: JSON.stringify(found) === JSON.stringify(right) };
  },
};

const task = tasks[process.argv[2] ?? ''];
console.log(JSON.stringify(await task?.()));
process.exit(0);
