/**
 * What an LPM's pass in 8 bits would do, on a part of a data set: how much quicker it is here, which important tokens stay, and whether answers
 * become worse.
 *
 * Answers are compared by a quick method, trained once on each kind of features with the same folds, seeds and recipe. So the two differ by
 * what the LPM said alone. Nobody of the test part is looked at.
 */
import type { z } from 'zod';
import { AppError, toError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import {
  type DatasetVersion,
  jobSchemas,
  parseOptions,
  type ReadBothWays,
  type TryInt8Options,
  type TryInt8Report,
  targetFacts,
  tryInt8OptionsSchema,
  type VersionImage,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { bootstrapInterval, median } from '../../statistics/bootstrap.ts';
import { worthOutOfFold } from '../../statistics/out-of-fold.ts';
import { rangeRuleOfVersion, versionImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { freezeDataset } from '../datasets/dataset.ts';
import { rateKey } from '../estimate/rates.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { readBothWays } from '../features/read-both-ways.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import { requireInt8 } from '../lpm/int8-engine.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { describeEngine } from '../session/describe-engine.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { dealAsMany } from '../training/folds.ts';
import { classFigures, meanFigures } from './curve-figures.ts';
import { answerOutOfFold } from './out-of-fold.ts';
import { type QuickBench, withQuickBench } from './quick.ts';

/** Images that are timed: enough for a median, few enough for a minute on a large LPM. */
export const imagesTimed = 8;
/** What is said where the patients give no two folds. */
const tooFew = { what: 'patients cannot be dealt to folds', action: 'Label more patients.' };

/**
 * Measures it; features of both kinds are kept, each apart, and the library keeps the report as the result of its job.
 * @throws BAD_INPUT where 8 bits are not for this engine or device; ENGINE_UNAVAILABLE where the processor lacks them; DATASET_NOT_FOUND, DATASET_NOT_READY,
 *   SPLIT_IMPOSSIBLE, LPM_NOT_FOUND, TOO_LITTLE_MEMORY, DISK_FULL, CANCELLED
 */
export async function tryInt8(context: ServiceContext, options: TryInt8Options): Promise<TryInt8Report> {
  return await runAsJob(tryInt8Job, parseOptions(tryInt8OptionsSchema, options), context);
}

export const tryInt8Job = defineJob({
  kind: 'try-int8',
  ...jobSchemas['try-int8'],
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) =>
    await measureBoth({ ...tools.deps, progress: tools.progress }, options),
});

async function measureBoth(
  context: ServiceContext,
  options: z.output<typeof tryInt8OptionsSchema>,
): Promise<TryInt8Report> {
  await requireInt8(await context.engine());
  const name = await provideLpm(context, options.lpm);
  await lookIntoDataset(context, options.dataset);
  const version = freezeDataset(context, { dataset: options.dataset, seed: options.seed });
  const all = versionImages(context.library.db, version.id).filter(({ split }) => split !== 'test');
  const images = samplePatients(all, options.images, options.seed);
  const lpm = openLibraryLpm(context, requireLpm(context, name));
  try {
    const inputSize = resolveInputSize(lpm.config, options.inputSize);
    const request = {
      ...{ version, images, lpm, method: options.method, inputSize },
      // The data set's own mean and deviation are of all its training images: a sample must not fix them.
      normalisation: 'lpm' as const,
      // Given, for among few images may be none of training.
      statistics: { mean: [...lpm.config.mean], std: [...lpm.config.std] },
      rule: rangeRuleOfVersion(context.library.db, version),
    };
    let reads: ReadBothWays[] = [];
    const usual = await withQuickBench(context, request, async (bench) => {
      const plan = { inputSize, tokens: 'global' as const, tokenRatio: 0.2 };
      reads = await readBothWays(context, lpm, plan, bench.features, bench.features.images.slice(0, imagesTimed));
      return await answersOf(context, bench, version, options.seed, 0);
    });
    const int8 = await withQuickBench(context, { ...request, precision: 'int8' }, (bench) =>
      answersOf(context, bench, version, options.seed, 1),
    );
    const ratios = reads.map(({ seconds, int8Seconds }) => int8Seconds / seconds);
    const overlaps = reads.map(({ overlap }) => overlap);
    return {
      ...{ dataset: version.dataset, version: version.number, datasetVersionId: version.id },
      ...{ lpm: name, lpmHash: lpm.record.hash, inputSize, reads, madeAt: timeOf(context) },
      engine: await describeEngine(context),
      machine: (await rateKey(context, lpm.record.hash, inputSize)).machine,
      timeRatio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
      keptTokenOverlap: {
        mean: overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length,
        least: Math.min(...overlaps),
      },
      auc: comparedAuc(version, options, usual, int8),
    };
  } finally {
    lpm.close();
  }
}

/** The images of so many patients as have `count` images, drawn by the seed; in the order of the version. */
export function samplePatients<T extends Pick<VersionImage, 'patientId'>>(
  images: readonly T[],
  count: number,
  seed: number,
): T[] {
  const byPatient = Map.groupBy(images, ({ patientId }) => patientId);
  const random = Random.seeded(seed).fork('images to try int8 on');
  const order = [...byPatient.keys()].map((patient) => [random.uniform(0, 1), patient] as const);
  const chosen = new Set<T['patientId']>();
  let taken = 0;
  for (const [, patient] of order.sort(([a], [b]) => a - b)) {
    if (taken >= count) break;
    chosen.add(patient);
    taken += byPatient.get(patient)?.length ?? 0;
  }
  return images.filter(({ patientId }) => chosen.has(patientId));
}

/** Out-of-fold probabilities of every image; what keeps them from being made. */
type Answers =
  | { readonly images: readonly VersionImage[]; readonly folds: number; readonly probabilities: Float64Array }
  | NoAuc;
type NoAuc = Extract<TryInt8Report['auc'], { readonly none: string }>;

/** Trains on all folds but one and answers that one, fold by fold. Without enough labels there is no answer, which is told and not thrown. `turn`: which of the two trainings it is. */
async function answersOf(
  context: ServiceContext,
  bench: QuickBench,
  version: DatasetVersion,
  seed: number,
  turn: 0 | 1,
): Promise<Answers> {
  const { isPerName, hasMarks, noun } = targetFacts[version.target];
  if (isPerName && !hasMarks) {
    return { none: `the data set asks for ${noun[1]}, which have no AUC`, why: 'numbers' };
  }
  const { features, recipe } = bench;
  const { images } = features;
  const target = targets[version.target];
  const logits = target.logits(version.classes.length);
  let folds: readonly number[];
  try {
    folds = dealAsMany(images, { ...version, seed }, tooFew);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'SPLIT_IMPOSSIBLE') throw error;
    return { none: toError(error).message.replace(/\.$/, ''), why: 'folds' };
  }
  const count = Math.max(...folds) + 1;
  const answers = await answerOutOfFold(bench, { folds, count, logits }, (fold) => ({
    learned: images.filter((_, i) => folds[i] !== fold),
    seed: Random.seeded(seed)
      .fork(`fold ${fold} to try int8`)
      .integer(2 ** 31),
    told: (steps) =>
      context.progress({
        stage: 'training',
        done: (turn * count + fold) * recipe.steps + Math.min(steps, recipe.steps),
        total: 2 * count * recipe.steps,
        unit: 'steps',
        note: `${turn === 0 ? 'as usual' : 'in 8 bits'}, fold ${fold + 1} of ${count}`,
      }),
  }));
  return { images, folds: count, probabilities: target.probabilities(answers, logits) };
}

/** AUCs of both, and how they differ over patients who are drawn anew, both by the same draw. */
export function comparedAuc(
  version: Pick<DatasetVersion, 'target' | 'classes'>,
  { method }: Pick<z.output<typeof tryInt8OptionsSchema>, 'method'>,
  usual: Answers,
  int8: Answers,
): TryInt8Report['auc'] {
  if ('none' in usual) return usual;
  if ('none' in int8) return int8;
  const { images, folds } = usual;
  const target = targets[version.target];
  const classes = target.logits(version.classes.length);
  const patients = [...new Set(images.map(({ patientId }) => patientId))];
  const numbers = new Map(patients.map((patientId, i) => [patientId, i]));
  const answers = {
    ...{ target: version.target, classes },
    labels: target.labelsOf(images, { uncertain: 'unknown', scale: null }),
    patientOf: images.map(({ patientId }) => numbers.get(patientId) as number),
    probabilities: [[usual.probabilities, int8.probabilities]],
  };
  const figures = meanFigures(version.classes.map((_, c) => classFigures(answers, c)));
  const pairOf = (weights?: Int32Array): readonly [number, number] | null => {
    const [found = []] = figures(weights);
    return found.length === 2 && found.every((auc) => auc !== null) ? (found as unknown as [number, number]) : null;
  };
  const pair = pairOf();
  if (pair === null) {
    return { none: 'no class has both images that show it and images that do not', why: 'oneKind' };
  }
  // The folds' answers know of each other, so patients count for less (worthOutOfFold); answers that never differ differ by nothing.
  const interval = bootstrapInterval(
    [...patients.keys()],
    (weights) => {
      const drawn = pairOf(Int32Array.from(weights));
      return drawn === null ? null : drawn[1] - drawn[0];
    },
    { worth: worthOutOfFold(folds), exact: (difference) => [difference, difference] },
  );
  return {
    ...{ method, images: images.length, patients: patients.length, folds, usual: pair[0], int8: pair[1] },
    difference: pair[1] - pair[0],
    interval: interval && [interval[0], interval[1]],
  };
}
