/** `classify`: files in, one row an image and one row a study out. */
import { performance } from 'node:perf_hooks';
import { AppError, serialiseError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import {
  type ClassifyOptions,
  type ClassifyReport,
  classifyOptionsSchema,
  jobSchemas,
  type ModelRecord,
  type Prediction,
  parseOptions,
  type StudyPooling,
  targetFacts,
} from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import type { GreyOrColourImage, RangeRule } from '../../images/index.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  addAuditEvent,
  addBatch,
  addBatchFailures,
  type BatchFailure,
  type ClassifiedAnswer,
  instanceByUid,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { framesOf } from '../datasets/dataset.ts';
import type { Scanned } from '../files/scan.ts';
import type { Fit } from '../pixels/fit.ts';
import { openRenderer, type Renderer } from '../pixels/source-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { ProblemCollector, survivable } from '../session/problems.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { requireModel } from '../training/model.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { answersOf, predictionsCsv } from './csv.ts';
import { foldAgreement, referredNames } from './fold-agreement.ts';
import { openClassifier } from './image.ts';
import { type KeptResults, openKeptResults } from './kept.ts';
import { asFiled, type ClassifySources, countSources, scanSources } from './sources.ts';

/**
 * Classifies every image below `paths` and writes the CSV file. A file that cannot be used is named in `problems` and
 * the rest goes on; files that are no images at all are counted there too. Given again after a stop or a kill it goes on
 * where it was and ends with the same file.
 * @throws MODEL_NOT_FOUND, LPM_NOT_FOUND, FILE_NOT_FOUND for a path that is not there, DISK_FULL, CANCELLED
 */
export async function classifyPaths(context: ServiceContext, options: ClassifyOptions): Promise<ClassifyReport> {
  return await runAsJob(classifyJob, parseOptions(classifyOptionsSchema, options), context);
}

export const classifyJob = defineJob({
  kind: 'classify',
  ...jobSchemas.classify,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress']; jobId: number }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const started = performance.now();
    const model = requireModel(context, options.model);
    const { record } = model;
    const problems = new ProblemCollector();
    const kept = await openKeptResults(context, record);
    const failures: BatchFailure[] = [];
    const images = await classifyImages(context, model, options, { problems, failures }, kept);
    const studies = studyPredictions(record, images, options.studyPooling);
    const predictions = [...images, ...studies];
    if (options.out !== undefined) writeWholeFile(options.out, predictionsCsv(record, predictions, failures));
    const batchId = remember(
      context,
      record,
      { predictions, failures, watchId: options.watchId ?? null },
      tools.jobId,
      kept,
    );
    return {
      model: record.name,
      lpmHash: record.lpmHash,
      out: options.out ?? null,
      batchId,
      target: record.target,
      classes: record.classes,
      threshold: record.threshold,
      thresholdClass: record.thresholdClass,
      images: images.length,
      studies: studies.length,
      resumed: kept.reused,
      failed: problems.count,
      problems: problems.list(),
      findingThresholds: [...operatingPointOf(record).thresholds],
      decisions: countDecisions(record, images, studies),
      referred: countReferred(images, studies),
      disagreement: countDisagreement(record, images, studies),
      seconds: (performance.now() - started) / 1000,
      peakMb: await (await context.engine()).peakMemoryMb(),
    };
  },
});

