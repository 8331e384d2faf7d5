/**
 * `train`: a side network (or a baseline) learns from what the LPM saw; the result is a model.
 *
 * Every method runs through the same loop and recipe. `linear` is one Linear layer on the LPM's final class token as it
 * is (after the LPM's last norm, not standardised further), trained like the rest: at a learning rate of 1e-4
 * and a few hundred steps its weights have moved little, so compare it at 1e-3 or more.
 */
import { performance } from 'node:perf_hooks';
import { roughDuration } from '../../base/duration.ts';
import { AppError, serialiseError } from '../../base/errors.ts';
import {
  type EpochRecord,
  jobSchemas,
  type MetricsBlock,
  type ModelRecord,
  parseOptions,
  type TrainOptions,
  type TrainReport,
  trainOptionsSchema,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  epochsOf,
  evaluatedImages,
  evaluationsOf,
  membersOf,
  modelByName,
  modelWeights,
  runById,
  runsOfSearch,
  type StoredSearch,
  searchOfRun,
  setRunOfSearch,
  setRunState,
} from '../../store/index.ts';
import { promiseTime } from '../estimate/estimate.ts';
import { keepRates } from '../estimate/keep-rates.ts';
import { measureTraining } from '../estimate/measure.ts';
import { StageTimer } from '../estimate/stage-timer.ts';
import { evaluationBlocks } from '../evaluation/metrics-block.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { type LibraryLpm, openLibraryLpm } from '../lpm/encoder.ts';
import { chooseRecipe } from '../recipe/choose.ts';
import { summaryOf } from '../recipe/summary.ts';
import { isAsNow } from '../recipe/unfinished.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { warn } from '../session/warn.ts';
import { computeWeights } from '../training/compute-weights.ts';
import { runKeeper } from '../training/keep-run.ts';
import { networkOfRun } from '../training/material.ts';
import { type PlannedRun, planRun } from '../training/plan.ts';
import { notePlace } from '../training/run-place.ts';
import { startWarnings } from '../training/taught.ts';
import { storeModel } from './store-model.ts';

/**
 * Trains a model, searching first for its recipe where that is asked, and encoding what is not encoded yet. A checkpoint is kept every epoch: the same call after a stop
 * or a kill goes on and ends with the same weights, bit for bit on the CPU with the same number of threads.
 * @throws DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, LPM_NOT_FOUND, RUN_NOT_FOUND, NAME_TAKEN, BAD_INPUT,
 *   TRAINING_DIVERGED, DISK_FULL, ENGINE_FAILED, CANCELLED
 */
export async function trainModel(context: ServiceContext, options: TrainOptions): Promise<TrainReport> {
  return await runAsJob(trainJob, parseOptions(trainOptionsSchema, options), context);
}

export const trainJob = defineJob({
  kind: 'train',
  ...jobSchemas.train,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress']; jobId: number }) => {
    const watch = new StageTimer();
    const progress: ServiceContext['progress'] = (event) => {
      watch.see(event, performance.now() / 1000);
      tools.progress(event);
    };
    const context = { ...tools.deps, progress };
    const wanted = options.resume === undefined ? { ...options, lpm: await provideLpm(context, options.lpm) } : options;
    await lookIntoDataset(context, options.dataset);
    if (wanted.methods !== undefined && wanted.recipe === 'auto' && wanted.resume === undefined)
      await tellCosts(context, wanted);
    const { options: chosen, search, version } = await chooseRecipe(context, wanted);
    const plan = planRun(context, chosen, tools.jobId, version);
    if (search !== null) {
      if (!plan.resumed) warnOfKnownRecipe(context, search);
      setRunOfSearch(context.library.writer, search.id, plan.run.id);
    } else if (plan.resumed && !plan.finished) warnOfLaterLabels(context, plan);
    if (!plan.finished) for (const one of startWarnings(context.library.db, plan.run)) warn(context, one);
    const lpm = openLibraryLpm(context, plan.lpm);
    try {
      if (!plan.finished) {
        await carryOut(context, plan, lpm);
        // A search reads images for several methods: its times are no single one's.
        if (search === null) await keepRates(context, plan, lpm, watch);
      }
      return reportOf(context, plan, lpm);
    } finally {
      lpm.close();
    }
  },
});

