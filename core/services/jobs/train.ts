/**
 * `train`: a side network (or a baseline) learns from what the LPM saw; the result is a model.
 *
 * Every method runs through the same loop and recipe. `linear` is one Linear layer on the LPM's final class token as it
 * is (after the LPM's last norm, not standardised further), trained like the rest: at a learning rate of 1e-4
 * and a few hundred steps its weights have moved little, so compare it at 1e-3 or more.
 *
 * Length: one training from its options to the stored model, in the order in which it happens.
 */
import { performance } from 'node:perf_hooks';
import { AppError, serialiseError } from '../../base/errors.ts';
import {
  type EpochRecord,
  jobSchemas,
  type Preprocessing,
  parseOptions,
  type RunRecord,
  type TrainOptions,
  type TrainReport,
  targetFacts,
  trainOptionsSchema,
} from '../../contract/index.ts';
import { resetPeakMemory } from '../../engine/memory.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  dropoutMaskShape,
  methodLayers,
  type NetworkConfig,
  networkConfig,
  parameterLayout,
  readsImage,
} from '../../models/index.ts';
import {
  addAuditEvent,
  addModel,
  bestParameters,
  datasetByName,
  dropCheckpoints,
  epochsOf,
  type Library,
  lastCheckpoint,
  modelByName,
  modelWeights,
  rangeRuleOfVersion,
  runById,
  saveEpoch,
  saveEvaluation,
  setRunState,
  versionImages,
} from '../../store/index.ts';
import { type LabelScale, targets } from '../../targets/index.ts';
import {
  type ExampleSource,
  examplesIn,
  freshState,
  predictAll,
  type TrainingNetwork,
  type TrainingState,
  train,
} from '../../training/loop.ts';
import { stepsPerEpoch, usableBatch } from '../../training/sampler.ts';
import { keepRates } from '../estimate/keep-rates.ts';
import { StageTimer } from '../estimate/stage-timer.ts';
import { lookIntoDataset } from '../features/dataset-looks.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { exampleSource } from '../features/source-examples.ts';
import { type Features, prepareFeatures } from '../features/source-features.ts';
import { provideLpm } from '../lpm/bundled.ts';
import { type LibraryLpm, openLibraryLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { compilePredictor, hashWeights } from '../training/model.ts';
import { compileStep, startingParameters } from '../training/network.ts';
import { type PlannedRun, planRun } from '../training/plan.ts';
import { layoutToStore, optimiserFor, optimiserToStore, weightsFor } from '../training/stored-network.ts';

/** The largest vector of weights with which storing was tried: three of them are a checkpoint of AdamW. */
const largestVectorBytes = 1_000_000_000;

/**
 * Trains a model, encoding first what is not encoded yet. A checkpoint is kept every epoch: the same call after a stop
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
    const plan = planRun(context, wanted, tools.jobId);
    const lpm = openLibraryLpm(context, plan.lpm);
    try {
      if (!plan.finished) {
        await carryOut(context, plan, lpm);
        await keepRates(context, plan, lpm, watch);
      }
      return reportOf(context, plan, lpm);
    } finally {
      lpm.close();
    }
  },
});

/** Trains the run and stores its model; notes in the run's row how it ended. */
async function carryOut(context: ServiceContext, plan: PlannedRun, lpm: LibraryLpm): Promise<void> {
  const { run } = plan;
  const db = context.library.writer;
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  setRunState(db, run.id, 'running', null);
  try {
    const peakMb = await trainRun(context, plan, lpm);
    setRunState(db, run.id, 'succeeded', { at: timeOf(context), seconds: seconds(), peakMb });
  } catch (error) {
    const { code, message } = serialiseError(error);
    const state = code === 'CANCELLED' ? 'cancelled' : 'failed';
    setRunState(db, run.id, state, { at: timeOf(context), seconds: seconds(), error: message });
    throw error;
  }
}

/** Features, network, loop, model. Gives the peak memory of the training itself. */
async function trainRun(context: ServiceContext, plan: PlannedRun, lpm: LibraryLpm): Promise<number> {
  const { run, version } = plan;
  const { settings } = run;
  const { method, inputSize } = settings;
  const config = networkConfig(lpm.config, {
    method,
    classes: targets[version.target].logits(version.classes.length),
    inputSize,
    tokenRatio: settings.tokenRatio,
  });
  checkStorable(config);
  const layers = methodLayers(lpm.config, method);
  const features = await prepareFeatures(context, {
    version,
    images: versionImages(context.library.db, version.id).filter((image) => image.split !== 'test'),
    lpm,
    inputSize,
    tokens: settings.tokens,
    tokenRatio: settings.tokenRatio,
    layers,
    normalisation: settings.normalisation,
    rule: rangeRuleOfVersion(context.library.db, version),
    features: featuresOf(method),
  });
  const engine = await context.engine();
  try {
    warnOfFailures(context, features);
    // What encoding needed is not what training needs; where the system cannot count anew, the peak includes it.
    resetPeakMemory();
    const target = targets[version.target];
    const imagesOf = (split: 'train' | 'val') => features.images.filter((image) => image.split === split);
    const labelScale = target.labelScale(imagesOf('train'));
    const part = (split: 'train' | 'val'): ExampleSource =>
      exampleSource(features, config, imagesOf(split), {
        inputSize,
        statistics: features.statistics,
        target,
        reading: { uncertain: settings.uncertain, scale: labelScale },
      });
    const sets = { train: part('train'), val: part('val') };
    const counted = { target, classes: config.classes };
    const batch = usableBatch(settings.batch, examplesIn(counted, sets.train));
    const predictor = await compilePredictor(engine, config, batch);
    const network: TrainingNetwork = {
      ...predictor,
      ...counted,
      step: await compileStep(engine, config, settings, batch),
      dropoutShape: dropoutMaskShape(config, batch),
    };
    try {
      const state = await runEpochs(context, plan, config, network, sets, lpm);
      await storeModel(context, plan, {
        ...{ config, layers, features, network, state, labelScale },
        validation: sets.val,
      });
      return await engine.peakMemoryMb();
    } finally {
      await network.step.dispose();
      await network.predict.dispose();
    }
  } finally {
    await features.close();
  }
}

/** @throws BAD_INPUT before hours of training when the library could not hold the weights of a checkpoint */
function checkStorable(config: NetworkConfig): void {
  const { total } = parameterLayout(config);
  if (4 * total <= largestVectorBytes) return;
  throw new AppError(
    'BAD_INPUT',
    `All ${total.toLocaleString('en')} weights of this LPM take ${Math.ceil((4 * total) / 1e6)} MB; a library holds models of up to ${largestVectorBytes / 1e6} MB.`,
    { action: 'Use --method fpt+, which trains about 1 % of them, or a smaller LPM.' },
  );
}

function warnOfFailures(context: ServiceContext, features: Features): void {
  for (const { code, count, message } of features.problems.list()) {
    const what = code === 'IMAGE_LOOKS_EMPTY' ? 'look empty and are trained on' : 'are left out of training';
    context.log.log('warn', `${count} images ${what}: ${message}`);
  }
}

async function runEpochs(
  context: ServiceContext,
  { run }: PlannedRun,
  config: NetworkConfig,
  network: TrainingNetwork,
  sets: { readonly train: ExampleSource; readonly val: ExampleSource },
  lpm: LibraryLpm,
): Promise<TrainingState> {
  const { library } = context;
  const { settings } = run;
  const perEpoch = stepsPerEpoch(examplesIn(network, sets.train), settings.batch);
  const layout = layoutToStore(config);
  const begin =
    restoreState(library, run, config) ?? freshState(startingParameters(config, settings, lpm), settings.optimiser);
  let ended = epochsOf(library.db, run.id).at(-1);
  const { state } = await train(network, settings, sets.train, sets.val, begin, {
    signal: context.signal,
    now: () => performance.now(),
    step: (done, total, loss) => {
      const epoch = Math.ceil(done / perEpoch);
      context.progress({
        stage: 'training',
        done,
        total,
        unit: 'steps',
        note: `epoch ${epoch} of ${settings.epochs}, loss ${loss.toFixed(3)}`,
        training: {
          epoch,
          epochs: settings.epochs,
          epochsDone: ended?.epoch ?? 0,
          loss,
          valLoss: ended?.valLoss ?? null,
          valAuc: ended?.valAuc ?? null,
        },
      });
    },
    epoch: (result, after) => {
      const { best } = after;
      saveEpoch(
        library.writer,
        run.id,
        result,
        {
          epoch: after.epochsDone,
          step: after.epochsDone * perEpoch,
          parameters: after.params,
          optimiser: optimiserToStore(settings.optimiser, after.optimiser),
          layout,
          state: {
            bestEpoch: best?.epoch ?? null,
            bestValScore: best?.valScore ?? null,
            bestValLoss: best?.valLoss ?? null,
          },
        },
        { isBest: best?.epoch === result.epoch },
      );
      ended = result;
    },
  });
  return state;
}

/**
 * Where the run stopped, its vectors in the order of the network's parameters; undefined before its first epoch ended.
 * @throws WEIGHTS_INVALID when the vectors are of other parameters
 */
function restoreState(library: Library, run: RunRecord, config: NetworkConfig): TrainingState | undefined {
  const checkpoint = lastCheckpoint(library.db, run.id);
  if (checkpoint === undefined) return undefined;
  const { parameters, layout } = checkpoint;
  const [params] = weightsFor(config, layout, [parameters], run.name) as [Float32Array];
  const optimiser = optimiserFor(config, run.settings.optimiser, layout, checkpoint.optimiser, run.name);
  const number = (name: string): number | null => {
    const value = checkpoint.state[name];
    return typeof value === 'number' ? value : null;
  };
  const best = bestParameters(library.db, run.id);
  if (best === undefined) return { epochsDone: checkpoint.epoch, params, optimiser, best: null };
  const [bestParams] = weightsFor(config, best.layout, [best.parameters], run.name) as [Float32Array];
  return {
    epochsDone: checkpoint.epoch,
    params,
    optimiser,
    best: {
      epoch: best.epoch,
      // Checkpoints of before there was a choice of figures have the AUC.
      valScore: number('bestValScore') ?? number('bestValAuc'),
      valLoss: number('bestValLoss'),
      params: bestParams,
    },
  };
}

interface Trained {
  readonly config: NetworkConfig;
  readonly layers: readonly number[];
  readonly features: Features;
  readonly network: TrainingNetwork;
  readonly state: TrainingState;
  readonly validation: ExampleSource;
  readonly labelScale: LabelScale | null;
}

/** Chooses the threshold on the validation images and writes the model with all it needs, in one transaction. */
async function storeModel(context: ServiceContext, { run, version }: PlannedRun, trained: Trained): Promise<void> {
  const { config, features, network, state, validation, labelScale } = trained;
  const { settings } = run;
  const params = state.best?.params ?? state.params;
  const { target } = network;
  const n = examplesIn(network, validation);
  const logits = await predictAll(network, params, validation, n, context.signal);
  const positive = targetFacts[version.target].positiveOf(version.classes, settings.positive ?? null);
  const probabilities = target.probabilities(logits, config.classes, labelScale);
  const cut = target.chooseCut({
    classes: config.classes,
    positive: positive?.index ?? null,
    targets: validation.labels,
    probabilities,
  });
  const findingThresholds = target.chooseThresholds(probabilities, validation.labels, config.classes);
  const rule = rangeRuleOfVersion(context.library.db, version);
  const preprocessing: Preprocessing = {
    inputSize: settings.inputSize,
    sideSize: readsImage(config) && config.encoder === undefined ? config.sideSize : null,
    normalisation: settings.normalisation,
    ...features.statistics,
    tokens: settings.tokens,
    tokenRatio: settings.tokenRatio,
    layers: [...trained.layers],
    frames: datasetByName(context.library.db, version.dataset)?.frames ?? 'middle',
    // Drawn by their format, as a run that began before there were ranges: the model says nothing, as models of that time.
    ...(rule === 'format' ? {} : { ranges: rule }),
  };
  const db = context.library.writer;
  const now = timeOf(context);
  const learnable = parameterLayout(config).total;
  const evaluated = features.images.filter(({ split }) => split === 'val');
  db.transaction(() => {
    const modelId = addModel(
      db,
      {
        name: run.modelName,
        runId: run.id,
        config: { ...config },
        preprocessing,
        classes: version.classes,
        threshold: cut?.threshold ?? null,
        thresholdClass: cut === null ? null : (version.classes[cut.classIndex] as string),
        positive,
        findingThresholds,
        labelScale,
        temperature: 1,
        learnable,
        weightsHash: hashWeights(params),
        layout: layoutToStore(config),
        bestWeights: params,
        finalWeights: state.params,
      },
      now,
    );
    // What it says of the validation images is known here: whoever uses the model is told at once how good it is.
    if (n > 0) {
      const images = evaluated.map(({ index }, i) => ({
        position: index,
        logits: logits.slice(i * config.classes, (i + 1) * config.classes),
      }));
      saveEvaluation(db, { modelId, split: 'val', images }, now);
    }
    dropCheckpoints(db, run.id);
    addAuditEvent(db, {
      happenedAt: now,
      action: 'model.trained',
      subject: run.modelName,
      details: { run: run.name, method: settings.method, learnable },
    });
  });
}

function reportOf(context: ServiceContext, plan: PlannedRun, lpm: LibraryLpm): TrainReport {
  const { db } = context.library;
  const run = runById(db, plan.run.id);
  const model = modelByName(db, plan.run.modelName);
  if (run === undefined || model === undefined || modelWeights(db, model.id) === undefined) {
    throw new AppError('MODEL_NOT_FOUND', `The model "${plan.run.modelName}" was not stored.`);
  }
  const epochs: EpochRecord[] = epochsOf(db, run.id);
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
  };
}
