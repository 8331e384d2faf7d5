/**
 * Whether more labels would help: a learning curve over patients, with a forecast.
 *
 * The patients of training and validation are dealt to folds. Each fold is answered by networks that learned from growing parts of the other folds, so
 * every size is judged by the same patients, none of whom it learned from, and sizes differ by what was learned alone. That is repeated with other folds
 * and other parts. Nobody of the test part is learned from, answered or looked at.
 *
 * Nothing is kept of a curve that was stopped: its trainings are quick, and what takes long, the features, is kept.
 */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import {
  type CurveOptions,
  type CurveReport,
  type CurveRow,
  curveOptionsSchema,
  type DatasetVersion,
  jobSchemas,
  parseOptions,
  targetFacts,
  type VersionImage,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { type CurveFigures, type Forecast, forecast } from '../../statistics/learning-curve.ts';
import { worthOutOfFold } from '../../statistics/out-of-fold.ts';
import { type PowerLaw, valueAt } from '../../statistics/power-law.ts';
import { addAuditEvent, rangeRuleOfVersion, saveCurve, versionImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { openLibraryLpm, requireLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { dealAsMany, dealFolds } from '../training/folds.ts';
import { classFigures, meanFigures } from './curve-figures.ts';
import { methodInUse } from './in-use.ts';
import { answerOutOfFold } from './out-of-fold.ts';
import { type QuickBench, withQuickBench } from './quick.ts';
import { learnedPatients, nestedOrder } from './subsets.ts';

/** Parts of the patients that are learned from. */
export const curveShares = [0.25, 0.4, 0.6, 0.8, 1] as const;
/** A set of fewer patients tells more of who is in it than of how many. */
const fewestLearned = 8;
/** A gain whose interval begins lower is not told from none. */
const leastGain = 0.005;

/**
 * Makes the learning curve of a data set; the library keeps it.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND; BAD_INPUT for numbers, which have no AUC; TRAINING_DIVERGED,
 *   DISK_FULL, ENGINE_FAILED, CANCELLED
 */
export async function makeCurve(context: ServiceContext, options: CurveOptions): Promise<CurveReport> {
  return await runAsJob(curveJob, parseOptions(curveOptionsSchema, options), context);
}

export const curveJob = defineJob({
  kind: 'curve',
  ...jobSchemas.curve,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const { db } = context.library;
    requireRanked(context, options.dataset);
    const name = await provideLpm(context, options.lpm);
    await lookIntoDataset(context, options.dataset);
    const version = freezeDataset(context, { dataset: options.dataset, seed: options.seed });
    const images = versionImages(db, version.id).filter(({ split }) => split !== 'test');
    const method = options.method ?? methodInUse(db, options.dataset);
    const lpm = openLibraryLpm(context, requireLpm(context, name));
    try {
      const rule = rangeRuleOfVersion(db, version);
      const request = { version, images, lpm, method, inputSize: options.inputSize, rule };
      // As trainings have it by default, so that each finds the features of the other.
      return await withQuickBench(context, { ...request, normalisation: 'dataset' }, async (bench) => {
        const asked = { ...options, folds: options.folds ?? foldsFor(bench.features.images, version, options.seed) };
        const answered = await answerAll(context, bench, version, asked);
        const report: CurveReport = {
          ...{ dataset: version.dataset, version: version.number, target: version.target, lpm: name, method },
          ...{ folds: asked.folds, repeats: options.repeats, seed: options.seed, madeAt: timeOf(context) },
          ...reportOf(version, bench.features.images, answered, asked),
          failed: images.length - bench.features.images.length,
        };
        keepCurve(context, version, report);
        return report;
      });
    } finally {
      lpm.close();
    }
  },
});

/** As many folds as every class allows, up to those that a search has. @throws SPLIT_IMPOSSIBLE */
function foldsFor(images: readonly VersionImage[], version: DatasetVersion, seed: number): number {
  const refusal = { what: 'No learning curve can be drawn', action: 'Label more patients.' };
  return Math.max(...dealAsMany(images, { ...version, seed }, refusal)) + 1;
}

/** @throws DATASET_NOT_FOUND; BAD_INPUT for a data set of numbers */
export function requireRanked(context: ServiceContext, name: string): void {
  const { target } = requireDataset(context, name);
  const { isPerName, hasMarks, noun } = targetFacts[target];
  if (!isPerName || hasMarks) return;
  throw new AppError(
    'BAD_INPUT',
    `"${name}" asks for ${noun[1]}; this is done by probabilities, which numbers have none of.`,
    {
      action: 'Use a data set of classes, grades or findings.',
    },
  );
}

interface Asked {
  readonly folds: number;
  readonly repeats: number;
  readonly more: number;
  readonly seed: number;
}

interface Answered {
  /** Shares that were learned from, and how many patients on average. */
  readonly sizes: CurveReport['sizes'];
  /** Probabilities [n, classes] by repeat and size. */
  readonly probabilities: readonly (readonly Float64Array[])[];
  readonly trainings: number;
}

/** Trains on every size of every repeat, fold by fold, and answers the images of each fold by what did not learn from it. */
async function answerAll(
  context: ServiceContext,
  bench: QuickBench,
  version: DatasetVersion,
  { folds: count, repeats, seed }: Asked,
): Promise<Answered> {
  const { features, recipe } = bench;
  const { images } = features;
  const target = targets[version.target];
  const logits = target.logits(version.classes.length);
  const shares = usedShares(new Set(images.map(({ patientId }) => patientId)).size, count);
  const learned = shares.map(() => 0);
  const total = repeats * shares.length * count * recipe.steps;
  const probabilities: Float64Array[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const own = Random.seeded(seed).fork(`repeat ${repeat} of a learning curve`);
    const { target: kind, classes } = version;
    const folds = dealFolds(images, { count, seed: own.fork('folds').integer(2 ** 31), target: kind, classes });
    const order = nestedOrder(images, kind, own);
    const foldOf = new Map(images.map(({ patientId }, i) => [patientId, folds[i] as number]));
    const curve: Float64Array[] = [];
    for (const [s, share] of shares.entries()) {
      const answers = await answerOutOfFold(bench, { folds, count, logits }, (fold) => {
        const patients = learnedPatients(order, foldOf, fold, share);
        learned[s] = (learned[s] as number) + patients.size;
        const done = ((repeat * shares.length + s) * count + fold) * recipe.steps;
        return {
          learned: images.filter(({ patientId }) => patients.has(patientId)),
          seed: own.fork(`fold ${fold}`).integer(2 ** 31),
          told: (steps) =>
            context.progress({
              stage: 'curve',
              done: done + Math.min(steps, recipe.steps),
              total,
              unit: 'steps',
              note: `repeat ${repeat + 1} of ${repeats}, ${counted('en', patients.size, 'patient', 'patients')}, fold ${fold + 1} of ${count}`,
            }),
        };
      });
      curve.push(target.probabilities(answers, logits));
    }
    probabilities.push(curve);
  }
  const sizes = shares.map((share, s) => ({ share, patients: (learned[s] as number) / (repeats * count) }));
  return { sizes, probabilities, trainings: repeats * shares.length * count };
}

/** The shares that leave enough patients to learn from. */
function usedShares(patients: number, folds: number): number[] {
  const others = (patients * (folds - 1)) / folds;
  return curveShares.filter((share) => share === 1 || Math.floor(share * others) >= fewestLearned);
}

type Told = Pick<CurveReport, 'patients' | 'images' | 'asked' | 'more' | 'sizes' | 'rows' | 'helpsMost' | 'trainings'>;

function reportOf(
  { target: kind, classes }: DatasetVersion,
  images: readonly VersionImage[],
  { sizes, probabilities, trainings }: Answered,
  { folds, more: asked, seed }: Asked,
): Told {
  const target = targets[kind];
  const labels = target.labelsOf(images, { uncertain: 'unknown', scale: null });
  const patients = [...new Set(images.map(({ patientId }) => patientId))];
  const numbers = new Map(patients.map((patientId, i) => [patientId, i]));
  const patientOf = images.map(({ patientId }) => numbers.get(patientId) as number);
  const answers = { target: kind, classes: target.logits(classes.length), labels, patientOf, probabilities };
  // Further than twice the patients a law of so few points says nothing.
  const more = Math.min(asked, patients.length);
  const learned = sizes.map((size) => size.patients);
  const worth = worthOutOfFold(folds);
  const question = { sizes: learned, patients: patients.length, worth, from: patients.length, more, seed };
  const { isPerName } = targetFacts[kind];
  const figures = classes.map((_, c) => classFigures(answers, c));
  const row = (name: string | null, count: number, of: CurveFigures): CurveRow => {
    const found = forecast(of, question);
    return { name, patients: count, ...rowOf(found), line: lineOf(found.law, learned[0] ?? 0, patients.length + more) };
  };
  const having = (c: number): number => {
    const has = (i: number): boolean => (isPerName ? labels[i * classes.length + c] === 1 : labels[i] === c);
    return new Set(patientOf.filter((_, i) => has(i))).size;
  };
  // Of two classes each has the AUC of the other, and of one finding there is no mean but its own.
  const isSame = isPerName ? classes.length === 1 : classes.length === 2;
  const rows = [
    row(null, patients.length, meanFigures(figures)),
    ...(isSame ? [] : classes.map((name, c) => row(name, having(c), figures[c] as CurveFigures))),
  ];
  return {
    ...{ patients: patients.length, images: images.length, asked, more, sizes, rows, trainings },
    helpsMost: helpedMost(rows),
  };
}

/** So many places of a law are drawn. */
const placesDrawn = 40;

function lineOf(law: PowerLaw | null, from: number, to: number): CurveRow['line'] {
  if (law === null) return [];
  return Array.from({ length: placesDrawn }, (_, i) => {
    const patients = from + ((to - from) * i) / (placesDrawn - 1);
    return [patients, valueAt(law, patients)];
  });
}

function rowOf({ points, law, gain, reached, unfitted }: Forecast): Omit<CurveRow, 'name' | 'patients' | 'line'> {
  const pair = (interval: readonly [number, number]): [number, number] => [interval[0], interval[1]];
  return {
    points: points.map(({ value, interval }) => ({ auc: value, interval: interval && pair(interval) })),
    law,
    gain: gain && { value: gain.value, interval: pair(gain.interval) },
    reached: reached && pair(reached),
    unfitted,
  };
}

/** The class or finding with the largest gain, of those whose gain is told from none. */
export function helpedMost(rows: readonly CurveRow[]): string | null {
  const helped = rows.flatMap(({ name, gain }) =>
    name === null || gain === null || gain.interval[0] < leastGain ? [] : [{ name, gain: gain.value }],
  );
  return helped.sort((a, b) => b.gain - a.gain)[0]?.name ?? null;
}

function keepCurve(context: ServiceContext, version: DatasetVersion, report: CurveReport): void {
  const db = context.library.writer;
  db.transaction(() => {
    saveCurve(db, version.id, report);
    addAuditEvent(db, {
      happenedAt: report.madeAt,
      action: 'dataset.curveMade',
      subject: report.dataset,
      details: { version: report.version, patients: report.patients, trainings: report.trainings },
    });
  });
}
