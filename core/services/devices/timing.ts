/**
 * How fast an engine is at what a training asks of it, on a network of a real one's proportions: an image through a frozen LPM, and a step
 * of the side network. Only the ratio of two devices' times is used.
 */
import { performance } from 'node:perf_hooks';
import { toFloat16Bits } from '../../base/half.ts';
import { Random } from '../../base/random.ts';
import { float32, sizeOf, type Tensor } from '../../base/tensor.ts';
import type { KeptFeatures } from '../../contract/index.ts';
import type { Engine, Tensors } from '../../engine/index.ts';
import type { Graph, Value } from '../../graph/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  encoderWeights,
  extractedLayers,
  networkConfig,
  plainVit,
} from '../../models/index.ts';
import { median } from '../../statistics/bootstrap.ts';
import { buildTrainStep, carriedVectors } from '../../training/train-step.ts';

/** Seconds of one image through the LPM, and of one training step. */
export interface DeviceTimes {
  readonly encodeSeconds: number;
  readonly stepSeconds: number;
}

/** Its times, and whether it gave the same bits for the same inputs. */
export interface TimedDevice extends DeviceTimes {
  readonly repeatsBits: boolean;
}

/** A network of a real one's proportions, and one that a software driver gets through in seconds. */
const workloads = {
  real: { width: 384, layers: 6, heads: 6, imageSize: 256, batch: 8 },
  small: { width: 96, layers: 2, heads: 3, imageSize: 64, batch: 2 },
} as const;
export type Workload = keyof typeof workloads;
/** Runs timed, after two that are not: they upload weights and compile shaders, and tell whether bits repeat. */
const runs = 5;
/** A device that takes longer for a single run is slow enough to be told by that one. */
const patienceSeconds = 4;

/** A network to be run, with inputs that fit it. */
export interface TimedNetwork {
  readonly graph: Graph;
  readonly inputs: Tensors;
  readonly weights?: (name: string) => Tensor<'float32'>;
  /** What a run carries to the next. */
  readonly carried?: Readonly<Record<string, string>>;
}

/** The times of an engine; only those of one workload compare. Throws what the engine throws. */
export async function timeDevice(engine: Engine, workload: Workload = 'real'): Promise<TimedDevice> {
  const networks = timedNetworks(workload);
  const encode = await timeNetwork(engine, networks.encode);
  const step = await timeNetwork(engine, networks.step);
  return {
    encodeSeconds: encode.seconds,
    stepSeconds: step.seconds,
    repeatsBits: encode.repeatsBits && step.repeatsBits,
  };
}

/** The two networks of a workload: an image through a frozen LPM to its important tokens, and a step of FPT+. */
export function timedNetworks(
  workload: Workload,
  keptAs?: KeptFeatures,
): { readonly encode: TimedNetwork; readonly step: TimedNetwork } {
  const { imageSize, batch, ...sizes } = workloads[workload];
  const lpm = plainVit({ ...sizes, patch: 16, imageSize });
  const random = Random.seeded(1);
  const shapes = canonicalShapes(lpm);
  const read = (name: string): Tensor<'float32'> => noise(shapes.get(name) ?? [], random);
  const size = { height: imageSize, width: imageSize };
  const layers = extractedLayers(lpm, 'half');
  const encoder = buildLpmEncoder(lpm, {
    batch: 1,
    ...size,
    layers,
    tokens: 'global',
    tokenRatio: 0.2,
    keysValues: true,
    classToken: false,
  });
  const network = networkConfig(lpm, { method: 'fpt+', classes: 2, inputSize: imageSize, keptAs });
  const step = buildTrainStep(network, { batch, weighted: false });
  const inputsOf = (graph: Graph): Tensors =>
    Object.fromEntries(graph.inputs.map((value) => [value.name ?? '', fill(value, random)]));
  return {
    encode: { graph: encoder, inputs: inputsOf(encoder), weights: encoderWeights(lpm, read, size) },
    step: { graph: step, inputs: inputsOf(step), carried: carriedVectors() },
  };
}

async function timeNetwork(
  engine: Engine,
  { graph, inputs, weights, carried }: TimedNetwork,
): Promise<{ readonly seconds: number; readonly repeatsBits: boolean }> {
  const later = Object.fromEntries(Object.entries(inputs).filter(([name]) => carried?.[name] === undefined));
  const executable = await engine.compile(graph, weights, carried === undefined ? {} : { carried });
  /** All that a run from the same inputs gives, what it carries included. */
  const everything = async (): Promise<Tensors> => ({
    ...(await executable.run(inputs)),
    ...(await executable.read?.()),
  });
  try {
    const repeatsBits = isSame(await everything(), await everything());
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await executable.run(later);
      times.push((performance.now() - started) / 1000);
      if ((times.at(-1) ?? 0) > patienceSeconds) break;
    }
    return { seconds: median(times), repeatsBits };
  } finally {
    await executable.dispose();
  }
}

/** Whether two results hold the same bits. */
function isSame(one: Tensors, other: Tensors): boolean {
  const bits = ({ data }: Tensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Object.entries(one).every(([name, tensor]) => {
    const second = other[name];
    return second !== undefined && Buffer.compare(bits(tensor), bits(second)) === 0;
  });
}

/** A tensor that fits an input: small noise, class 0, and for the step's counter 1. */
function fill({ shape, dtype, name }: Value, random: Random): Tensor {
  if (dtype === 'int32') return { dtype, shape, data: new Int32Array(sizeOf(shape)) };
  if (name === 'step') return float32(shape, [1]);
  const values = noise(shape, random);
  if (dtype === 'int8') return { dtype, shape, data: Int8Array.from(values.data, (x) => 30 * x) };
  return dtype === 'float16' ? { dtype: 'float16', shape, data: toFloat16Bits(values.data) } : values;
}

/** What stays finite through any network: values within 0.05, and never negative, since some inputs are squares. */
function noise(shape: readonly number[], random: Random): Tensor<'float32'> {
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0, 0.05)),
  );
}
