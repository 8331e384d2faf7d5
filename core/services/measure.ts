/**
 * How long a training will take: the LPM and the training loop are timed on two or three images of the data set, in a few
 * seconds, and what was measured is kept for this machine, LPM and size. The promise is arithmetic on these rates.
 */
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import { type MeasureOptions, measureOptionsSchema } from '../contract/index.ts';
import {
  fromUint16,
  type GreyOrColourImage,
  imageStatistics,
  normalise,
  resizeBilinear,
  toUint16,
} from '../images/index.ts';
import { defineJob } from '../jobs/index.ts';
import { dropoutMaskShape, extractedLayers, type SideConfig, sideConfig } from '../models/index.ts';
import { type LabelledInstance, labelledInstances, type RateKey, saveRates } from '../store/index.ts';
import { freshState, type TrainingNetwork, train } from '../training/loop.ts';
import { type ServiceContext, timeOf } from './context.ts';
import { orderClasses, requireDataset } from './dataset.ts';
import { compileEncoder, type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from './encode-lpm.ts';
import { readInstance } from './files.ts';
import { compilePredictor } from './model.ts';
import { sideImage, stackImages, stackKeysValues } from './source-examples.ts';
import { openRenderer } from './source-images.ts';
import { compileStep, startingParameters } from './train.ts';

/** Images that are decoded and read by the LPM; the first of them only warms up. */
const imagesTimed = 3;
/** Steps of the loop that are timed, after one that warms up. */
const stepsTimed = 4;

export const measureResultSchema = z.object({ rates: z.record(z.string(), z.number()) });

/** The names under which rates are kept. A step depends on much, so its name says it all. */
export const rateNames = {
  prepareDecoder: 'start decoding',
  decode: 'decode an image',
  statistics: 'statistics of an image',
  prepareEncoder: (what: string) => `prepare the LPM for ${what}`,
  encode: (what: string) => `read an image for ${what}`,
  prepareNetwork: (network: string) => `prepare ${network}`,
  step: (network: string) => `step of ${network}`,
  predict: (network: string) => `prediction of ${network}`,
} as const;

/** What the LPM must give for these options; null where the method does not ask it. */
export function encodingName(options: Pick<MeasureOptions, 'method' | 'tokens' | 'tokenRatio'>): string | null {
  if (options.method === 'side-only' || options.method === 'full') return null;
  if (options.method === 'linear') return 'class token';
  return `keys and values (${options.method === 'fpt' ? 'all' : 'half'}, ${options.tokens}, ${options.tokenRatio})`;
}

/** The network and batch that a step's time belongs to. */
export function networkName(options: MeasureOptions, batch: number, classes: number): string {
  const { method, tokenRatio, augment, classWeights, microBatch } = options;
  return JSON.stringify([method, batch, classes, tokenRatio, augment, classWeights, microBatch]);
}

/** The machine that rates belong to: another processor, engine or number of threads is another machine. */
export async function rateKey(context: ServiceContext, lpmHash: string, inputSize: number): Promise<RateKey> {
  const { name, version, device, threads } = (await context.engine()).info;
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  return { machine: `${name} ${version} on ${device}, ${threads} threads, ${processor}`, lpmHash, inputSize };
}

export const measureJob = defineJob({
  kind: 'measure',
  payload: measureOptionsSchema,
  result: measureResultSchema,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const lpm = openLibraryLpm(context, requireLpm(context, options.lpm));
    try {
      const inputSize = resolveInputSize(lpm.config, options.inputSize);
      const rates = await measure(context, lpm, { ...options, inputSize });
      const key = await rateKey(context, lpm.record.hash, inputSize);
      saveRates(context.library.writer, key, rates, timeOf(context));
      return { rates: Object.fromEntries(rates) };
    } finally {
      lpm.close();
    }
  },
});