async function classifyImages(
  context: ServiceContext,
  model: ReturnType<typeof requireModel>,
  options: ClassifySources,
  left: { readonly problems: ProblemCollector; readonly failures: BatchFailure[] },
  kept: KeptResults,
): Promise<Prediction[]> {
  const { record } = model;
  const fail = (thrown: unknown, { name, place }: Scanned): void => {
    const { code, message, action } = serialiseError(thrown);
    left.problems.add(thrown, name);
    left.failures.push({ path: place.path, member: place.member, code, message, action });
  };
  const total = await countSources(context, options);
  const classifier = await openClassifier(context, model);
  const renderer = openRenderer();
  const predictions: Prediction[] = [];
  // By content: faulty anonymisers give different images one UID, and each of them is to be answered.
  const seen = new Set<string>();
  let done = 0;
  try {
    for await (const scanned of scanSources(context, options)) {
      const { found, problem } = scanned;
      done++;
      if (problem !== null || found === null) {
        if (problem !== null) fail(problem, scanned);
        continue;
      }
      const { sopInstanceUID, contentHash, numberOfFrames } = found.instance;
      if (seen.has(contentHash)) {
        fail(duplicate(), scanned);
        continue;
      }
      seen.add(contentHash);
      const stored = instanceByUid(context.library.db, sopInstanceUID);
      const instanceId = stored?.contentHash === contentHash ? stored.id : null;
      const filed = asFiled(context.library.db, { ...scanned, found });
      for (const frame of framesOf(record.preprocessing.frames, numberOfFrames)) {
        const known = instanceId === null ? null : { instanceId, frame, sopInstanceUID };
        try {
          const answer = await kept.result(contentHash, frame, () =>
            classifier.classify(known, (fit) => render(renderer, scanned, frame, fit, model.rule)),
          );
          predictions.push(imagePrediction(record, filed, frame, answer));
        } catch (thrown) {
          fail(survivable(thrown), scanned);
        }
      }
      context.progress({ stage: 'classifying', done, total, unit: 'files' });
    }
    return predictions;
  } finally {
    try {
      kept.flush();
    } finally {
      await renderer.close();
      await classifier.close();
    }
  }
}

async function render(
  renderer: Renderer,
  scanned: Scanned,
  frame: number,
  fit: Fit,
  rule: RangeRule,
): Promise<GreyOrColourImage> {
  return await renderer.render(await scanned.bytes(), frame, redact(scanned.name), fit, rule);
}

function duplicate(): AppError {
  return new AppError(
    'DUPLICATE_SAME',
    'Another file with the same bytes was classified already; an image counts once in its study.',
  );
}

/** How many were decided for each class, or called present for each finding; nothing of numbers. */
function countDecisions(
  { target, classes }: ModelRecord,
  images: readonly Prediction[],
  studies: readonly Prediction[],
): ClassifyReport['decisions'] {
  const { isPerName, hasMarks } = targetFacts[target];
  if (isPerName && !hasMarks) return [];
  const isDecided = (p: Prediction, name: string, k: number): boolean =>
    hasMarks ? (p.probabilities[k] as number) >= (p.findingThresholds[k] as number) : p.decision === name;
  return classes.map((name, k) => ({
    name,
    images: images.filter((p) => isDecided(p, name, k)).length,
    studies: studies.filter((p) => isDecided(p, name, k)).length,
  }));
}

function countReferred(images: readonly Prediction[], studies: readonly Prediction[]): ClassifyReport['referred'] {
  if (images.every(({ referred }) => referred === null)) return null;
  const count = (rows: readonly Prediction[]): number =>
    rows.filter(({ referred }) => referred !== null && referred.length > 0).length;
  return { images: count(images), studies: count(studies) };
}

/** About how many the networks of a model of folds do not all answer the same; null of one network. */
function countDisagreement(
  model: ModelRecord,
  images: readonly Prediction[],
  studies: readonly Prediction[],
): ClassifyReport['disagreement'] {
  if (model.networks === 1) return null;
  const count = (rows: readonly Prediction[]): number | null => {
    const all = rows.map((row) => foldAgreement(model, row));
    if (all.some((own) => own.some(({ agreeing }) => agreeing === null))) return null;
    return all.filter((own) => own.some(({ agreeing, folds }) => agreeing !== folds)).length;
  };
  return { folds: model.networks, images: count(images), studies: count(studies) };
}

