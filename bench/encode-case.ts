/**
 * One pass of an LPM in a process of its own, so that its peak memory is its own: `encode-case.ts CASE`, where CASE is the JSON of an
 * `EncodeCase`. Prints the JSON of an `EncodedCase`. `root` may be another checkout, whose code is then measured with the same numbers.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '../core/base/logger.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../core/base/tensor.ts';
import type * as engines from '../core/engine/index.ts';
import type * as models from '../core/models/index.ts';

export interface EncodeCase {
  /** The checkout whose code computes. */
  readonly root: string;
  /** Width, layers, heads and patch of a plain ViT; its weights are noise. */
  readonly sizes: { readonly width: number; readonly layers: number; readonly heads: number; readonly patch: number };
  readonly inputSize: number;
  readonly engine: 'onnxruntime' | 'tensorflow';
  readonly ownProcess: boolean;
  readonly runs: number;
  /** Products of weights in 8 bits; float32 where left out. */
  readonly precision?: 'int8';
}

export interface EncodedCase {
  /** Highest resident memory of the process that computes, in MiB, from its start to the last run. */
  readonly peakMb: number;
  /** The same until the network was ready, before the first image. */
  readonly loadedMb: number;
  /** What lay in memory when the network was ready, and after the last run. */
  readonly restMb: number;
  readonly loadSeconds: number;
  readonly seconds: readonly number[];
  /** Seconds of all threads a run; a busy machine changes them little. Null for an engine in a process of its own. */
  readonly processorSeconds: readonly number[] | null;
  /** Of all outputs: equal where two versions compute the same bits. */
  readonly digest: string;
  /** The kept tokens [layers, heads, kept], and how many are kept of each head. */
  readonly indices: readonly number[];
  readonly kept: number;
}

/** Numbers between -1 and 1 times `scale`, the same for the same name; a table is read from a place of its own, since a hundred million draws take a minute. */
function noise(name: string, shape: Shape, scale: number): Tensor<'float32'> {
  const out = new Float32Array(sizeOf(shape));
  let place = createHash('sha256').update(name).digest().readUInt32LE() % table.length;
  for (let i = 0; i < out.length; i++) {
    out[i] = scale * (table[place] as number);
    if (++place === table.length) place = 0;
  }
  return float32(shape, out);
}

/** Of a prime length, so that no matrix has two equal rows. */
const table = ((): Float32Array => {
  let state = 0x9e3779b9;
  return Float32Array.from({ length: 1_000_003 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  });
})();

/** VmHWM or VmRSS of this process in MiB. */
function residentMb(field: 'VmHWM' | 'VmRSS'): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found?.[1] ?? Number.NaN) / 1024;
}

async function encodeCase(asked: EncodeCase): Promise<EncodedCase> {
  const { root, sizes, inputSize, ownProcess, runs } = asked;
  const from = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(root, path)).href)) as T;
  const { openEngine } = await from<typeof engines>('core/engine/index.ts');
  const { buildLpmEncoder, canonicalShapes, encoderWeights, extractedLayers, int8Encoder, int8Weights, plainVit } =
    await from<typeof models>('core/models/index.ts');
  const lpm = plainVit({ ...sizes, imageSize: 224 });
  const size = { height: inputSize, width: inputSize };
  const engine = await openEngine({ engine: asked.engine, device: 'cpu', ownProcess, log: silentLogger });
  const whole = buildLpmEncoder(lpm, {
    ...{ batch: 1, ...size, layers: extractedLayers(lpm, 'half'), tokenRatio: 0.2, tokens: 'global' },
    ...{ keysValues: true, classToken: false },
  });
  const shapes = canonicalShapes(lpm);
  const read = (name: string): Tensor<'float32'> => noise(name, shapes.get(name) ?? [], 0.06);
  const weights = encoderWeights(lpm, read, size);
  const isInt8 = asked.precision === 'int8';
  const graph = isInt8 ? int8Encoder(whole) : whole;
  const started = performance.now();
  const executable = await engine.compile(graph, isInt8 ? int8Weights(weights) : weights);
  const loadSeconds = (performance.now() - started) / 1000;
  const loadedMb = await engine.peakMemoryMb();
  const restMb = residentMb('VmRSS');
  const pixels = noise('pixels', [1, 3, inputSize, inputSize], 1);
  const seconds: number[] = [];
  const processorSeconds: number[] = [];
  const hash = createHash('sha256');
  let indices: Tensor | undefined;
  // The first run touches all memory.
  for (let run = 0; run <= runs; run++) {
    const [at, before] = [performance.now(), process.cpuUsage()];
    const outputs = await executable.run({ pixel_values: pixels });
    const { user, system } = process.cpuUsage(before);
    if (run > 0) {
      seconds.push((performance.now() - at) / 1000);
      processorSeconds.push((user + system) / 1e6);
      continue;
    }
    indices = outputs['indices'];
    for (const [name, { data }] of Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  const peakMb = await engine.peakMemoryMb();
  await engine.dispose();
  return {
    ...{ peakMb, loadedMb, restMb, loadSeconds, seconds, processorSeconds: ownProcess ? null : processorSeconds },
    digest: hash.digest('hex'),
    indices: [...(indices?.data ?? [])].map(Number),
    kept: indices?.shape.at(-1) ?? 0,
  };
}

if (import.meta.main) console.log(JSON.stringify(await encodeCase(JSON.parse(process.argv[2] ?? '') as EncodeCase)));
