/**
 * What the tests of WebGPU run in a process that sees a software GPU: `node webgpu-child.ts TASK`. Prints one line of JSON.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { profileNetwork } from '../../bench/profile.ts';
import { serialiseError } from '../../core/base/errors.ts';
import { silentLogger } from '../../core/base/logger.ts';
import { Random } from '../../core/base/random.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../../core/base/tensor.ts';
import { withCpuFallback } from '../../core/engine/fallback.ts';
import { openHosted } from '../../core/engine/host/client.ts';
import { chooseDevice, type DeviceName, type Engine, listEngines, openEngine } from '../../core/engine/index.ts';
import * as g from '../../core/graph/index.ts';

import { buildLpmEncoder, canonicalShapes, encoderWeights, outputParts, plainVit } from '../../core/models/index.ts';
import { runOnce, worstDifference } from '../../core/services/devices/compare.ts';
import { checkReference } from '../../core/services/devices/reference.ts';
import { timedNetworks } from '../../core/services/devices/timing.ts';
import { trainedParameters } from './small-training.ts';

const webgpu = {
  engine: 'onnxruntime',
  device: 'webgpu',
  threads: 1,
  movesToCpu: false,
  log: silentLogger,
} as const;
const open = (device: DeviceName): Promise<Engine> =>
  openEngine({ engine: 'onnxruntime', device, threads: 1, movesToCpu: false, log: silentLogger });

/** A training on the GPU beside one on the processor. */
async function trainedOnBoth(options: { readonly keptAs?: 'int8'; readonly steps?: number } = {}) {
  const on = async (device: DeviceName) => await trainedParameters(await open(device), options);
  const [gpu, cpu] = [await on('webgpu'), await on('cpu')];
  return {
    steps: gpu.losses.length,
    losses: [gpu.losses[0], gpu.losses.at(-1)],
    furthest: Math.max(...gpu.parameters.map((value, i) => Math.abs(value - (cpu.parameters[i] as number)))),
    moved: Math.max(...gpu.parameters.map((value, i) => Math.abs(value - (gpu.start[i] as number)))),
  };
}

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
  training: async () => await trainedOnBoth(),
  training8: async () => await trainedOnBoth({ keptAs: 'int8', steps: 5 }),
  /** Every node's place, and whether what stayed on the device is what would have come and gone. */
  resident: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sidelight-profile-'));
    const profiled = await openEngine({ ...webgpu, profileDirectory: directory });
    const { encode, step } = timedNetworks('small');
    const profiles = [];
    for (const network of [encode, step, timedNetworks('small', 'int8').step]) {
      profiles.push(await profileNetwork(profiled, network, directory));
    }
    return { profiles };
  },
  /** A few steps whose vectors stay on the device, twice, and once with vectors that come and go at every step. */
  twice: async () => {
    const engine = await open('webgpu');
    const hash = async (carries: boolean): Promise<string> => {
      const { parameters } = await trainedParameters(engine, { carries, steps: 2 });
      return createHash('sha256').update(new Uint8Array(parameters.buffer)).digest('hex');
    };
    return { hashes: [await hash(true), await hash(true), await hash(false)] };
  },
  /** The largest difference between an image's pass on the device in pieces and on the processor at once. */
  pieces: async () => {
    const lpm = plainVit({ width: 32, layers: 2, heads: 2, patch: 8, imageSize: 64 });
    const random = Random.seeded(2);
    const shapes = canonicalShapes(lpm);
    const noise = (name: string, shape: Shape) => {
      const own = random.fork(name);
      return float32(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => own.uniform(-0.5, 0.5)),
      );
    };
    const size = { height: 64, width: 64 };
    const encoded = async (engine: Engine, limit: { readonly tensorBytes?: number }) => {
      const graph = buildLpmEncoder(lpm, {
        ...{ batch: 1, ...size, layers: [0, 1], tokens: 'global', tokenRatio: 0.2 },
        ...{ keysValues: true, classToken: true, details: true, ...limit },
      });
      const weights = encoderWeights(lpm, (name) => noise(name, shapes.get(name) ?? []), size);
      const outputs = await runOnce(engine, graph, { pixel_values: noise('pixels', [1, 3, 64, 64]) }, weights);
      const joined = ['class_token', 'all_keys', 'all_values', 'scores'].flatMap((name) =>
        outputParts(outputs, name).flatMap(({ data }) => [...(data as Float32Array)]),
      );
      return { joined, pieces: graph.order.filter(({ op }) => op === 'softmax').length };
    };
    const [gpu, cpu] = [
      await encoded(await open('webgpu'), { tensorBytes: 9000 }),
      await encoded(await open('cpu'), {}),
    ];
    return { pieces: gpu.pieces, numbers: gpu.joined.length, furthest: worstDifference(gpu.joined, cpu.joined) };
  },
  /** The largest difference between the device and the processor where layers of an input are taken one by one, as large ones are. */
  layers: async () => {
    const kept = g.cast(g.input('kept', [3, 2, 5, 8], 'float16'), 'float32');
    const eight = g.mul(
      g.cast(g.input('eight', [3, 2, 5, 8], 'int8'), 'float32'),
      g.div(g.input('most', [3, 2, 1, 8]), 127),
    );
    const found = [0, 1, 2].map((layer) => {
      const [a, b] = [kept, eight].map((x) => g.slice(x, 0, layer, layer + 1)) as [g.Value, g.Value];
      return g.matmul(g.softmax(g.matmul(a, g.transposeLast(b)), -1), b);
    });
    const graph = g.defineGraph({ outputs: { y: g.concat(found, 0) } });
    const wave = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i * i));
    const inputs = {
      kept: { dtype: 'float16', shape: [3, 2, 5, 8], data: new Uint16Array(new Float16Array(wave).buffer) },
      eight: { dtype: 'int8', shape: [3, 2, 5, 8], data: Int8Array.from(wave, (x) => 100 * x) },
      most: float32([3, 2, 1, 8], wave.subarray(0, 48)),
    } satisfies Record<string, Tensor>;
    const [gpu, cpu] = [await open('webgpu'), await open('cpu')];
    const [one, other] = [await runOnce(gpu, graph, inputs), await runOnce(cpu, graph, inputs)];
    const numbers = [one, other].map(({ y }) => Array.from((y as Tensor).data, Number)) as [number[], number[]];
    return { numbers: numbers[0].length, furthest: worstDifference(...numbers) };
  },
  /** The adapter asked for, and one small sum. */
  sum: async () => {
    const [state] = await listEngines('webgpu');
    const graph = g.defineGraph({ outputs: { y: g.add(g.input('x', [2]), 1) } });
    const { y } = await runOnce(await open('webgpu'), graph, { x: float32([2], [1, 2]) });
    return { devices: state?.devices.map(({ name }) => name), y: Array.from(y?.data ?? [], Number) };
  },
  /** What is said where half precision is asked of a device that has none. */
  half: async () => {
    const engine = await open('webgpu');
    const graph = g.defineGraph({ outputs: { y: g.neg(g.input('x', [1])) } });
    return await engine.compile(graph, undefined, { precision: 'f16' }).then(
      () => ({}),
      (error: unknown) => serialiseError(error),
    );
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
