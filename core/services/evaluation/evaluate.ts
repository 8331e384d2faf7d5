/** `evaluate`: how a model does on images of patients that took no part in training or choosing. */
import { performance } from 'node:perf_hooks';
import { AppError, invariant } from '../../base/errors.ts';
import {
  type EvaluateOptions,
  type EvaluateReport,
  type EvaluationPart,
  evaluateOptionsSchema,
  evaluationPartsOf,
  jobSchemas,
  type ModelRecord,
  parseOptions,
  splitNames,
  type VersionImage,
  warningLine,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { positiveClassWarnings } from '../../report/positive-class-words.ts';
import {
  addAuditEvent,
  countTestEvaluation,
  evaluatedImages,
  evaluationsOf,
  runByName,
  saveEvaluation,
  versionById,
  versionImages,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { predictAll } from '../../training/loop.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { exampleSource } from '../features/source-examples.ts';
import { prepareFeatures } from '../features/source-features.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { ProblemCollector } from '../session/problems.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { compilePredictor, type LoadedModel, openModelLpm, requireModel } from '../training/model.ts';
import { networkWeights } from '../training/network.ts';
import { startWarnings } from '../training/taught.ts';
import { forgetSets, requireRecord, runOf } from './evaluated-set.ts';
import { findingWarnings } from './finding-warnings.ts';
import { setModelPositive } from './judge-settings.ts';
import { type EvaluationBlocks, evaluationBlocks } from './metrics-block.ts';
import { patientWarnings } from './patient-warnings.ts';
import { promiseReferral, referralReports } from './referral.ts';

/** Images a run of the network; results do not depend on it. */
const batch = 16;

/**
 * Figures of a model on one split of the data-set version it was trained on, for images and for studies, with 95 %
 * intervals over patients. Studies whose images carry different labels have no study label: they count for images only
 * and are named in `problems`.
 * @throws MODEL_NOT_FOUND, LPM_NOT_FOUND, DATASET_NOT_READY when the split has no usable image
 */
export async function evaluateModel(context: ServiceContext, options: EvaluateOptions): Promise<EvaluateReport> {
  return await runAsJob(evaluateJob, parseOptions(evaluateOptionsSchema, options), context);
}

export const evaluateJob = defineJob({
  kind: 'evaluate',
  ...jobSchemas.evaluate,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const started = performance.now();
    if (options.positive !== undefined) setModelPositive(context, options.model, options.positive);
    const referralFound =
      options.refer === undefined
        ? []
        : promiseReferral(context, { model: options.model, allowed: options.refer, pooling: options.studyPooling });
    const { record, version, images, problems } = await answersOf(context, options.model, options.split);
    // From here on as Judge does it: what is told here is what was stored.
    const request = { model: record.name, split: options.split, pooling: options.studyPooling };
    const { image, study, mixedStudies } = evaluationBlocks(context, request);
    tellMixedStudies(mixedStudies, images, problems);
    return {
      model: record.name,
      split: options.split,
      dataset: version.dataset,
      version: version.number,
      method: record.method,
      target: record.target,
      classes: record.classes,
      positiveClass: record.positiveClass,
      positiveClassSource: record.positiveClassSource,
      warnings: [
        ...positiveClassWarnings(record),
        ...findingWarnings(record, image),
        ...patientWarnings(context.library.db, version),
        ...startWarnings(context.library.db, runOf(context, record)).map(warningLine),
      ],
      studyPooling: options.studyPooling,
      image,
      study,
      referral: referralReports(context, request),
      referralFound,
      problems: problems.list(),
      seconds: (performance.now() - started) / 1000,
      peakMb: await (await context.engine()).peakMemoryMb(),
    };
  },
});

/**
 * The answers of a model about a part, asked and kept; those of a cross-validation were kept when it was trained, and no network gives them again.
 * @throws BAD_INPUT for patients that the model learned from, and for a cross-validation of a model that has none
 */
async function answersOf(context: ServiceContext, name: string, split: EvaluationPart) {
  if (split === 'cross-validation') {
    const record = requireRecord(context, name);
    requireCrossValidation(context, record);
    const version = versionById(context.library.db, runOf(context, record).datasetVersionId);
    invariant(version !== undefined, 'a run names a version that exists');
    const images = versionImages(context.library.db, version.id).filter((image) => image.split !== 'test');
    return { record, version, images, problems: new ProblemCollector() };
  }
  const model = requireModel(context, name);
  const { record } = model;
  if (!evaluationPartsOf(record).includes(split)) {
    throw new AppError(
      'BAD_INPUT',
      `Model "${name}" is of ${record.folds} folds and learned from the training and the validation patients, so their figures would flatter it; found the part "${split}", allowed: ${evaluationPartsOf(record).join(', ')}.`,
      {
        action: `Use \`sidelight evaluate "${name}" --split cross-validation\`: every patient is answered there by a network that did not learn from it.`,
      },
    );
  }
  const predicted = await predictSplit(context, model, split);
  keepEvaluation(context, record, split, predicted);
  return { record, ...predicted };
}

/** @throws BAD_INPUT where a model was trained without folds; DATASET_NOT_READY where none of its answers are left */
function requireCrossValidation({ library }: ServiceContext, { id, name, folds }: ModelRecord): void {
  const kept = evaluationsOf(library.db, id).find(({ split }) => split === 'cross-validation');
  if (kept !== undefined && evaluatedImages(library.db, kept.id).length > 0) return;
  throw new AppError(
    folds > 1 ? 'DATASET_NOT_READY' : 'BAD_INPUT',
    folds > 1
      ? `The out-of-fold answers of model "${name}" are not in the library any more.`
      : `Model "${name}" was trained without folds, so it has no cross-validation; found the part "cross-validation", allowed: ${splitNames.join(', ')}.`,
    {
      action:
        folds > 1
          ? 'Evaluate it on the test patients, or train again.'
          : 'Train with --folds 5 for a cross-validation.',
    },
  );
}

/** Keeps what a model said, so that it can be judged without the engine; in the audit trail that it was asked. `logits` are [n, classes]. */
export function keepEvaluation(
  context: ServiceContext,
  record: ModelRecord,
  split: EvaluationPart,
  { images, logits }: { readonly images: readonly VersionImage[]; readonly logits: Float32Array },
): void {
  const classes = targets[record.target].logits(record.classes.length);
  const db = context.library.writer;
  const now = timeOf(context);
  const kept = images.map(({ index }, i) => ({
    position: index,
    logits: logits.slice(i * classes, (i + 1) * classes),
  }));
  saveEvaluation(db, { modelId: record.id, split, images: kept }, now);
  if (split === 'test') countTestEvaluation(db, record.id);
  forgetSets(context);
  addAuditEvent(db, {
    happenedAt: now,
    action: 'model.evaluated',
    subject: record.name,
    details: { split, images: images.length },
  });
}

/** The images of one split with their logits [n, classes], in the version's order. */
export async function predictSplit(context: ServiceContext, model: LoadedModel, split: VersionImage['split']) {
  const { record, config, params } = model;
  const { db } = context.library;
  const run = runByName(db, record.run);
  const version = run === undefined ? undefined : versionById(db, run.datasetVersionId);
  if (version === undefined) throw new AppError('RUN_NOT_FOUND', `The run of model "${record.name}" is not there.`);
  const { preprocessing } = record;
  const lpm = openModelLpm(context, record);
  try {
    const features = await prepareFeatures(context, {
      version,
      images: versionImages(db, version.id, split),
      lpm,
      ...preprocessing,
      rule: model.rule,
      statistics: { mean: preprocessing.mean, std: preprocessing.std },
      features: featuresOf(record.method),
    });
    try {
      const { images, problems } = features;
      if (images.length === 0) {
        throw new AppError(
          'DATASET_NOT_READY',
          `The split "${split}" of "${version.dataset}" has no usable image (${problems.list()[0]?.message ?? 'it is empty'}).`,
        );
      }
      const source = exampleSource(features, config, images, {
        inputSize: preprocessing.inputSize,
        statistics: features.statistics,
        target: targets[record.target],
        reading: { uncertain: record.uncertain, scale: record.labelScale },
        readOnce: true,
      });
      const predictor = await compilePredictor(await context.engine(), config, batch, networkWeights(config, lpm));
      try {
        const logits = await predictAll(predictor, params, source, images.length, context.signal, (done) => {
          context.progress({ stage: 'evaluating', done, total: images.length, unit: 'images' });
        });
        return { model, version, images, problems, logits };
      } finally {
        await predictor.predict.dispose();
      }
    } finally {
      await features.close();
    }
  } finally {
    lpm.close();
  }
}

/** Names the studies that have no label of their own. */
function tellMixedStudies(
  mixed: EvaluationBlocks['mixedStudies'],
  images: readonly VersionImage[],
  problems: ProblemCollector,
): void {
  const uids = new Map(images.map((image) => [image.studyId, image.studyInstanceUID]));
  for (const studyId of mixed) {
    problems.add(
      new AppError(
        'LABELS_INVALID',
        'The images of a study have different labels; it is left out of the study figures.',
        {
          action: 'Nothing to do when the labels are meant for single images.',
        },
      ),
      uids.get(studyId) ?? '',
    );
  }
}
