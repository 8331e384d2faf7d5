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
} from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import type { GreyOrColourImage, RangeRule } from '../../images/index.ts';
import { defineJob } from '../../jobs/index.ts';
import {
  addAuditEvent,
  addBatch,
  addBatchFailures,
  awayCodes,
  type BatchFailure,
  contentAt,
  forgetGoneFiles,
  forgetPlacesTaken,
  instanceByUid,
  watchOfJob,
} from '../../store/index.ts';
import { framesOf } from '../datasets/dataset.ts';
import type { Scanned } from '../files/scan.ts';
import type { Fit } from '../pixels/fit.ts';
import { openRenderer, type Renderer } from '../pixels/source-images.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { ProblemCollector, survivable } from '../session/problems.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { warn } from '../session/warn.ts';
import { type LoadedModel, requireModel } from '../training/model.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { predictionsCsv } from './csv.ts';
import { openClassifiers } from './image.ts';
import { type KeptResults, openKeptResults } from './kept.ts';
import { countDecisions, countDisagreement, countReferred, imagePrediction, studyPredictions } from './predictions.ts';
import { resultsFiles } from './results-files.ts';
import { asFiled, type ClassifySources, countSources, scanSources } from './sources.ts';
import { answeredBefore } from './superseded.ts';
import { pathHashOf } from './watch.ts';

/**
 * Classifies every image below `paths` and writes the CSV file, or one a model. Several models read the images once, and each answers as it does alone. A file that cannot be used is named in `problems` and
 * the rest goes on; files that are no images at all are counted there too. Given again after a stop or a kill it goes on
 * where it was and ends with the same file. A study of which a watched folder gave images before, or of which failed files are tried again, is
 * answered by all of them.
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
    const models = [options.model, ...options.otherModels].map((name) => requireModel(context, name));
    const files = resultsFiles(
      options.out,
      models.map(({ record }) => record.name),
    );
    const works: Work[] = [];
    for (const [m, model] of models.entries()) {
      works.push({
        model,
        out: files[m] ?? null,
        kept: await openKeptResults(context, model.record),
        problems: new ProblemCollector(),
        failures: [],
        images: [],
      });
    }
    // Orders of before `mayBeGone` are resumed as watched folders give them now.
    await classifyImages(context, works, { ...options, mayBeGone: options.mayBeGone ?? options.watchId !== undefined });
    // Not that of `options`: the folder may be watched no more.
    const watchId = watchOfJob(context.library.db, tools.jobId);
    const answered = works.map((work) => {
      const { record } = work.model;
      const before = answeredBefore(context, record, work.images, { watchId, retries: options.retries ?? null });
      return { ...work, record, studies: studyPredictions(record, [...work.images, ...before], options.studyPooling) };
    });
    for (const { out, record, images, studies, failures } of answered) {
      if (out !== null) writeWholeFile(out, predictionsCsv(record, [...images, ...studies], failures));
    }
    const batchIds = remember(
      context,
      answered.map(({ record, images, studies, failures, kept }) => ({
        model: record,
        batch: { predictions: [...images, ...studies], failures, watchId, paths: options.paths },
        kept,
      })),
      tools.jobId,
    );
    const seconds = (performance.now() - started) / 1000;
    const peakMb = await (await context.engine()).peakMemoryMb();
    const reports = answered.map(({ out, record, images, studies, kept, problems }, m) => ({
      model: record.name,
      lpmHash: record.lpmHash,
      out,
      batchId: batchIds?.[m] ?? null,
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
      seconds,
      peakMb,
    }));
    const [first, ...others] = reports;
    return { ...(first as (typeof reports)[number]), others };
  },
});

/** One model's part of a classification. */
interface Work {
  readonly model: LoadedModel;
  /** Where its results go; null where no file was asked for. */
  readonly out: string | null;
  readonly kept: KeptResults;
  readonly problems: ProblemCollector;
  readonly failures: BatchFailure[];
  readonly images: Prediction[];
}

