/**
 * `compare`: the fine-tuning methods side by side on one data set, in one job. First memory and time of each are measured; then those that fit are
 * trained with every seed; at the end, once, their models answer the test patients.
 *
 * The trainings are ordinary runs with checkpoints, called after the comparison, and what was measured is kept: the same command after a stop or a
 * kill goes on where it was and ends with the same table.
 */
import { counted } from '../../base/counted.ts';
import { roughDuration } from '../../base/duration.ts';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import {
  type CompareOptions,
  type ComparisonPlan,
  type ComparisonReport,
  comparedModelName,
  compareOptionsSchema,
  type DatasetVersion,
  type FailedTraining,
  jobSchemas,
  type Method,
  parseOptions,
  targetFacts,
} from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  addFailedTraining,
  beginComparison,
  comparisonById,
  datasetNameOf,
  endComparison,
  epochsOf,
  evaluationsOf,
  forgetWholeJobWarnings,
  markJob,
  modelByName,
  planComparison,
  runByName,
  type StoredComparison,
  versionImages,
} from '../../store/index.ts';
import { answersOfSeeds } from '../comparison/answers.ts';
import { measureMethods } from '../comparison/plan.ts';
import { type ComparedData, doneOf } from '../comparison/promise.ts';
import { comparisonTable, type TrainedMethod } from '../comparison/table.ts';
import { type Comparison, trainingOf } from '../comparison/trainings.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { promiseTime } from '../estimate/estimate.ts';
import { keepEvaluation, predictSplit } from '../evaluation/evaluate.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { type LibraryLpm, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { warn } from '../session/warn.ts';
import { requireModel } from '../training/model.ts';
import { trainJob } from './train.ts';

/** How often a training is tried whose engine died: what it died of may have been something else that ran. */
const triesOfEngine = 2;

/**
 * Compares methods on a data set, or goes on with a comparison of the same data, LPM and options; of a finished one it gives the table.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND, DISK_FULL, ENGINE_FAILED, CANCELLED; BAD_INPUT for a data set of
 *   numbers, which has no AUC
 */
export async function compareMethods(context: ServiceContext, options: CompareOptions): Promise<ComparisonReport> {
  return await runAsJob(compareJob, parseOptions(compareOptionsSchema, options), context);
}

interface Work {
  readonly context: ServiceContext;
  readonly options: Comparison;
  readonly version: DatasetVersion;
  readonly comparison: StoredComparison;
  readonly jobId: number;
}

export const compareJob = defineJob({
  kind: 'compare',
  ...jobSchemas.compare,
  run: async (asked, tools: { deps: ServiceContext; progress: ServiceContext['progress']; jobId: number }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const dataset = requireComparable(context, asked.dataset);
    const lpm = openLibraryLpm(context, requireLpm(context, await provideLpm(context, asked.lpm)));
    try {
      await lookIntoDataset(context, asked.dataset);
      const options = { ...asked, inputSize: resolveInputSize(lpm.config, asked.inputSize) };
      const version = freezeDataset(context, { dataset: options.dataset, seed: 0 });
      const images = versionImages(context.library.db, version.id);
      const comparison = begin(context, options, version, lpm);
      if (comparison.report !== null) return comparison.report;
      const data: ComparedData = { dataset, classes: version.classes, images };
      const plan = comparison.plan ?? (await measureMethods(context, lpm, options, data));
      const db = context.library.writer;
      // A job that goes on may do so with another comparison, where its data set was changed: what was left out of that one is tried again.
      if (comparison.failures.length === 0) forgetWholeJobWarnings(db, tools.jobId);
      if (comparison.plan === null) planComparison(db, comparison.id, plan);
      if (plan.promise !== null) markJob(db, tools.jobId, { promise: plan.promise });
      tellPlan(context, plan, options);
      const work = { context, options, version, comparison, jobId: tools.jobId };
      await trainAll(work, plan);
      const report = await judge(work, plan, lpm);
      endComparison(db, comparison.id, report);
      return report;
    } finally {
      lpm.close();
    }
  },
});

