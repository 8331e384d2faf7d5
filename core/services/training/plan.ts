/** Which run a `train` command means: a new one, one to go on with, or one that is finished already. */

import type { z } from 'zod';
import { AppError, invariant } from '../../base/errors.ts';
import {
  type DatasetVersion,
  isSameRun,
  type JobPayload,
  type JobRecord,
  type LpmRecord,
  positiveClassOf,
  type RunRecord,
  type RunSettings,
  sizesOf,
  targetFacts,
  type trainOptionsSchema,
  type VersionImage,
} from '../../contract/index.ts';
import { checkedSizes, trainingMethods } from '../../models/index.ts';
import {
  addRun,
  classListOf,
  isVersionReduced,
  lpmByHash,
  modelByName,
  type NewRun,
  type ReadDb,
  resumableRun,
  runById,
  runByName,
  runOfJob,
  setRunOfJob,
  setRunParent,
  versionById,
  versionImages,
} from '../../store/index.ts';
import { choosePositiveClass, requireClass } from '../datasets/classes.ts';
import { freezeDataset, requireDataset } from '../datasets/dataset.ts';
import { featuresOf, refuseLarger, refuseUnkept } from '../features/feature-kinds.ts';
import { checkTokenRule, openLibraryLpm, requireLpm, resolveInputSize } from '../lpm/encoder.ts';
import { addLostLpm } from '../lpm/lost.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { criterionFor } from './criterion.ts';
import { dealOften } from './folds.ts';

type ParsedOptions = z.output<typeof trainOptionsSchema>;

export interface PlannedRun {
  readonly run: RunRecord;
  readonly version: DatasetVersion;
  readonly lpm: LpmRecord;
  /** True when the run had begun before. */
  readonly resumed: boolean;
  /** True when its model exists: the command was repeated after it had succeeded. */
  readonly finished: boolean;
  /** Which images it is to learn from, all of them and no others; left out where it learns from those that can be read. */
  readonly readable?: (image: VersionImage) => boolean;
}

/**
 * The run of these options. The same command given again goes on with the run that was stopped or killed; given again
 * after it succeeded (with an explicit name) it means the finished run, because it would compute the same weights. The job's row
 * names the run from now on.
 * @param searched the version that its recipe was searched for on: the data set as it is now unless given
 * @throws RUN_NOT_FOUND, NAME_TAKEN, LPM_NOT_FOUND, DATASET_NOT_FOUND, DATASET_NOT_READY, SPLIT_IMPOSSIBLE, BAD_INPUT
 */
export function planRun(
  context: ServiceContext,
  options: ParsedOptions,
  jobId: number,
  searched?: DatasetVersion,
): PlannedRun {
  const db = context.library.writer;
  // In one transaction: a run that no job names would be taken for one of before migration 0165.
  return db.transaction(() => {
    const plan =
      options.resume === undefined
        ? planAnew(context, options, searched)
        : planResume(context, options, options.resume);
    setRunOfJob(db, jobId, plan.run.id);
    return plan;
  });
}

function planAnew(context: ServiceContext, options: ParsedOptions, searched?: DatasetVersion): PlannedRun {
  const { library } = context;
  const dataset = requireDataset(context, options.dataset);
  const lpm = requireLpm(context, options.lpm);
  const criterion = criterionFor(dataset.target, options);
  refuseWithoutFolds(options);
  refuseUnreadPrecision(options);
  refuseUnkept(options.keptAs, featuresOf(options.method), `the method ${options.method}`);
  if (options.folds > 1) refuseEarlyStop(options);
  if (options.positive !== undefined) choosePositiveClass(context, dataset, options.positive);
  // The data set may have been renamed during the search.
  const version =
    searched === undefined
      ? freezeDataset(context, { dataset: options.dataset, seed: options.seed })
      : { ...searched, dataset: dataset.name };
  if (options.folds > 1) checkFolds(library.db, version, options);
  const settings = {
    ...settingsOf({ ...options, criterion }, inputSizeFor(context, lpm, options)),
    ...chosenPositive(version.classes, classListOf(library.db, dataset.id).positive),
  };
  const modelName = options.name ?? freeModelName(library.db, { ...options, dataset: version.dataset });
  const wanted: NewRun = { modelName, datasetVersionId: version.id, lpmHash: lpm.hash, settings };
  const made = modelByName(library.db, modelName);
  if (made !== undefined) {
    const run = runByName(library.db, made.run);
    if (run === undefined || !isSame(run, wanted)) throw nameTaken(modelName);
    return { run, version, lpm, resumed: true, finished: true };
  }
  const unfinished = resumableRun(library.db, wanted);
  if (unfinished !== undefined) return { run: unfinished, version, lpm, resumed: true, finished: false };
  const runId = addRun(library.writer, wanted, timeOf(context));
  if (options.on !== undefined) setRunParent(library.writer, runId, requireParent(library.db, options.on), 'on');
  else if (options.again !== undefined)
    setRunParent(library.writer, runId, requireParent(library.db, options.again), 'again');
  const run = runById(library.db, runId);
  invariant(run !== undefined, 'a run that was written can be read');
  return { run, version, lpm, resumed: false, finished: false };
}