/** Says before a search of methods that were asked for what each is expected to take; measures first what this machine was not measured for. */
async function tellCosts(context: ServiceContext, options: Parameters<typeof chooseRecipe>[1]): Promise<void> {
  let found: Awaited<ReturnType<typeof promiseTime>>;
  try {
    found = await promiseTime(context, [options]);
  } catch (error) {
    // A search that goes on with the version that it began with may do so where the data set as it is now cannot be split; where none does, that is said next.
    if (!(error instanceof AppError) || !['SPLIT_IMPOSSIBLE', 'DATASET_NOT_READY'].includes(error.code)) throw error;
    return;
  }
  for (const one of found.missing) await measureTraining(context, one);
  if (found.missing.length > 0) found = await promiseTime(context, [options]);
  const [promise] = found.promises;
  if (promise?.methods === undefined) return;
  const each = promise.methods.map(({ method, seconds }) => `${method} about ${roughDuration(seconds)}`).join(', ');
  context.log.log(
    'info',
    `The search is expected to take ${roughDuration(promise.seconds)}, between ${roughDuration(promise.low)} and ${roughDuration(promise.high)} (${each}).`,
  );
}

/** Says that nothing was searched, where a model has come of this very search: whoever wanted another one would believe that it had been made. */
function warnOfKnownRecipe(context: ServiceContext, { id, plan: { seed } }: StoredSearch): void {
  const hasModel = runsOfSearch(context.library.db, id).some(({ state }) => state === 'succeeded');
  if (hasModel) warn(context, { code: 'recipeKnown', seed });
}

/** Says that a run which goes on does so with the version that it began with, where the data set is another one by now. A search has said it itself. */
function warnOfLaterLabels(context: ServiceContext, { run, version }: PlannedRun): void {
  if (isAsNow(context, version, run.settings.seed)) return;
  warn(context, { code: 'trainingGoesOn', dataset: version.dataset, version: version.number });
}

/** Trains the run and stores its model; notes in the run's row how it ended. */
async function carryOut(context: ServiceContext, plan: PlannedRun, lpm: LibraryLpm): Promise<void> {
  const { run } = plan;
  const db = context.library.writer;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  setRunState(db, run.id, 'running', null);
  try {
    const { library } = context;
    const keeper = runKeeper(library, run, networkOfRun(plan, lpm));
    await notePlace(context, run);
    const computed = await computeWeights(context, plan, lpm, keeper);
    await notePlace(context, run);
    storeModel(context, plan, computed);
    const { peakMb } = computed;
    setRunState(db, run.id, 'succeeded', { at: timeOf(context), seconds: seconds(), peakMb });
  } catch (error) {
    const { code, message } = serialiseError(error);
    const state = code === 'CANCELLED' ? 'cancelled' : 'failed';
    setRunState(db, run.id, state, { at: timeOf(context), seconds: seconds(), error: message });
    throw error;
  }
}

function reportOf(context: ServiceContext, plan: PlannedRun, lpm: LibraryLpm): TrainReport {
  const { db } = context.library;
  const run = runById(db, plan.run.id);
  const model = modelByName(db, plan.run.modelName);
  if (run === undefined || model === undefined || modelWeights(db, model.id) === undefined) {
    throw new AppError('MODEL_NOT_FOUND', `The model "${plan.run.modelName}" was not stored.`);
  }
  const epochs: EpochRecord[] = epochsOf(db, run.id);
  const search = searchOfRun(db, run.id);
  return {
    run: run.name,
    model: model.name,
    dataset: plan.version.dataset,
    version: plan.version.number,
    splits: plan.version.splits,
    lpm: plan.lpm.name,
    lpmHash: plan.lpm.hash,
    method: run.settings.method,
    target: plan.version.target,
    classes: plan.version.classes,
    positiveClass: model.positiveClass,
    positiveClassSource: model.positiveClassSource,
    learnable: model.learnable,
    lpmParameters: lpm.parameters,
    peakMb: run.peakMb,
    seconds: run.seconds,
    resumed: plan.resumed,
    bestEpoch: run.bestEpoch,
    valAuc: run.bestValAuc,
    weightsHash: model.weightsHash,
    epochs,
    folds: model.folds,
    repeats: model.repeats,
    networks: model.networks,
    members: membersOf(db, run.id),
    crossValidation: outOfFold(context, model),
    search: search === undefined ? null : summaryOf(search),
  };
}

/** What the networks of a cross-validation say of the patients that they did not learn from; null without one, and where none of them is left. */
function outOfFold(context: ServiceContext, { id, name, temperature }: ModelRecord): TrainReport['crossValidation'] {
  const { db } = context.library;
  const kept = evaluationsOf(db, id).find(({ split }) => split === 'cross-validation');
  if (kept === undefined || evaluatedImages(db, kept.id).length === 0) return null;
  const { image, study } = evaluationBlocks(context, { model: name, split: 'cross-validation', pooling: 'mean' });
  const figures = ({ n, patients, auc, aucInterval, accuracy, accuracyInterval, figures: own }: MetricsBlock) => {
    return { n, patients, auc, aucInterval, accuracy, accuracyInterval, figures: own };
  };
  return { image: figures(image), study: figures(study), temperature };
}