/** @throws BAD_INPUT for numbers: the table is of AUCs, and of numbers there is none */
function requireComparable(context: ServiceContext, name: string) {
  const dataset = requireDataset(context, name);
  const { isPerName, hasMarks, meaning } = targetFacts[dataset.target];
  if (!isPerName || hasMarks) return dataset;
  throw new AppError(
    'BAD_INPUT',
    `Methods are compared by their AUC; data set "${name}" asks for ${meaning}, which has none. Allowed: data sets of classes, grades or findings.`,
    { action: 'Train each method with `sidelight train --method`, and compare their errors in Judge.' },
  );
}

function begin(
  context: ServiceContext,
  options: Comparison,
  version: DatasetVersion,
  lpm: LibraryLpm,
): StoredComparison {
  const { dataset: _, lpm: __, ...settings } = options;
  const facts = [version.id, version.contentHash, lpm.record.hash, context.precision ?? null, settings];
  const key = sha256(new TextEncoder().encode(JSON.stringify(facts)));
  return beginComparison(context.library.writer, key, { versionId: version.id, now: timeOf(context) });
}

function tellPlan({ log }: ServiceContext, { costs, promise }: ComparisonPlan, { seeds }: Comparison): void {
  const trained = costs.filter(({ untrained }) => untrained === null).length;
  if (promise === null) return;
  log.log(
    'info',
    `${counted('en', trained * seeds, 'training', 'trainings')} of ${counted('en', trained, 'method', 'methods')}: about ${roughDuration(promise.seconds)} (${roughDuration(promise.low)} to ${roughDuration(promise.high)}).`,
  );
}

/** Trains what is not trained yet. */
async function trainAll({ context, options, version, comparison, jobId }: Work, { costs, promise }: ComparisonPlan) {
  const chosen = costs.filter(({ untrained }) => untrained === null);
  const all = chosen.reduce((sum, { promisedSeconds }) => sum + (promisedSeconds ?? 0), 0);
  const total = Math.max(1, Math.round(promise?.stages[0]?.seconds ?? all));
  let before = 0;
  for (const { method, promisedSeconds } of chosen) {
    const share = (promisedSeconds ?? 0) / options.seeds / Math.max(all, Number.MIN_VALUE);
    for (let seed = 0; seed < options.seeds; seed++) {
      const tell = (part: number, note: string): void =>
        context.progress({
          stage: 'comparing',
          done: Math.min(total, Math.round(total * (before + part * share))),
          total,
          unit: 'seconds',
          note: `${method}, training ${seed + 1} of ${options.seeds}${note === '' ? '' : `: ${note}`}`,
        });
      const isOver = hasFailed(context, comparison.id, method);
      // A data set that is renamed meanwhile is the same one.
      const dataset = datasetNameOf(context.library.db, version.datasetId) ?? options.dataset;
      const now = { ...options, dataset };
      if (!isOver) await trainOne({ context, options: now, version, comparison, jobId }, method, seed, tell);
      tell(1, '');
      before += share;
    }
  }
}

async function trainOne(
  { context, options, version, comparison, jobId }: Work,
  method: Method,
  seed: number,
  tell: (part: number, note: string) => void,
): Promise<void> {
  throwIfCancelled(context.signal, 'The comparison');
  const name = comparedModelName(comparison.id, method, seed);
  if (modelByName(context.library.db, name) !== undefined) return;
  requireSameVersion(context, options, version, seed);
  const training = { ...trainingOf(options, method, seed), name };
  const [own = null] = (await promiseTime(context, [training])).promises;
  const progress: ServiceContext['progress'] = (event) => tell(doneOf(own, event), event.note ?? event.stage);
  try {
    await trainJob.run(training, { deps: quiet(context), progress, jobId, signal: context.signal });
  } catch (error) {
    if (!(error instanceof AppError) || !isOfMethod(error)) throw error;
    const { code, message, action } = error;
    addFailedTraining(context.library.writer, comparison.id, { method, seed, code, message });
    if (!hasFailed(context, comparison.id, method)) throw error;
    warn(context, { code: 'methodLeftOut', method, training: seed + 1, cause: { code, message, action } });
  }
}

/** @throws DATASET_NOT_READY where labels or splits are others than when the comparison began: its rows would be of different images */
function requireSameVersion(context: ServiceContext, options: Comparison, version: DatasetVersion, seed: number): void {
  if (freezeDataset(context, { dataset: options.dataset, seed }).id === version.id) return;
  throw new AppError(
    'DATASET_NOT_READY',
    `Data set "${options.dataset}" was changed while its methods were compared: found another version, needed version ${version.number}.`,
    { action: 'Start the comparison again: it begins anew with the data set as it is now.' },
  );
}

