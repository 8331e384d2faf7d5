/**
 * One measurement in a process of its own, so that its peak memory is its own: `measure.ts NAME ENGINE RUNS`.
 * Prints one JSON object `{ seconds: number[], peakMb, engine, threads }` on standard output.
 */
import { performance } from 'node:perf_hooks';
import { silentLogger } from '../core/base/logger.ts';
import { Random } from '../core/base/random.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../core/base/tensor.ts';
import { type Engine, type EngineName, openEngine, type Tensors } from '../core/engine/index.ts';
import { defineGraph, type Graph, input, matmul } from '../core/graph/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  encoderWeights,
  extractedLayers,
  initialiseParameters,
  type LpmConfig,
  networkConfig,
  plainVit,
} from '../core/models/index.ts';
import { buildTrainStep, carriedVectors } from '../core/training/train-step.ts';
import { benchLpms } from './bench-lpms.ts';

interface Workload {
  readonly graph: Graph;
  readonly inputs: Tensors;
  readonly weights?: (name: string) => Tensor;
  /** What a step carries to the next, as in a training: an engine computes a step otherwise than a network that is asked once. */
  readonly carried?: Readonly<Record<string, string>>;
}

const inputSize = 512;
const vitBase = plainVit({ ...benchLpms['vit-b'], patch: 16, imageSize: 224 });
const inTheBox = plainVit({ ...benchLpms.box, patch: 16, imageSize: inputSize });
const batch = 16;
const gemmSize = 1536;

/** Floating-point operations of the product that `gemm` measures. */
export const gemmOperations = 2 * gemmSize ** 3;

/** Numbers between -0.05 and 0.05. Uniform ones, because a hundred million normal ones take a minute to draw. */
function noise(shape: Shape, random: Random, scale = 0.05): Tensor<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-scale, scale)),
  );
}

const workloads: Readonly<Record<string, () => Workload>> = {
  gemm: () => {
    const random = Random.seeded(1);
    const shape = [gemmSize, gemmSize];
    const graph = defineGraph({ outputs: { y: matmul(input('a', shape), input('b', shape)) } });
    return { graph, inputs: { a: noise(shape, random), b: noise(shape, random) } };
  },
  encode: () => encoding(vitBase),
  /** Of the LPM in the box. */
  'encode-box': () => encoding(inTheBox),
  step: () => trainingStep(vitBase),
  /** Of the LPM in the box. */
  'step-box': () => trainingStep(inTheBox),
};

/** One image through an LPM to its kept keys and values. */
function encoding(lpm: LpmConfig): Workload {
  const random = Random.seeded(2);
  const shapes = canonicalShapes(lpm);
  const size = { height: inputSize, width: inputSize };
  const read = (name: string): Tensor<'float32'> => noise(shapes.get(name) ?? [], random.fork(name));
  return {
    graph: buildLpmEncoder(lpm, {
      batch: 1,
      ...size,
      layers: extractedLayers(lpm, 'half'),
      tokenRatio: 0.2,
      tokens: 'global',
      keysValues: true,
      classToken: false,
    }),
    inputs: { pixel_values: noise([1, 3, inputSize, inputSize], random, 1) },
    weights: encoderWeights(lpm, read, size),
  };
}

/** One FPT+ training step on features of an LPM. */
function trainingStep(lpm: LpmConfig): Workload {
  const random = Random.seeded(3);
  const config = networkConfig(lpm, { method: 'fpt+', classes: 5, inputSize });
  const graph = buildTrainStep(config, { batch, weighted: false });
  const inputs: Record<string, Tensor> = {};
  for (const { name = '', shape, dtype } of graph.inputs) {
    if (dtype === 'float32') inputs[name] = noise(shape, random);
    else if (dtype === 'float16') {
      const values = Float16Array.from({ length: sizeOf(shape) }, () => random.uniform(-2, 2));
      inputs[name] = { dtype: 'float16', shape, data: new Uint16Array(values.buffer) };
    } else inputs[name] = { dtype: 'int32', shape, data: Int32Array.from({ length: batch }, (_, i) => i % 5) };
  }
  const params = initialiseParameters(config, random);
  inputs['params'] = float32([params.length], params);
  inputs['v'] = float32([params.length], new Float32Array(params.length));
  inputs['m'] = inputs['v'];
  inputs['step'] = float32([], [1]);
  inputs['lr'] = float32([], [1e-4]);
  return { graph, inputs, carried: carriedVectors() };
}

async function measure(engine: Engine, workload: Workload, runs: number): Promise<number[]> {
  const { graph, weights, carried } = workload;
  const executable = await engine.compile(graph, weights, carried === undefined ? {} : { carried });
  // Two runs warm up: the first touches all memory, the second is the first with threads at speed.
  for (let i = 0; i < 2; i++) await executable.run(workload.inputs);
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await executable.run(workload.inputs);
    seconds.push((performance.now() - start) / 1000);
  }
  await executable.dispose();
  return seconds;
}

async function main(name: string, engineName: string, runs: number): Promise<void> {
  const workload = workloads[name];
  if (workload === undefined) throw new Error(`There is no measurement ${name}.`);
  const engine = await openEngine({
    engine: engineName as 'auto' | EngineName,
    device: 'auto',
    log: silentLogger,
    ...(process.env['SIDELIGHT_PROFILE'] === undefined ? {} : { profileDirectory: process.env['SIDELIGHT_PROFILE'] }),
  });
  const seconds = await measure(engine, workload(), runs);
  const result = {
    seconds,
    peakMb: await engine.peakMemoryMb(),
    engine: engine.info.name,
    threads: engine.info.threads,
  };
  await engine.dispose();
  console.log(JSON.stringify(result));
}

const [name, engineName, runs] = process.argv.slice(2);
if (import.meta.main) await main(name ?? '', engineName ?? 'auto', Number(runs ?? 3));