/** Every image is read once and answered by each model. */
async function classifyImages(
  context: ServiceContext,
  works: readonly Work[],
  options: ClassifySources,
): Promise<void> {
  const fail = (thrown: unknown, { name, place }: Scanned, of: readonly Work[] = works): void => {
    const { code, message, action } = serialiseError(thrown);
    for (const { problems, failures } of of) {
      problems.add(thrown, name);
      failures.push({ path: place.path, member: place.member, code, message, action });
    }
  };
  const total = await countSources(context, options);
  const classifiers = await openClassifiers(
    context,
    works.map(({ model }) => model),
  );
  const renderer = openRenderer();
  // By content: faulty anonymisers give different images one UID, and each of them is to be answered.
  const seen = new Set<string>();
  const others = { images: 0, studies: new Set<string>() };
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
      let isAnswered = false;
      for (const [frame, asked] of framesOfAll(works, numberOfFrames)) {
        const known = instanceId === null ? null : { instanceId, frame, sopInstanceUID };
        const answers = classifiers.answers(known, (fit, rule) => render(renderer, scanned, frame, fit, rule));
        for (const m of asked) {
          const work = works[m] as Work;
          try {
            const answer = await work.kept.result(contentHash, frame, answers[m] as (typeof answers)[number]);
            work.images.push(imagePrediction(work.model.record, filed, frame, answer));
            isAnswered = true;
          } catch (thrown) {
            fail(survivable(thrown), scanned, [work]);
          }
        }
      }
      if (isAnswered && found.notices.some(({ code }) => code === 'IMAGE_OF_OTHER_KIND')) {
        others.images++;
        others.studies.add(filed.found?.instance.studyInstanceUID ?? '');
      }
      context.progress({ stage: 'classifying', done, total, unit: 'files' });
    }
    if (others.images > 0) {
      warn(context, { code: 'otherKindsAnswered', images: others.images, studies: others.studies.size });
    }
  } finally {
    try {
      for (const { kept } of works) kept.flush();
    } finally {
      await renderer.close();
      await classifiers.close();
    }
  }
}

/** The frames that any model wants of an image, in their order, each with the places of the models that do. */
function framesOfAll(works: readonly Work[], numberOfFrames: number): readonly (readonly [number, number[]])[] {
  const asked = new Map<number, number[]>();
  for (const [m, { model }] of works.entries()) {
    for (const frame of framesOf(model.record.preprocessing.frames, numberOfFrames)) {
      asked.set(frame, [...(asked.get(frame) ?? []), m]);
    }
  }
  return [...asked].sort(([a], [b]) => a - b);
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

/** What a model leaves in the library. */
interface Answered {
  readonly model: ModelRecord;
  readonly batch: {
    readonly predictions: readonly Prediction[];
    readonly failures: readonly BatchFailure[];
    readonly watchId: number | null;
    readonly paths: readonly string[];
  };
  readonly kept: KeptResults;
}

/**
 * Keeps the predictions of all models at once, without paths and patients, where the library may be written; gives the batches' row ids in the
 * order of the models.
 */
function remember(context: ServiceContext, answered: readonly Answered[], jobId: number): number[] | null {
  if (context.library.mode === 'read') return null;
  const db = context.library.writer;
  const now = timeOf(context);
  return db.transaction(() =>
    answered.map(({ model, batch: { predictions, failures, watchId, paths }, kept }) => {
      const { id: modelId, temperature } = model;
      const id = addBatch(db, { jobId, modelId, predictions, watchId, temperature }, now);
      if (watchId === null) addBatchFailures(db, id, failures);
      else {
        const known = failures.map((failure) => {
          const { code, path } = failure;
          if (!awayCodes.includes(code)) return failure;
          return { ...failure, contentHash: contentAt(db, watchId, { path, pathHash: pathHashOf(path) }) };
        });
        addBatchFailures(db, id, known);
        // They are taken once they are there again, or where they were moved to.
        forgetGoneFiles(db, watchId, id);
        forgetPlacesTaken(db, watchId, paths.map(pathHashOf));
      }
      addAuditEvent(db, {
        happenedAt: now,
        action: 'batch.classified',
        subject: model.name,
        details: { batch: id, predictions: predictions.length },
      });
      kept.drop();
      return id;
    }),
  );
}
