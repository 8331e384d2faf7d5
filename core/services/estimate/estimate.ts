/**
 * The promise of time and disk: what is still to be done for a training, times what each part took when it was measured.
 *
 * The images are those of the version that freezing the data set would give, so every image and step is counted, not
 * estimated. Several trainings in a row share what the first one prepares: images are decoded once, and methods that want
 * the same of the LPM ask it once.
 */

import type { z } from 'zod';
import { invariant } from '../../base/errors.ts';
import {
  type FoldSettings,
  type MeasureOptions,
  type MethodSizes,
  measureOptionsSchema,
  networksTrained,
  type SampleRanges,
  type SearchPlan,
  type SideBySide,
  type TimePromise,
  trainOptionsSchema,
  type VersionImage,
} from '../../contract/index.ts';
import { networkConfig, parameterLayout } from '../../models/index.ts';
import {
  type DatasetRow,
  datasetByName,
  promiseShares,
  rangeRuleOfVersion,
  ratesOf,
  versionImages,
  versionStatistics,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { optimisers } from '../../training/optimisers/index.ts';
import { stepsPerEpoch, usableBatch } from '../../training/sampler.ts';
import { type PlannedVersion, planVersion } from '../datasets/dataset.ts';
import { featureBytes } from '../features/feature-kinds.ts';
import { featuresFolder } from '../features/source-features.ts';
import { type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import { sideBySideOf } from '../recipe/side-by-side.ts';
import { freeBytes } from '../records/disk-space.ts';
import { imageKey, previewFolder, storedRecords } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import type { PlannedRun } from '../training/plan.ts';
import { encodingName, networkName, rateKey, rateNames } from './rates.ts';
import { besideOthers } from './search-lanes.ts';
import { networksAtTheEnd, plannedSearch, promiseOfSearch, trainingsOf } from './search-parts.ts';
import { readTogether, sumPromise, type Work } from './sum.ts';
import { type WeightBytes, weightBytes } from './weight-bytes.ts';

type Training = Omit<z.output<typeof trainOptionsSchema>, 'resume'>;

/** Earlier trainings that the range learns from. */
const trainingsRemembered = 5;
/** Bytes of a stored grey image's sample. */
const sampleBytes = 2;
const megabyte = 1e6;

const nothing: WeightBytes = { kept: 0, passing: 0 };

export interface Promised {
  readonly promises: (TimePromise | null)[];
  readonly missing: MeasureOptions[];
  /** Null where the disk does not say. */
  readonly freeBytes: number | null;
}

/** What trainings that are no whole trainings do otherwise. */
interface Otherwise {
  /** Whether models come of them, whose weights are stored; they do where left out. */
  readonly keepsModels?: boolean;
  /** Images that they do without are left out; all are taken where left out. */
  readonly part?: (images: PlannedVersion['version']['images']) => PlannedVersion['version']['images'];
  /** Images that the LPM reads once more for each, whatever is kept. */
  readonly readAgain?: number;
  /** Of so many at a time what the ones before prepare is not there: each such group is promised as if it came first. */
  readonly groupsOf?: number;
}

/**
 * Promises for `trainings`, done in this order.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND, BAD_INPUT
 */
export async function promiseTime(
  context: ServiceContext,
  trainings: readonly Training[],
  { keepsModels = true, part = (images) => images, readAgain = 0, groupsOf = trainings.length }: Otherwise = {},
): Promise<Promised> {
  const promises: (TimePromise | null)[] = [];
  const missing = new Map<string, MeasureOptions>();
  const prepared = new Set<string>();
  // Of many trainings on one data set its images are counted once.
  const plans = new Map<string, PlannedVersion>();
  // What passes is taken once: trainings in a row write over what the one before no longer needs.
  let { spareBytes } = context.library;
  for (const [at, training] of trainings.entries()) {
    if (at % groupsOf === 0) prepared.clear();
    const lpm = openLibraryLpm(context, requireLpm(context, training.lpm));
    try {
      const given = { ...training, inputSize: resolveInputSize(lpm.config, training.inputSize) };
      const rates = ratesOf(context.library.db, await rateKey(context, lpm.record.hash, given.inputSize));
      const whole = plans.get(`${given.dataset} ${given.seed}`) ?? planVersion(context, given);
      plans.set(`${given.dataset} ${given.seed}`, whole);
      const planned = { ...whole, version: { ...whole.version, images: part(whole.version.images) } };
      const plan = plannedSearch(given, planned.version.images);
      const trained = trainingsOf(given, plan);
      const { folds } = plan ?? given;
      const works = trained.map((options) => workOf(context, options, lpm, planned, { prepared, rates }));
      const lanes = plan === null ? undefined : await lanesOf(context, lpm, given, planned, plan);
      const together = plan === null ? works : readTogether(works, rates);
      const methods = trained.map(({ method }) => method);
      const read =
        plan === null || lanes === undefined
          ? together
          : besideOthers(together, methods, { plan, lanes, networks: networksAtTheEnd(plan, given) }, rates);
      const parts = trained.map((options, i) => {
        const work = read[i] as Work;
        const diskBytes = work.decode * work.imageBytes + work.encode * work.featureBytes;
        const shares = promiseShares(context.library.db, trainingsRemembered);
        const promise = sumPromise({ ...work, encode: work.encode + readAgain }, rates, diskBytes, shares);
        if (promise === null) {
          const wanted = { ...toMeasure(options), ...(lanes === undefined ? {} : { sideBySide: lanes }) };
          missing.set(JSON.stringify(wanted), wanted);
        }
        return promise;
      });
      const promise = plan === null ? (parts[0] ?? null) : promiseOfSearch(parts, trained, plan, given);
      const { kept, passing } = keepsModels ? weightsOf(lpm, trained, { ...given, folds }, planned) : nothing;
      const diskBytes = kept + Math.max(0, passing - spareBytes);
      spareBytes = Math.max(spareBytes, passing);
      promises.push(promise && { ...promise, diskBytes: promise.diskBytes + diskBytes });
    } finally {
      lpm.close();
    }
  }
  return { promises, missing: [...missing.values()], freeBytes: freeBytes(context) };
}

/** What the weights take of the disk: of a search those of its largest network, for which method wins nobody knows. */
function weightsOf(
  lpm: LibraryLpm,
  trained: readonly Training[],
  asked: FoldSettings,
  { dataset, version }: Pick<PlannedVersion, 'dataset' | 'version'>,
): WeightBytes {
  const all = trained.map(({ method, inputSize, tokenRatio, optimiser, ...sizes }) => {
    const classes = targets[dataset.target].logits(version.classes.length);
    const { total } = parameterLayout(networkConfig(lpm.config, { method, classes, inputSize, tokenRatio, sizes }));
    return weightBytes(total, optimisers[optimiser].state.length, asked);
  });
  return all.reduce((most, one) => (one.kept > most.kept ? one : most), nothing);
}

/** How the small trainings of a search would run at once now; undefined where one after the other. */
async function lanesOf(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: Training,
  { dataset, version }: Pick<PlannedVersion, 'dataset' | 'version'>,
  plan: SearchPlan,
): Promise<SideBySide | undefined> {
  const target = targets[dataset.target];
  const settings = { ...options, criterion: options.criterion ?? target.criteria[0] };
  const networks = { lpm: lpm.config, logits: target.logits(version.classes.length), settings };
  return await sideBySideOf(context, networks, plan);
}

/** What to measure for a training. */
function toMeasure(options: Training): MeasureOptions {
  return measureOptionsSchema.parse(
    Object.fromEntries(Object.keys(measureOptionsSchema.shape).map((key) => [key, options[key as keyof Training]])),
  );
}

/**
 * The promise for a run that is computed once more and not kept, on the version that it names; null where this machine was not measured for it,
 * with what to measure.
 * @throws LPM_NOT_FOUND
 */
export async function promiseRun(
  context: ServiceContext,
  { run, version, lpm: record }: Pick<PlannedRun, 'run' | 'version' | 'lpm'>,
): Promise<{ readonly promise: TimePromise | null; readonly missing: MeasureOptions | null }> {
  const { db } = context.library;
  const dataset = datasetByName(db, version.dataset);
  invariant(dataset !== undefined, 'the data set of a version exists');
  const defaults = trainOptionsSchema.parse({ dataset: version.dataset, lpm: record.name });
  const { learningRate: lr, earlyStop, microBatch = defaults.microBatch, ...settings } = run.settings;
  const options: Training = { ...defaults, ...settings, lr, microBatch, earlyStop: earlyStop ?? undefined };
  const lpm = openLibraryLpm(context, record);
  try {
    const rates = ratesOf(db, await rateKey(context, record.hash, options.inputSize));
    const images = versionImages(db, version.id);
    const work = workOf(
      context,
      options,
      lpm,
      { dataset, version: { ...version, images }, existing: version },
      { prepared: new Set(), rates },
    );
    const diskBytes = work.decode * work.imageBytes + work.encode * work.featureBytes;
    const shares = promiseShares(db, trainingsRemembered);
    const promise = sumPromise({ ...work, checkpointBytes: 0 }, rates, diskBytes, shares);
    return { promise, missing: promise === null ? toMeasure(options) : null };
  } finally {
    lpm.close();
  }
}

function workOf(
  context: ServiceContext,
  options: Training,
  lpm: LibraryLpm,
  {
    dataset,
    version,
    existing,
  }: {
    readonly dataset: DatasetRow;
    readonly version: Pick<PlannedVersion['version'], 'images' | 'classes'> & { readonly ranges?: SampleRanges | null };
    readonly existing: PlannedVersion['existing'];
  },
  { prepared, rates }: { readonly prepared: Set<string>; readonly rates: ReadonlyMap<string, number> },
): Work {
  const { library } = context;
  const { inputSize, earlyStop } = options;
  const epochs = options.epochs * networksTrained(options);
  const used = version.images.filter(({ split }) => split !== 'test');
  const train = used.filter(({ split }) => split === 'train').length;
  const shape = shapeOf(lpm, options, dataset, version);
  const lacking = (folder: string): number => {
    const stored = storedRecords(library, folder);
    return used.filter(({ instanceId, frame }) => !stored.has(imageKey(instanceId, frame))).length;
  };
  const once = (name: string, count: () => number): number => {
    if (prepared.has(name)) return 0;
    prepared.add(name);
    return count();
  };
  const statistics =
    options.normalisation === 'lpm'
      ? { mean: [...lpm.config.mean], std: [...lpm.config.std] }
      : existing && versionStatistics(library.db, existing.id, inputSize);
  const { encoding } = shape;
  const rule = existing === undefined ? (version.ranges ?? {}) : rangeRuleOfVersion(library.db, existing);
  return {
    ...shape,
    imageBytes: imageBytesOf(shape, rates),
    decode: once(`decode ${dataset.id} ${inputSize}`, () => lacking(previewFolder(inputSize, rule))),
    statistics: once(`statistics ${dataset.id} ${inputSize}`, () => (statistics === undefined ? train : 0)),
    encode:
      encoding === null
        ? 0
        : once(`encode ${dataset.id} ${encoding} ${inputSize} ${options.normalisation} ${lpm.record.hash}`, () =>
            statistics === undefined
              ? used.length
              : lacking(featuresFolder(context, lpm, { ...options, rule }, statistics)),
          ),
    epochs,
    // The first epoch is the best so far; so many without a better one end it.
    fewestEpochs: earlyStop === undefined ? epochs : Math.min(epochs, 1 + earlyStop),
  };
}

/** What is written of one image: as much as was measured, or what one of grey has where that was before it was asked. */
export function imageBytesOf(
  { datasetId, imageBytes }: Pick<Work, 'datasetId' | 'imageBytes'>,
  rates: ReadonlyMap<string, number>,
): number {
  const measured = rates.get(rateNames.imageMegabytes(datasetId));
  return measured === undefined ? imageBytes : Math.round(measured * megabyte);
}

/** From how many images a network learns: those of training, or of a cross-validation all but a fold of those and validation's. */
export function imagesToLearn(images: readonly Pick<VersionImage, 'split'>[], folds: number): number {
  if (folds === 1) return images.filter(({ split }) => split === 'train').length;
  return Math.floor((images.filter(({ split }) => split !== 'test').length * (folds - 1)) / folds);
}

/** What does not depend on how much of the work is done: the names of its parts, and how large they are. */
export function shapeOf(
  lpm: LibraryLpm,
  options: Pick<
    Training,
    | 'method'
    | 'batch'
    | 'inputSize'
    | 'tokens'
    | 'tokenRatio'
    | 'precision'
    | 'keptAs'
    | 'augment'
    | 'classWeights'
    | 'criterion'
    | 'optimiser'
  > & {
    readonly microBatch?: number | undefined;
    readonly folds?: number | undefined;
    readonly repeats?: number | undefined;
  } & MethodSizes,
  dataset: Pick<DatasetRow, 'id' | 'target'>,
  {
    images,
    classes: names,
  }: { readonly images: readonly Pick<VersionImage, 'split'>[]; readonly classes: readonly string[] },
): Omit<Work, 'decode' | 'statistics' | 'encode' | 'epochs' | 'fewestEpochs'> {
  const { method, inputSize, tokenRatio } = options;
  const classes = targets[dataset.target].logits(names.length);
  const { folds = 1, repeats = 1 } = options;
  const train = imagesToLearn(images, folds);
  const used = images.filter(({ split }) => split !== 'test').length;
  // A network of a cross-validation is not validated, and predicts its fold at the end.
  const validation = folds === 1 ? used - train : 0;
  const batch = usableBatch(options.batch, train);
  const config = networkConfig(lpm.config, { method, classes, inputSize, tokenRatio, sizes: options });
  return {
    datasetId: dataset.id,
    encoding: encodingName(options),
    network: networkName(
      { ...options, criterion: options.criterion ?? targets[dataset.target].criteria[0] },
      batch,
      classes,
    ),
    stepsPerEpoch: stepsPerEpoch(train, batch),
    validationBatches: Math.ceil(validation / batch),
    finalBatches: folds === 1 ? Math.ceil(validation / batch) : repeats * folds * Math.ceil(used / folds / batch),
    imageBytes: sampleBytes * inputSize ** 2,
    featureBytes: featureBytes(lpm.config, method, options),
    // Parameters and what the optimiser keeps, and where the epoch is the best so far the parameters once more.
    checkpointBytes: 4 * (2 + optimisers[options.optimiser].state.length) * parameterLayout(config).total,
  };
}
