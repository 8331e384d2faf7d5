/** The time of a comparison: the promises of its trainings and of the evaluation at the end, as one. */
import type { ProgressEvent } from '../../base/progress.ts';
import type { MeasureOptions, Method, TimePromise, VersionImage } from '../../contract/index.ts';
import type { DatasetRow, NewVersion } from '../../store/index.ts';
import { ratesOf } from '../../store/index.ts';
import { planVersion } from '../datasets/dataset.ts';
import { promiseTime, shapeOf } from '../estimate/estimate.ts';
import { rateKey, rateNames } from '../estimate/rates.ts';
import { type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';
import { decideTrainings } from './decide.ts';
import { type Comparison, comparedMethods, trainingOf } from './trainings.ts';

/** The images that a comparison is about, frozen or as they would be. */
export interface ComparedData {
  readonly dataset: Pick<DatasetRow, 'id' | 'target'>;
  readonly classes: readonly string[];
  readonly images: readonly Pick<VersionImage | NewVersion['images'][number], 'split'>[];
}

/**
 * The promise of all trainings of `chosen` methods, one after the other, and of their answers at the end; null where something of it was not measured on
 * this machine yet, with what to measure.
 */
export async function promiseOfComparison(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: Comparison,
  data: ComparedData,
  chosen: readonly Method[],
): Promise<{ readonly promise: TimePromise | null; readonly missing: readonly MeasureOptions[] }> {
  const firsts = chosen.map((method) => trainingOf(options, method, 0));
  // Those of the other seeds find everything prepared.
  const { promises, missing } = await promiseTime(context, [...firsts, ...firsts]);
  const known = promises.filter((promise): promise is TimePromise => promise !== null);
  if (known.length < promises.length) return { promise: null, missing };
  const sum = (of: (promise: TimePromise) => number): number =>
    known.reduce((all, promise, i) => all + of(promise) * (i < chosen.length ? 1 : options.seeds - 1), 0);
  const evaluating = await evaluationSeconds(context, lpm, options, data, chosen);
  const seconds = sum((promise) => promise.seconds);
  return {
    promise: {
      seconds: seconds + evaluating,
      low: sum(({ low }) => low) + evaluating * 0.8,
      high: sum(({ high }) => high) + evaluating * 1.5,
      stages: [
        { stage: 'comparing', seconds, parts: [] },
        { stage: 'evaluating', seconds: evaluating, parts: [] },
      ],
      diskBytes: Math.round(sum(({ diskBytes }) => diskBytes)),
    },
    missing,
  };
}

/** Reading and encoding the images that are judged on, and answering them once with each model. */
async function evaluationSeconds(
  context: ServiceContext,
  lpm: LibraryLpm,
  options: Comparison,
  { dataset, classes, images }: ComparedData,
  chosen: readonly Method[],
): Promise<number> {
  // Of the validation images all of this was done in training.
  if (options.evaluateOn === 'val') return 0;
  const rates = ratesOf(context.library.db, await rateKey(context, lpm.record.hash, options.inputSize));
  const n = images.filter(({ split }) => split === options.evaluateOn).length;
  const rate = (name: string): number => rates.get(name) ?? 0;
  const encodings = new Set<string>();
  let seconds = n * rate(rateNames.decode(dataset.id));
  for (const method of chosen) {
    const training = trainingOf(options, method, 0);
    const { network, encoding } = shapeOf(lpm, training, dataset, { images, classes });
    if (encoding !== null) encodings.add(encoding);
    seconds +=
      options.seeds *
      (rate(rateNames.prepareNetwork(network)) + Math.ceil(n / training.batch) * rate(rateNames.predict(network)));
  }
  for (const name of encodings) seconds += rate(rateNames.prepareEncoder(name)) + n * rate(rateNames.encode(name));
  return seconds;
}

/** How much of a training is done, from 0 to 1, where an event says that it is; by its promise, or where there is none by its steps alone. */
export function doneOf(promise: TimePromise | null, { stage, done, total }: ProgressEvent): number {
  const part = total === null || total === 0 ? 0 : Math.min(1, done / total);
  const at = promise?.stages.findIndex((one) => one.stage === stage) ?? -1;
  if (promise === null || at < 0 || promise.seconds === 0) return stage === 'training' ? part : 0;
  const before = promise.stages.slice(0, at).reduce((sum, { seconds }) => sum + seconds, 0);
  return Math.min(1, (before + part * (promise.stages[at]?.seconds ?? 0)) / promise.seconds);
}

/**
 * The promise of a comparison before anything of it was done: of the methods that fit its hours, as it will decide, and supposing that all fit the memory.
 * Null where something of it was not measured yet, and where no method fits.
 */
export async function promiseBefore(context: ServiceContext, asked: Comparison): Promise<TimePromise | null> {
  const lpm = openLibraryLpm(context, requireLpm(context, asked.lpm));
  try {
    const options = { ...asked, inputSize: resolveInputSize(lpm.config, asked.inputSize) };
    const { dataset, version } = planVersion(context, { dataset: options.dataset, seed: 0 });
    const data = { dataset, classes: version.classes, images: version.images };
    const all = comparedMethods(options);
    const pairs = all.flatMap((method) => Array.from({ length: 2 }, () => trainingOf(options, method, 0)));
    // As what each costs is promised there: by itself, with images that another would have read, too.
    const { promises } = await promiseTime(context, pairs, { groupsOf: 2 });
    const secondsOf = (at: number): number => promises[at]?.seconds ?? Number.POSITIVE_INFINITY;
    if (promises.includes(null)) return null;
    const costs = all.map((method, i) => {
      const promisedSeconds = secondsOf(2 * i) + (options.seeds - 1) * secondsOf(2 * i + 1);
      return { method, trainingMb: 0, promisedSeconds };
    });
    const decided = decideTrainings(costs, { hours: options.hours, memoryMb: Number.POSITIVE_INFINITY });
    const chosen = all.filter((method) => decided.get(method) === null);
    if (chosen.length === 0) return null;
    return (await promiseOfComparison(context, lpm, options, data, chosen)).promise;
  } finally {
    lpm.close();
  }
}