/** What a model says of an image or a study, from its answers: probabilities of classes or findings, or a number. */
function answerOf(
  model: ModelRecord,
  answers: readonly number[],
  foldAnswers: Prediction['foldAnswers'],
): Pick<
  Prediction,
  | 'probabilities'
  | 'value'
  | 'decision'
  | 'threshold'
  | 'thresholdClass'
  | 'findingThresholds'
  | 'referred'
  | 'foldAnswers'
> {
  const point = operatingPointOf(model);
  const { isPerName, hasMarks } = targetFacts[model.target];
  const isNumber = isPerName && !hasMarks;
  const decision = targets[model.target].answer(answers, model.classes, point);
  return {
    probabilities: isNumber ? [] : [...answers],
    value: isNumber ? (answers[0] as number) : null,
    decision,
    threshold: model.threshold,
    thresholdClass: model.thresholdClass,
    findingThresholds: [...point.thresholds],
    referred: isNumber ? null : referredNames(model, { decision, probabilities: answers }),
    foldAnswers,
  };
}

function imagePrediction(
  model: ModelRecord,
  { found, place }: Scanned,
  frame: number,
  { probabilities, foldAnswers }: ClassifiedAnswer,
): Prediction {
  return {
    level: 'image',
    path: place.member === '' ? place.path : `${place.path}/${place.member}`,
    patientID: found?.patientID ?? '',
    studyInstanceUID: found?.instance.studyInstanceUID ?? '',
    sopInstanceUID: found?.instance.sopInstanceUID ?? '',
    frame,
    images: 1,
    ...answerOf(
      model,
      probabilities,
      foldAnswers.map((own) => [...own]),
    ),
    contentHash: found?.instance.contentHash ?? null,
  };
}

/** One prediction a study, in the order of the studies' first images. */
export function studyPredictions(
  model: ModelRecord,
  images: readonly Prediction[],
  pooling: StudyPooling,
): Prediction[] {
  const target = targets[model.target];
  const classes = target.logits(model.classes.length);
  const studies = images.map((image) => image.studyInstanceUID);
  const pool = (rows: readonly (readonly number[])[]) =>
    target.poolStudies(Float64Array.from(rows.flat()), classes, studies, pooling);
  const pooled = pool(images.map(answersOf));
  const rowAt = (values: Float64Array, s: number): number[] => [...values.subarray(s * classes, (s + 1) * classes)];
  // Each network's answer to a study, as if it were the model.
  const folds = Array.from({ length: images[0]?.foldAnswers.length ?? 0 }, (_, k) =>
    pool(images.map(({ foldAnswers }) => foldAnswers[k] ?? [])),
  );
  return pooled.studies.map((studyInstanceUID, s) => {
    const members = pooled.members[s] as readonly number[];
    return {
      level: 'study',
      path: null,
      patientID: images[members[0] as number]?.patientID ?? '',
      studyInstanceUID,
      sopInstanceUID: null,
      frame: null,
      images: members.length,
      ...answerOf(
        model,
        rowAt(pooled.probabilities, s),
        folds.map(({ probabilities }) => rowAt(probabilities, s)),
      ),
      contentHash: null,
    };
  });
}

/** Keeps the predictions, without paths and patients, where the library may be written; gives the batch's row id. */
function remember(
  context: ServiceContext,
  model: ModelRecord,
  batch: {
    readonly predictions: readonly Prediction[];
    readonly failures: readonly BatchFailure[];
    readonly watchId: number | null;
  },
  jobId: number,
  kept: KeptResults,
): number | null {
  if (context.library.mode === 'read') return null;
  const { predictions, failures, watchId } = batch;
  const db = context.library.writer;
  const now = timeOf(context);
  return db.transaction(() => {
    const id = addBatch(db, { jobId, modelId: model.id, predictions, watchId }, now);
    addBatchFailures(db, id, failures);
    addAuditEvent(db, {
      happenedAt: now,
      action: 'batch.classified',
      subject: model.name,
      details: { batch: id, predictions: predictions.length },
    });
    kept.drop();
    return id;
  });
}
