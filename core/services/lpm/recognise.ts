/** What an LPM that is being added was recognised as, and what it will cost: said before anything is copied. */

import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { float32 } from '../../base/tensor.ts';
import type { RecognisedLpm } from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import {
  buildLpmEncoder,
  defaultInputSize,
  encoderWeights,
  hasClassToken,
  keptTokens,
  keysValuesBytes,
  type LpmConfig,
  methodLayers,
  titleOf,
  tokenCounts,
} from '../../models/index.ts';
import { lpmMemoryBytes, type OpenLpm } from './lpm-file.ts';

/** The share of tokens that is kept where nobody sets another. */
const tokenRatio = 0.2;

/** What an opened LPM is, from its configuration alone; how long an image takes is not measured. */
export function recogniseLpm(lpm: OpenLpm): RecognisedLpm {
  const { config } = lpm;
  const inputSize = defaultInputSize(config.patch);
  const { all } = tokenCounts(config, inputSize, inputSize);
  return {
    title: titleOf(config),
    width: config.width,
    layers: config.layers,
    heads: config.heads,
    patch: config.patch,
    channels: config.channels,
    registers: config.registers,
    classToken: hasClassToken(config),
    rotary: config.rotaryBase !== undefined,
    trainedSize: [config.grid[0] * config.patch, config.grid[1] * config.patch],
    preparedSize: lpm.preparedSize === undefined ? null : [...lpm.preparedSize],
    elementTypes: [...lpm.elementTypes],
    parameters: lpm.parameters,
    memoryBytes: lpmMemoryBytes(lpm.parameters),
    inputSize,
    tokens: all,
    keptTokens: keptTokens(config, inputSize, inputSize, tokenRatio),
    diskBytesPerImage: keysValuesBytes(config, { inputSize, tokenRatio, layers: methodLayers(config, 'fpt+') }),
    left: [...lpm.left].map(([what, tensors]) => ({ what, tensors })),
    encodeSeconds: null,
  };
}

/** A run that takes longer tells enough by itself. */
const patienceSeconds = 4;

/**
 * About how many seconds this machine takes for one image at `inputSize`: the first layer with its own weights, run, times the layers. Throws
 * what the engine throws.
 */
export async function timeOfImage(
  engine: Engine,
  lpm: Pick<OpenLpm, 'config' | 'read'>,
  inputSize: number,
): Promise<number> {
  const config: LpmConfig = { ...lpm.config, layers: 1 };
  const size = { height: inputSize, width: inputSize };
  const graph = buildLpmEncoder(config, {
    batch: 1,
    ...size,
    layers: [0],
    tokens: 'global',
    tokenRatio,
    keysValues: true,
    allTokens: true,
    classToken: false,
  });
  const executable = await engine.compile(graph, encoderWeights(config, lpm.read, size));
  try {
    const pixels = new Float32Array(config.channels * inputSize ** 2);
    const run = async (): Promise<number> => {
      const started = performance.now();
      await executable.run({ pixel_values: float32([1, config.channels, inputSize, inputSize], pixels) });
      return (performance.now() - started) / 1000;
    };
    const first = await run();
    return (first > patienceSeconds ? first : Math.min(first, await run())) * lpm.config.layers;
  } finally {
    await executable.dispose();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toPrecision(bytes < 1e8 ? 2 : 3)} MB`;
const count = (n: number): string => n.toLocaleString('en-US');
const pixels = ([rows, columns]: readonly number[]): string => (rows === columns ? `${rows}` : `${rows} x ${columns}`);
const elementTypes: Readonly<Record<string, string>> = { F16: '16-bit floats', BF16: 'bfloat16', F32: '32-bit floats' };

/** The same in words, a line each. */
export function recognisedLines(lpm: RecognisedLpm): string[] {
  const tokens = [
    lpm.classToken ? 'a class token' : 'no class token',
    lpm.registers > 0 ? `${lpm.registers} registers` : '',
    lpm.rotary ? 'rotary positions' : '',
    lpm.channels === 1 ? 'one channel, grey' : '',
  ].filter((part) => part !== '');
  const stored = lpm.elementTypes.map((type) => elementTypes[type] ?? type).join(' and ');
  const trained = `trained at ${pixels(lpm.trainedSize)} px`;
  const prepared =
    lpm.preparedSize !== null && pixels(lpm.preparedSize) !== pixels(lpm.trainedSize)
      ? `; its files prepare images of ${pixels(lpm.preparedSize)} px`
      : '';
  const resized = lpm.rotary || lpm.trainedSize.every((side) => side === lpm.inputSize);
  return [
    `Recognised: ${lpm.title}, width ${lpm.width}, ${counted('en', lpm.layers, 'layer', 'layers')} of ${lpm.heads} heads, patches of ${lpm.patch} px, ${tokens.join(', ')}; ${trained}${prepared}.`,
    `${count(lpm.parameters)} weights in ${stored}; ${megabytes(lpm.memoryBytes)} of memory.`,
    `At ${lpm.inputSize} px: ${count(lpm.tokens)} tokens${resized ? '' : ', positions resized from the trained size'}; ${lpm.keptTokens} kept a layer, ${megabytes(lpm.diskBytesPerImage)} of disk an image (FPT+)${
      lpm.encodeSeconds === null ? '' : `; about ${lpm.encodeSeconds.toPrecision(2)} s an image on this machine`
    }.`,
    ...(lpm.left.length === 0
      ? []
      : [`Not needed, and left: ${lpm.left.map(({ what, tensors }) => `${what} (${tensors} tensors)`).join(', ')}.`]),
  ];
}

/**
 * Refuses an LPM that this machine cannot hold, by arithmetic, before a weight is read.
 * @param memoryBytes of the machine
 * @throws TOO_LITTLE_MEMORY
 */
export function checkMemory({ parameters }: Pick<OpenLpm, 'parameters'>, memoryBytes: number = totalmem()): void {
  const needed = lpmMemoryBytes(parameters);
  if (needed <= memoryBytes) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new AppError(
    'TOO_LITTLE_MEMORY',
    `The LPM has ${count(parameters)} weights: as 32-bit floats they take ${gigabytes(needed)}; this machine has ${gigabytes(memoryBytes)} of memory.`,
    { action: 'Use a smaller model of the family (small, base or large), or a machine with more memory.' },
  );
}