/** Whether an error says something of the method, so that the others can go on: not that the disk is full or that somebody stopped it. */
function isOfMethod({ code }: AppError): boolean {
  return code === 'TRAINING_DIVERGED' || code === 'BAD_INPUT' || code === 'ENGINE_FAILED' || code === 'LPM_UNSUPPORTED';
}

/** Whether a method's trainings are given up: one that diverged would again, an engine that died is tried once more. */
function hasFailed({ library }: ServiceContext, id: number, method: Method): boolean {
  const failures = comparisonById(library.db, id)?.failures ?? [];
  const own = failures.filter((failed: FailedTraining) => failed.method === method);
  return own.some(({ code }) => code !== 'ENGINE_FAILED') || own.length >= triesOfEngine;
}

/** Every model answers once, when all trainings have ended; then the table is made. */
async function judge(work: Work, plan: ComparisonPlan, lpm: LibraryLpm): Promise<ComparisonReport> {
  const { context, options, version, comparison } = work;
  const { db } = context.library;
  const methods = plan.costs.flatMap(({ method, untrained }) =>
    untrained === null && !hasFailed(context, comparison.id, method) ? [method] : [],
  );
  const namesOf = (method: Method): string[] =>
    Array.from({ length: options.seeds }, (_, seed) => comparedModelName(comparison.id, method, seed));
  const names = methods.flatMap(namesOf);
  for (const [done, name] of names.entries()) {
    throwIfCancelled(context.signal, 'The comparison');
    context.progress({ stage: 'evaluating', done, total: names.length, unit: 'runs' });
    await answer(context, name, options.evaluateOn);
  }
  if (names.length > 0) {
    context.progress({ stage: 'evaluating', done: names.length, total: names.length, unit: 'runs' });
  }
  const trained = new Map<Method, TrainedMethod>();
  let [images, patients] = [0, 0];
  for (const method of methods) {
    const models = namesOf(method);
    const answers = answersOfSeeds(context, models, options.evaluateOn);
    [images, patients] = [answers.images, answers.patients];
    trained.set(method, {
      trainings: models.map((model, seed) => ({ seed, model, auc: answers.values[seed] ?? null })),
      auc: answers.mean,
      aucInterval: answers.interval === null ? null : [...answers.interval],
      epochSeconds: models.flatMap((name) => secondsOfEpochs(context, name)),
    });
  }
  return comparisonTable({
    ...{ id: comparison.id, dataset: version.dataset, version: version.number, classes: version.classes },
    ...{ lpm: lpm.record.name, lpmHash: lpm.record.hash, lpmParameters: lpm.parameters },
    ...{ inputSize: options.inputSize, batch: options.batch, recipe: options.recipe, seeds: options.seeds },
    ...{ evaluateOn: options.evaluateOn, hours: options.hours, images, patients, plan, trained },
    failures: comparisonById(db, comparison.id)?.failures ?? [],
    startedAt: comparison.createdAt,
    endedAt: timeOf(context),
  });
}

/** What a training or an evaluation by itself would tell each time: of a comparison only what is wrong is told. */
function quiet(context: ServiceContext): ServiceContext {
  const { log } = context;
  return { ...context, log: { log: (level, ...what) => (level === 'info' ? undefined : log.log(level, ...what)) } };
}

/** Asks a model about the part once, unless it was asked before. */
async function answer(context: ServiceContext, name: string, split: Comparison['evaluateOn']): Promise<void> {
  const model = requireModel(context, name);
  if (evaluationsOf(context.library.db, model.record.id).some((one) => one.split === split)) return;
  const predicted = await predictSplit({ ...quiet(context), progress: () => {} }, model, split);
  keepEvaluation(context, model.record, split, predicted);
}

function secondsOfEpochs({ library }: ServiceContext, name: string): number[] {
  const model = modelByName(library.db, name);
  const run = model && runByName(library.db, model.run);
  return run === undefined ? [] : epochsOf(library.db, run.id).map(({ seconds }) => seconds);
}