/** @throws BAD_INPUT where a precision of the LPM's pass is named and the method asks nothing of it beforehand */
export function refuseUnreadPrecision({ method, precision }: Pick<ParsedOptions, 'method' | 'precision'>): void {
  if (precision === undefined || trainingMethods[method].features !== null) return;
  throw new AppError(
    'BAD_INPUT',
    `--precision ${precision} is about what the LPM says of an image beforehand; the method ${method} asks it for nothing then.`,
    { action: 'Leave --precision out, or choose a method that reads features: fpt+, fpt, attentive or linear.' },
  );
}

/** @throws MODEL_NOT_FOUND */
export function requireParent(db: ReadDb, name: string): number {
  const model = modelByName(db, name);
  if (model === undefined)
    throw new AppError('MODEL_NOT_FOUND', `There is no model "${name}" that could be trained again or on.`);
  return model.id;
}

function planResume(context: ServiceContext, options: ParsedOptions, name: string): PlannedRun {
  const { db } = context.library;
  const run = runByName(db, name);
  if (run === undefined) throw new AppError('RUN_NOT_FOUND', `There is no run "${name}".`);
  if (run.dataset !== options.dataset) {
    throw new AppError(
      'BAD_INPUT',
      `Run "${name}" was trained on data set "${run.dataset}", not on "${options.dataset}".`,
    );
  }
  const version = versionById(db, run.datasetVersionId);
  invariant(version !== undefined, 'a run names a version that exists');
  if (options.positive !== undefined) refuseOtherPositive(run, version, options.positive);
  const lpm = lpmByHash(db, run.lpmHash);
  if (lpm === undefined) {
    throw new AppError(
      'LPM_NOT_FOUND',
      `Run "${name}" uses the LPM ${run.lpmHash.slice(0, 12)}…, which is not there.`,
      { action: addLostLpm },
    );
  }
  const finished = modelByName(db, run.modelName)?.run === run.name;
  if (!finished && modelByName(db, run.modelName) !== undefined) throw nameTaken(run.modelName);
  if (!finished && isVersionReduced(db, version.id)) {
    throw new AppError('DATASET_NOT_READY', `Images that run "${name}" began with were deleted with their patient.`, {
      action: 'Train anew without --resume; it freezes the data set as it is now.',
    });
  }
  return { run, version, lpm, resumed: true, finished };
}

/** @throws BAD_INPUT: where every patient is predicted by a network that did not learn from it, none is left to choose an epoch on */
export function refuseEarlyStop({ earlyStop, folds }: Pick<ParsedOptions, 'earlyStop' | 'folds'>): void {
  if (earlyStop === undefined) return;
  throw new AppError(
    'BAD_INPUT',
    `Early stopping chooses an epoch on validation patients; with ${folds} folds they are learned from or predicted, and the weights after the last epoch count.`,
    { action: 'Leave --early-stop out and give the number of epochs with --epochs, or train without --folds.' },
  );
}

/** Deals the folds once before anything is computed. @throws SPLIT_IMPOSSIBLE */
export function checkFolds(
  db: ReadDb,
  { id, target, classes }: DatasetVersion,
  options: Pick<ParsedOptions, 'repeats' | 'folds' | 'seed'>,
): void {
  const images = versionImages(db, id).filter(({ split }) => split !== 'test');
  dealOften(images, options.repeats, { count: options.folds, seed: options.seed, target, classes });
}

/** @throws BAD_INPUT for deals into folds, or a refit beside their networks, where there are no folds */
function refuseWithoutFolds({ folds, repeats, deliver }: ParsedOptions): void {
  const found = [
    ...(repeats > 1 ? [`--repeats ${repeats}`] : []),
    ...(deliver === 'folds' ? [] : [`--deliver ${deliver}`]),
  ];
  if (folds > 1 || found.length === 0) return;
  throw new AppError(
    'BAD_INPUT',
    `${found.join(' and ')} ${found.length > 1 ? 'are' : 'is'} about the networks of a cross-validation; found a training without folds.`,
    { action: 'Give --folds 5 as well, or let a recipe be searched for, which has folds.' },
  );
}