async function measure(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: MeasureOptions,
): Promise<ReadonlyMap<string, number>> {
  const dataset = requireDataset(context, options.dataset);
  const labelled = labelledInstances(context.library.db, dataset.id).filter(
    ({ label, isExcluded }) => label !== null && !isExcluded,
  );
  const classes = orderClasses(labelled.map(({ label }) => label as string)).length;
  if (labelled.length === 0 || classes < 2) {
    throw new AppError('DATASET_NOT_READY', `Data set "${options.dataset}" needs labelled images of two classes.`);
  }
  const rates = new Map<string, number>();
  const stages = 3;
  const tell = (done: number): void => context.progress({ stage: 'Measuring', done, total: stages, unit: 'parts' });
  tell(0);
  const images = await timeDecoding(context, labelled, options.inputSize, rates);
  tell(1);
  const record = await timeEncoding(context, lpm, options, images, rates);
  tell(2);
  await timeTraining(context, lpm, options, { images, record, classes, labelled: labelled.length }, rates);
  tell(stages);
  return rates;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Decodes images from all over the data set; gives them as training would store them. */
async function timeDecoding(
  context: ServiceContext,
  labelled: readonly LabelledInstance[],
  inputSize: number,
  rates: Map<string, number>,
): Promise<GreyOrColourImage[]> {
  const renderer = openRenderer();
  const decode = async (row: LabelledInstance): Promise<GreyOrColourImage> => {
    const bytes = await readInstance(context.library, row.instanceId);
    const image = await renderer.render(bytes, Math.floor((row.numberOfFrames - 1) / 2), redact(row.sopInstanceUID));
    const square = resizeBilinear(image, inputSize, inputSize);
    return fromUint16(toUint16(square), inputSize, inputSize, square.channels);
  };
  const chosen = Array.from(
    { length: imagesTimed },
    (_, k) => labelled[Math.floor((k * labelled.length) / imagesTimed)] as LabelledInstance,
  );
  try {
    const opened = performance.now();
    const images = await Promise.all(chosen.map(decode));
    const first = secondsSince(opened);
    // The threads run by now, and their code is compiled: this is how all the other images will go.
    const started = performance.now();
    await Promise.all(chosen.map(decode));
    const again = secondsSince(started);
    rates.set(rateNames.decode, again / chosen.length);
    rates.set(rateNames.prepareDecoder, Math.max(0, first - again));
    imageStatistics(images[0] as GreyOrColourImage);
    const looked = performance.now();
    imageStatistics(images[0] as GreyOrColourImage);
    rates.set(rateNames.statistics, secondsSince(looked));
    return images;
  } finally {
    await renderer.close();
  }
}

/** Runs the LPM; gives what training would keep of an image, or null where the method asks for none. */
async function timeEncoding(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: MeasureOptions,
  images: readonly GreyOrColourImage[],
  rates: Map<string, number>,
): Promise<{ readonly keysValues: Uint8Array | null; readonly classToken: Float32Array | null }> {
  const name = encodingName(options);
  if (name === null) return { keysValues: null, classToken: null };
  const { inputSize, tokens, tokenRatio, method } = options;
  const started = performance.now();
  const encoder = await compileEncoder(
    await context.engine(),
    lpm,
    {
      inputSize,
      tokens,
      tokenRatio,
      layers: extractedLayers(lpm.config, method === 'fpt' ? 'all' : 'half'),
      keysValues: method !== 'linear',
      classToken: method === 'linear',
    },
    context.precision,
  );
  try {
    const pixels = images.map((image) => normalise(image, lpm.config.mean, lpm.config.std));
    const first = await encoder.encode(pixels[0] as Float32Array);
    rates.set(rateNames.prepareEncoder(name), secondsSince(started));
    const timed = performance.now();
    for (const image of pixels.slice(1)) await encoder.encode(image);
    rates.set(rateNames.encode(name), secondsSince(timed) / (pixels.length - 1));
    const { keysValues, classToken } = first;
    return { keysValues: keysValues === null ? null : new Uint8Array(keysValues.buffer), classToken };
  } finally {
    await encoder.dispose();
  }
}

interface TimedSet {
  readonly images: readonly GreyOrColourImage[];
  readonly record: { readonly keysValues: Uint8Array | null; readonly classToken: Float32Array | null };
  readonly classes: number;
  readonly labelled: number;
}

/** Runs the real loop for a few steps over a made-up set that costs what a real one costs. */
async function timeTraining(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: MeasureOptions,
  set: TimedSet,
  rates: Map<string, number>,
): Promise<void> {
  const { method, inputSize, tokenRatio, classWeights, microBatch } = options;
  const steps = method === 'full' ? 1 : stepsTimed;
  const batch = plannedBatch(options.batch, set.labelled);
  const config = sideConfig(lpm.config, { method, classes: set.classes, inputSize, tokenRatio });
  const name = networkName(options, batch, set.classes);
  const started = performance.now();
  const engine = await context.engine();
  const network: TrainingNetwork = {
    ...(await compilePredictor(engine, config, batch)),
    step: await compileStep(
      engine,
      config,
      { weightDecay: 0.1, classWeights, ...(method === 'full' ? { microBatch } : {}) },
      batch,
    ),
    dropoutShape: dropoutMaskShape(config, batch),
  };
  try {
    rates.set(rateNames.prepareNetwork(name), secondsSince(started));
    const times: number[] = [];
    const examples = exampleSet(config, set, inputSize, lpm.config, batch * (steps + 1));
    const { labels: _, ...validation } = exampleSet(config, set, inputSize, lpm.config, batch);
    let steppedAt = 0;
    await train(
      network,
      { ...options, epochs: 1, batch, learningRate: 1e-4, seed: 0, earlyStop: null },
      examples,
      { ...validation, labels: examples.labels.slice(0, batch) },
      freshState(startingParameters(config, { seed: 0 }, lpm)),
      {
        signal: context.signal,
        now: () => performance.now(),
        step: () => {
          const now = performance.now();
          times.push((now - (steppedAt || now)) / 1000);
          steppedAt = now;
        },
        epoch: () => {
          rates.set(rateNames.predict(name), secondsSince(steppedAt));
        },
      },
    );
    const timed = times.slice(1).sort((a, b) => a - b);
    rates.set(rateNames.step(name), timed.reduce((sum, time) => sum + time, 0) / Math.max(1, timed.length));
  } finally {
    await network.step.dispose();
    await network.predict.dispose();
  }
}

/** The batch that a set of so many labelled images, 60 % of them for training, allows. */
export function plannedBatch(batch: number, labelled: number): number {
  return Math.max(1, Math.min(batch, Math.floor(0.6 * labelled)));
}

function exampleSet(
  config: SideConfig,
  { images, record, classes }: TimedSet,
  inputSize: number,
  statistics: { readonly mean: readonly number[]; readonly std: readonly number[] },
  n: number,
): Parameters<typeof train>[2] {
  const norm = { mean: [...statistics.mean], std: [...statistics.std] };
  return {
    labels: Int32Array.from({ length: n }, (_, i) => i % classes),
    imageSize: config.method === 'linear' ? null : { height: inputSize, width: inputSize },
    load: async (indices, augmentations) => {
      if (config.method === 'linear') {
        const width = config.lpm.width;
        const data = new Float32Array(indices.length * width);
        for (let b = 0; b < indices.length; b++) data.set(record.classToken ?? [], b * width);
        return { class_token: { dtype: 'float32', shape: [indices.length, width], data } };
      }
      const sides = indices.map((i, b) =>
        sideImage(images[i % images.length] as GreyOrColourImage, config.sideSize, norm, augmentations[b] ?? null),
      );
      const image = stackImages(config, sides);
      if (record.keysValues === null) return { image };
      // A copy for each example, as reading from the disk makes one.
      return {
        image,
        ...stackKeysValues(
          config,
          indices.map(() => new Uint8Array(record.keysValues as Uint8Array)),
        ),
      };
    },
  };
}
