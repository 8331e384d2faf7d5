/**
 * `npm run pretrain`: pre-trains the embedded LPM, a ViT-Tiny, on pictures made by procedure alone.
 *
 *     npm run pretrain -- --steps 20000                  a sitting; stops at that step, or at Ctrl-C, with a checkpoint
 *     npm run pretrain -- --steps 24000 --cool-down 4000 the last steps with the learning rate going to 0
 *     npm run pretrain -- --layers 4 --folder shallow    a first sitting with four blocks, at a third of the cost
 *     npm run pretrain -- --grow-from shallow            goes on from it with all twelve; with --layers 4, with four again
 *     npm run pretrain -- --picture-size 256 --batch 8   goes on with larger pictures: fewer, and more to search in each
 *     npm run pretrain -- --export resources/lpm         writes the model folder from the checkpoint
 *
 * The learning rate is warmed up, then constant until the cool-down, so that a sitting can always be added before it.
 * Same seed, same steps, same number of threads: same weights, whatever the sittings.
 */

import { resolve } from 'node:path';
import { silentLogger } from '../core/base/logger.ts';
import { Random } from '../core/base/random.ts';
import { float32, type Tensor } from '../core/base/tensor.ts';
import { openEngine } from '../core/engine/index.ts';
import { type LpmConfig, plainVit } from '../core/models/index.ts';
import { auc } from '../core/statistics/metrics.ts';
import { commandLine } from '../scripts/command-line.ts';
import { type Batch, BatchQueue, type BatchShape, makeBatch } from './batches.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { exportEncoder } from './export.ts';
import { growParameters } from './grow.ts';
import { kindNames } from './kinds.ts';
import { buildPretrainNetwork, startingParameters } from './network.ts';
import { cellsAcross } from './picture.ts';