/** @throws BAD_INPUT where the positive class that is named is not the one with which the run began: its threshold would be about another */
function refuseOtherPositive({ name, modelName, settings }: RunRecord, version: DatasetVersion, given: string): void {
  const found = requireClass(given, version.classes, `Run "${name}"`);
  const began = targetFacts[version.target].positiveOf(version.classes, settings.positive ?? null)?.name;
  if (found === began) return;
  throw new AppError(
    'BAD_INPUT',
    `Run "${name}" began with ${began === undefined ? 'no positive class' : `"${began}" as the positive class`} and goes on so; --positive names "${found}".`,
    {
      action: `Leave --positive out. When it is trained: \`sidelight evaluate "${modelName}" --positive "${found}"\`; no training is needed for that.`,
    },
  );
}

/**
 * What a training that ended early is asked to go on with: its run by name, on the version that it was begun with, even
 * where labels were added meanwhile. Undefined where the options stay as they were: no epoch of theirs has ended.
 */
export function trainAgain(db: ReadDb, job: JobRecord): JobPayload<'train'> | undefined {
  if (job.kind !== 'train' || job.payload === null || job.payload.resume !== undefined) return undefined;
  const run = runOfJob(db, job);
  if (run === undefined || run.state === 'succeeded' || run.epochsDone === 0) return undefined;
  return { ...job.payload, resume: run.name };
}

/** What a run keeps of the user's choice; nothing where the names say the same, so that saying it does not make another run. */
function chosenPositive(classes: readonly string[], chosen: string | null): Pick<RunSettings, 'positive'> {
  const said = positiveClassOf(classes, chosen);
  const read = positiveClassOf(classes, null);
  if (said?.source !== 'chosen' || (read?.source === 'recognised' && read.name === said.name)) return {};
  return { positive: said.name };
}

/** What of the options makes the run; a new option does, unless it is named here. */
function settingsOf(options: ParsedOptions & Pick<RunSettings, 'criterion'>, inputSize: number): RunSettings {
  const {
    dataset: _,
    lpm: __,
    name: ___,
    resume: ____,
    positive: _____,
    recipe: ______,
    budget: _______,
    methods: __________,
    again: ________,
    on: _________,
    ...settings
  } = options;
  const { lr, earlyStop, microBatch, ...same } = settings;
  return {
    ...same,
    learningRate: lr,
    earlyStop: earlyStop ?? null,
    inputSize,
    ...(trainingMethods[options.method].microBatches ? { microBatch } : {}),
    ...sizesOf(options.method, options),
  };
}

/** The input size as the LPM takes it. @throws BAD_INPUT, also when the LPM cannot score tokens as asked, or a size does not fit the method */
function inputSizeFor(context: ServiceContext, record: LpmRecord, options: ParsedOptions): number {
  const lpm = openLibraryLpm(context, record);
  try {
    if (trainingMethods[options.method].features === 'keysValues') {
      checkTokenRule(lpm.config, options.tokens, record.name);
    }
    checkedSizes(lpm.config, options.method, options);
    const inputSize = resolveInputSize(lpm.config, options.inputSize);
    refuseLarger([options.method], lpm.config, { ...options, inputSize });
    return inputSize;
  } finally {
    lpm.close();
  }
}

/**
 * `<data set>-<method>`, or with `-2`, `-3`, … whichever no model has. A training that is queued to be a new one passes
 * `alsoTaken`: names that runs and waiting jobs have. A command without a name does not, because given again after a kill it means
 * the run that it began, which has the name but no model yet.
 */
export function freeModelName(
  db: ReadDb,
  { dataset, method, recipe }: Pick<ParsedOptions, 'dataset' | 'method' | 'recipe'>,
  alsoTaken: ReadonlySet<string> = new Set(),
): string {
  // A search has not found its method yet when its model is named.
  const base = `${dataset}-${recipe === 'auto' ? recipe : method}`;
  let name = base;
  for (let n = 2; alsoTaken.has(name) || modelByName(db, name) !== undefined; n++) name = `${base}-${n}`;
  return name;
}

function isSame(run: RunRecord, wanted: NewRun): boolean {
  return (
    run.datasetVersionId === wanted.datasetVersionId &&
    run.lpmHash === wanted.lpmHash &&
    isSameRun(run.settings, wanted.settings)
  );
}

/** The refusal of a name that a model of other data or settings has. */
export function nameTaken(name: string): AppError {
  return new AppError('NAME_TAKEN', `There is a model "${name}" already, trained with other data or settings.`, {
    action:
      'Choose another name with --name. Which class counts as positive can be changed without training: `sidelight evaluate MODEL --positive NAME`.',
  });
}
