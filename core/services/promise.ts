/**
 * The promise of time and disk: what is still to be done for a training, times what each part took when it was measured.
 *
 * Several trainings in a row share what the first one prepares: images are decoded once, and methods that want the same of
 * the LPM ask it once.
 */
import { statfsSync } from 'node:fs';
import type { z } from 'zod';
import {
  type MeasureOptions,
  measureOptionsSchema,
  type TimePromise,
  type trainOptionsSchema,
} from '../contract/index.ts';
import { extractedLayers } from '../models/index.ts';
import { labelledInstances, type ReadDb, ratesOf, versionStatistics } from '../store/index.ts';
import { stepsPerEpoch } from '../training/sampler.ts';
import type { ServiceContext } from './context.ts';
import { checkDataset } from './data-check.ts';
import { framesOf, requireDataset } from './dataset.ts';
import { type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from './encode-lpm.ts';
import { encodingName, networkName, plannedBatch, rateKey, rateNames } from './measure.ts';
import { imageKey, previewFolder, storedRecords } from './record-stores.ts';
import { featuresFolder, keysValuesBytes } from './source-features.ts';

type Training = Omit<z.output<typeof trainOptionsSchema>, 'resume'>;

/** How far off such a promise usually is: speed of a processor varies with its heat and with what else it does. */
const uncertainty = 0.15;
/** Writing a checkpoint and the epoch's figures. */
const epochEndSeconds = 0.05;
/** Bytes of a stored grey image's sample. */
const sampleBytes = 2;

export interface Promised {
  readonly promises: (TimePromise | null)[];
  readonly missing: MeasureOptions[];
  readonly freeBytes: number;
}

interface Work {
  /** Images of training and validation that are not decoded yet. */
  readonly decode: number;
  /** Images over which mean and deviation are still to be computed. */
  readonly statistics: number;
  /** Images that the LPM has not read for this method. */
  readonly encode: number;
  readonly train: number;
  readonly validation: number;
  readonly classes: number;
  readonly labelled: number;
}

/** Promises for `trainings`, done in this order. @throws DATASET_NOT_FOUND, LPM_NOT_FOUND, BAD_INPUT */
export async function promiseTime(context: ServiceContext, trainings: readonly Training[]): Promise<Promised> {
  const promises: (TimePromise | null)[] = [];
  const missing = new Map<string, MeasureOptions>();
  const prepared = new Set<string>();
  for (const training of trainings) {
    const lpm = openLibraryLpm(context, requireLpm(context, training.lpm));
    try {
      const options = { ...training, inputSize: resolveInputSize(lpm.config, training.inputSize) };
      const rates = ratesOf(context.library.db, await rateKey(context, lpm.record.hash, options.inputSize));
      const promise = promiseOf(workOf(context, options, lpm, prepared), options, rates, lpm);
      promises.push(promise);
      if (promise === null) {
        const wanted = measureOptionsSchema.parse(
          Object.fromEntries(
            Object.keys(measureOptionsSchema.shape).map((key) => [key, options[key as keyof Training]]),
          ),
        );
        missing.set(JSON.stringify(wanted), wanted);
      }
    } finally {
      lpm.close();
    }
  }
  const { bavail, bsize } = statfsSync(context.library.folder);
  return { promises, missing: [...missing.values()], freeBytes: bavail * bsize };
}

function workOf(context: ServiceContext, options: Training, lpm: LibraryLpm, prepared: Set<string>): Work {
  const { library } = context;
  const dataset = requireDataset(context, options.dataset);
  const check = checkDataset(context, options);
  const rows = labelledInstances(library.db, dataset.id).filter(
    ({ label, isExcluded }) => label !== null && !isExcluded,
  );
  const keys = rows.flatMap((row) =>
    framesOf(dataset.frames, row.numberOfFrames).map((frame) => imageKey(row.instanceId, frame)),
  );
  const splits = plannedSplitOf(check, keys.length);
  // Which images are of the test part is decided when the data set is frozen; their share is known.
  const used = splits.train + splits.val;
  const lacking = (stored: ReadonlyMap<string, unknown>): number => {
    const there = keys.filter((key) => stored.has(key)).length;
    return Math.max(0, used - there);
  };
  const once = (name: string, n: number): number => {
    if (prepared.has(name)) return 0;
    prepared.add(name);
    return n;
  };
  const decode = once(`decode ${options.inputSize}`, lacking(storedRecords(library, previewFolder(options.inputSize))));
  const statistics = frozenStatistics(library.db, dataset.id, options, lpm);
  const folder = statistics === null ? null : featuresFolder(context, lpm, options, statistics);
  const encoding = encodingName(options);
  const encode =
    encoding === null
      ? 0
      : once(
          `encode ${encoding} ${options.inputSize} ${options.normalisation} ${lpm.record.hash}`,
          folder === null ? used : lacking(storedRecords(library, folder)),
        );
  return {
    decode,
    statistics: once(`statistics ${options.inputSize}`, statistics === null ? splits.train : 0),
    encode,
    train: splits.train,
    validation: splits.val,
    classes: check.classes.length,
    labelled: rows.length,
  };
}

/** Images of training and validation: the share of each split's patients. */
function plannedSplitOf(
  check: ReturnType<typeof checkDataset>,
  labelled: number,
): { readonly train: number; readonly val: number } {
  const { train, val, test } = check.splits;
  const all = Math.max(1, train + val + test);
  if (train === 0) return { train: Math.ceil(0.6 * labelled), val: Math.floor(0.2 * labelled) };
  return { train: Math.round((labelled * train) / all), val: Math.round((labelled * val) / all) };
}

/** Mean and deviation to come, where they are known already. */
function frozenStatistics(
  db: ReadDb,
  datasetId: number,
  options: Training,
  lpm: LibraryLpm,
): { mean: number[]; std: number[] } | null {
  if (options.normalisation === 'lpm') return { mean: [...lpm.config.mean], std: [...lpm.config.std] };
  const newest = db.get<{ id: number }>('SELECT max(id) AS id FROM dataset_versions WHERE dataset_id = :datasetId', {
    datasetId,
  });
  return newest?.id == null ? null : (versionStatistics(db, newest.id, options.inputSize) ?? null);
}

/** The promise, or null where a rate is missing. */
function promiseOf(
  work: Work,
  options: Training,
  rates: ReadonlyMap<string, number>,
  lpm: LibraryLpm,
): TimePromise | null {
  const batch = plannedBatch(options.batch, work.labelled);
  const network = networkName(options, batch, work.classes);
  const encoding = encodingName(options);
  const needed: [stage: string, rate: string, times: number][] = [
    ['Decoding', rateNames.prepareDecoder, work.decode > 0 ? 1 : 0],
    ['Decoding', rateNames.decode, work.decode],
    ['Mean and deviation', rateNames.statistics, work.statistics],
    ...(encoding === null || work.encode === 0
      ? []
      : ([
          ['Encoding', rateNames.prepareEncoder(encoding), 1],
          ['Encoding', rateNames.encode(encoding), work.encode],
        ] as [string, string, number][])),
    ['Training', rateNames.prepareNetwork(network), 1],
    ['Training', rateNames.step(network), options.epochs * stepsPerEpoch(Math.max(1, work.train), batch)],
    ['Training', rateNames.predict(network), (options.epochs + 1) * Math.ceil(work.validation / batch)],
  ];
  const stages = new Map<string, number>();
  for (const [stage, rate, times] of needed) {
    const seconds = rates.get(rate);
    if (seconds === undefined) return null;
    stages.set(stage, (stages.get(stage) ?? 0) + seconds * times);
  }
  stages.set('Training', (stages.get('Training') ?? 0) + options.epochs * epochEndSeconds);
  const seconds = [...stages.values()].reduce((sum, value) => sum + value, 0);
  return {
    seconds,
    low: seconds * (1 - uncertainty),
    high: seconds * (1 + uncertainty),
    stages: [...stages].map(([stage, value]) => ({ stage, seconds: value })),
    diskBytes: diskBytes(work, options, lpm),
  };
}

function diskBytes(work: Work, options: Training, lpm: LibraryLpm): number {
  const layers = extractedLayers(lpm.config, options.method === 'fpt' ? 'all' : 'half');
  const perImage =
    options.method === 'linear' ? 4 * lpm.config.width : keysValuesBytes(lpm.config, { ...options, layers });
  return Math.round(work.decode * sampleBytes * options.inputSize ** 2 + work.encode * perImage);
}