const { values: options } = commandLine(import.meta.filename, {
  options: {
    steps: { type: 'string', default: '20000' },
    'cool-down': { type: 'string', default: '0' },
    size: { type: 'string', default: '128' },
    'picture-size': { type: 'string' },
    layers: { type: 'string', default: '12' },
    'grow-from': { type: 'string' },
    'grow-layers': { type: 'string', default: '4' },
    batch: { type: 'string', default: '32' },
    lr: { type: 'string', default: '0.0006' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string' },
    folder: { type: 'string', default: 'pretrain-output' },
    export: { type: 'string' },
  },
});

const vitOf = (layers: number): LpmConfig =>
  plainVit({ width: 192, layers, heads: 3, patch: 16, imageSize: Number(options.size), eps: 1e-6 });
const vitTiny = vitOf(Number(options.layers));

const warmUp = 500;
/** Pixels of a picture's side: the LPM's own size, or larger in a sitting that teaches it to search. */
const size = Number(options['picture-size'] ?? options.size);
const batch = Number(options.batch);
const last = Number(options.steps);
const coolDown = Number(options['cool-down']);
const shape: BatchShape = { size, patch: vitTiny.patch, batch, seed: Number(options.seed) };
const network = buildPretrainNetwork(vitTiny, size, batch);
const folder = resolve(options.folder);
const heldOutPictures = 512;

const start = loadCheckpoint(folder) ?? {
  step: 0,
  seconds: 0,
  ...(options['grow-from'] === undefined ? { params: startingValues() } : grownFrom(resolve(options['grow-from']))),
  m: new Float32Array(network.total),
  v: new Float32Array(network.total),
};

if (options.export !== undefined) {
  exportEncoder(resolve(options.export), vitTiny, network, start.params, Number(options.size));
  console.log(`Wrote ${options.export}: ${start.step} steps, ${(start.seconds / 3600).toFixed(2)} hours.`);
  process.exit(0);
}

/** The parameters of a trained network with fewer blocks, and the seconds they cost. */
function grownFrom(shallowFolder: string): { readonly params: Float32Array; readonly seconds: number } {
  const checkpoint = loadCheckpoint(shallowFolder);
  if (checkpoint === undefined) throw new Error(`There is no checkpoint in ${shallowFolder} to grow from.`);
  const layers = { shallow: Number(options['grow-layers']), deep: Number(options.layers) };
  const shallow = buildPretrainNetwork(vitOf(layers.shallow), size, batch);
  return {
    params: growParameters(shallow, checkpoint.params, network, startingValues(), layers),
    seconds: checkpoint.seconds,
  };
}

function startingValues(): Float32Array {
  return startingParameters(network, vitTiny, size, Random.seeded(shape.seed), samplePictures());
}

/** Pictures from which the starting filters take their gains: another seed than those trained on. */
function samplePictures(): Float32Array[] {
  const { pixels } = makeBatch({ ...shape, seed: shape.seed + 2_000_003, batch: 64 }, 0);
  const length = 3 * size * size;
  return Array.from({ length: 64 }, (_, i) => pixels.subarray(i * length, (i + 1) * length));
}

function learningRate(step: number): number {
  const peak = Number(options.lr);
  return peak * Math.min(1, step / warmUp, coolDown === 0 ? 1 : (last - step + 1) / coolDown);
}

const engine = await openEngine({
  engine: 'onnxruntime',
  device: 'cpu',
  log: silentLogger,
  ...(options.threads === undefined ? {} : { threads: Number(options.threads) }),
});
const trainer = await engine.compile(network.step);
const predictor = await engine.compile(network.predict);

const inputsOf = (made: Batch): Record<string, Tensor> => ({
  pixel_values: float32([batch, 3, size, size], made.pixels),
  patch_labels: float32([batch, (size / 16) ** 2, kindNames.length], made.patchLabels),
  cell_labels: float32([batch, (size / 16) ** 2, cellsAcross ** 2 * kindNames.length], made.cellLabels),
  image_labels: float32([batch, kindNames.length], made.imageLabels),
  slopes: float32([batch, 1], made.slopes),
});

/** Held-out pictures, of another seed: how well each kind is told from its absence, as AUC over pictures and over patches. */
async function heldOut(params: Float32Array): Promise<string> {
  const seen = { image: kindNames.map(emptyScores), patch: kindNames.map(emptyScores) };
  for (let i = 0; i < Math.ceil(heldOutPictures / batch); i++) {
    const made = makeBatch({ ...shape, seed: shape.seed + 1_000_003 }, i);
    const out = await predictor.run({
      params: float32([params.length], params),
      pixel_values: float32([batch, 3, size, size], made.pixels),
    });
    for (const [name, labels] of [
      ['image', made.imageLabels],
      ['patch', made.patchLabels],
    ] as const) {
      const probabilities = (out[`${name}_probabilities`] as Tensor<'float32'>).data;
      labels.forEach((label, j) => {
        const { targets, yes } = seen[name][j % kindNames.length]!;
        targets.push(label);
        yes.push(probabilities[j]!);
      });
    }
  }
  const aucs = { image: seen.image.map(aucOf), patch: seen.patch.map(aucOf) };
  const mean = (xs: readonly number[]): string => (xs.reduce((a, b) => a + b, 0) / xs.length).toFixed(3);
  return [
    `image ${mean(aucs.image)}`,
    `patch ${mean(aucs.patch)}`,
    ...kindNames.map((name, i) => `${name} ${aucs.image[i]!.toFixed(2)} ${aucs.patch[i]!.toFixed(2)}`),
  ].join('  ');
}

interface KindScores {
  readonly targets: number[];
  readonly yes: number[];
}

function emptyScores(): KindScores {
  return { targets: [], yes: [] };
}

function aucOf({ targets, yes }: KindScores): number {
  const probabilities = Float64Array.from({ length: 2 * yes.length }, (_, i) =>
    i % 2 === 1 ? yes[i >> 1]! : 1 - yes[i >> 1]!,
  );
  return auc({ targets, probabilities, classes: 2, positive: 1 }) ?? Number.NaN;
}

let { params, m, v, step, seconds } = start;
let stopping = false;
process.on('SIGINT', () => {
  stopping = true;
});
console.log(
  `ViT-Tiny, ${vitTiny.layers} blocks, ${network.total} parameters with heads, ${size} px, batch ${batch}, from step ${step} to ${last}`,
);
const queue = new BatchQueue(shape, step);
let clock = performance.now();
let [steps, cellLoss, patchLoss, imageLoss] = [0, 0, 0, 0];
while (step < last && !stopping) {
  const made = await queue.next(step);
  step += 1;
  const out = await trainer.run({
    ...inputsOf(made),
    params: float32([network.total], params as Float32Array<ArrayBuffer>),
    m: float32([network.total], m as Float32Array<ArrayBuffer>),
    v: float32([network.total], v as Float32Array<ArrayBuffer>),
    step: float32([], [step]),
    lr: float32([], [learningRate(step)]),
  });
  const data = (name: string): Float32Array => (out[name] as Tensor<'float32'>).data;
  params = data('next_params');
  m = data('next_m');
  v = data('next_v');
  cellLoss += data('cell_loss')[0]!;
  patchLoss += data('patch_loss')[0]!;
  imageLoss += data('image_loss')[0]!;
  steps += 1;
  if (!Number.isFinite(patchLoss)) throw new Error(`The loss is not finite at step ${step}; lower --lr.`);
  if (step % 100 === 0 || step === last || stopping) {
    const now = performance.now();
    seconds += (now - clock) / 1000;
    console.log(
      `${step}  cell loss ${(cellLoss / steps).toFixed(4)}  patch loss ${(patchLoss / steps).toFixed(4)}  image loss ${(imageLoss / steps).toFixed(4)}  ` +
        `${((now - clock) / steps).toFixed(0)} ms a step  ${(seconds / 60).toFixed(1)} min`,
    );
    [clock, steps, cellLoss, patchLoss, imageLoss] = [now, 0, 0, 0, 0];
  }
  if (step % 500 === 0 || step === last || stopping) {
    saveCheckpoint(folder, { step, seconds, params, m, v });
    console.log(`${step}  held out: ${await heldOut(params)}`);
    clock = performance.now();
  }
}
await queue.close();
await engine.dispose();
