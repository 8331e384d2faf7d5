/**
 * A stored model trained again from its record, and compared with what is stored: on the machine that it was made on every weight is the same, elsewhere it is
 * said by how much weights and answers differ.
 *
 * Nothing of the new weights is kept. Features are used where they are there, because they are part of what the record stands for; where they are gone, images
 * are read and encoded again, and the features stay, as after every training.
 */
import { performance } from 'node:perf_hooks';
import { AppError } from '../../base/errors.ts';
import {
  type EvaluationPart,
  jobSchemas,
  type ModelRecord,
  parseOptions,
  type ReplayOptions,
  type ReplayReport,
  replayOptionsSchema,
} from '../../contract/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { addAuditEvent, evaluatedImages, evaluationsOf, saveReplay } from '../../store/index.ts';
import { openLibraryLpm } from '../lpm/encoder.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { type ComputedWeights, computeWeights } from '../training/compute-weights.ts';
import { keepNothing } from '../training/keeper.ts';
import { hashWeights, probabilitiesOf } from '../training/model.ts';
import { placeOf } from '../training/run-place.ts';
import { asRecorded } from './as-recorded.ts';
import { isDatasetChanged, type ModelRecordOfRun, recordOfModel } from './record.ts';

/**
 * Trains a model again from its record; what comes of it is kept with the model, the new weights are not.
 * @throws MODEL_NOT_FOUND, RUN_NOT_FOUND, LPM_NOT_FOUND, WEIGHTS_INVALID; DATASET_NOT_READY where images that it learned from cannot be read any more;
 *   DISK_FULL, ENGINE_FAILED, TRAINING_DIVERGED, CANCELLED
 */
export async function replayModel(context: ServiceContext, options: ReplayOptions): Promise<ReplayReport> {
  return await runAsJob(replayJob, parseOptions(replayOptionsSchema, options), context);
}

export const replayJob = defineJob({
  kind: 'replay',
  ...jobSchemas.replay,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const started = performance.now();
    const found = recordOfModel(context, options.model);
    const { record } = found.model;
    const { run, version } = found.plan;
    const { computed, replayedOn } = await computeAgain(context, found, options.computeAs);
    const report: ReplayReport = {
      model: record.name,
      run: run.name,
      dataset: version.dataset,
      version: version.number,
      replayedAt: timeOf(context),
      ...compareWeights(record, found.model.params, computed.params),
      ...compareAnswers(context, record, computed.unseen),
      madeOn: [...found.madeOn],
      replayedOn,
      encodedAgain: computed.encoded,
      isDatasetChanged: isDatasetChanged(context, found.plan),
      seconds: (performance.now() - started) / 1000,
    };
    keepReport(context, record.id, report);
    return report;
  },
});

async function computeAgain(
  context: ServiceContext,
  { model, plan, madeOn }: ModelRecordOfRun,
  computeAs: ReplayOptions['computeAs'],
): Promise<{ readonly computed: ComputedWeights; readonly replayedOn: ReplayReport['replayedOn'] }> {
  const lpm = openLibraryLpm(context, plan.lpm);
  try {
    return await asRecorded(context, madeOn, computeAs, async (same) => {
      const computed = await computeWeights(same, plan, lpm, keepNothing);
      // Afterwards: a GPU that failed on the way has handed over to the processor.
      return { computed, replayedOn: await placeOf(same, plan.run.settings.precision) };
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'DATASET_NOT_READY') throw error;
    throw new AppError(
      error.code,
      `Model "${model.record.name}" cannot be trained again from its record: ${error.message}`,
      {
        action: error.action,
        cause: error,
      },
    );
  } finally {
    lpm.close();
  }
}

type ComparedWeights = Pick<
  ReplayReport,
  'isEqual' | 'weightsHash' | 'replayedHash' | 'weights' | 'largestWeightDifference'
>;

/** @throws WEIGHTS_INVALID where this version of the program gives the network other parameters */
function compareWeights({ name }: ModelRecord, stored: Float32Array, replayed: Float32Array): ComparedWeights {
  if (stored.length !== replayed.length) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `Model "${name}" has ${stored.length} weights; trained again by this version of Sidelight its network has ${replayed.length}.`,
      { action: 'Train it again with the version of Sidelight that made it.' },
    );
  }
  // In the order that the network has now: hashes of the same weights are the same, whatever the order they are stored in.
  const [weightsHash, replayedHash] = [hashWeights(stored), hashWeights(replayed)];
  return {
    isEqual: weightsHash === replayedHash,
    weightsHash,
    replayedHash,
    weights: stored.length,
    largestWeightDifference: largestDifference(stored, replayed),
  };
}

/** The answers that were kept when the model was trained against those of the weights that were made now. */
function compareAnswers(
  { library: { db } }: ServiceContext,
  record: ModelRecord,
  { part, images, logits }: ComputedWeights['unseen'],
): Pick<ReplayReport, 'part' | 'images' | 'largestAnswerDifference'> {
  const kept = keptAnswers(db, record.id, part);
  const columns = images.length === 0 ? 0 : logits.length / images.length;
  const both = images.flatMap(({ index }, i) => {
    const before = kept.get(index);
    return before === undefined ? [] : [{ before, now: logits.subarray(i * columns, (i + 1) * columns) }];
  });
  if (both.length === 0) return { part, images: 0, largestAnswerDifference: null };
  const answersOf = (rows: readonly Float32Array[]): Float64Array =>
    probabilitiesOf(record, Float32Array.from(rows.flatMap((row) => [...row])));
  return {
    part,
    images: both.length,
    largestAnswerDifference: largestDifference(
      answersOf(both.map(({ before }) => before)),
      answersOf(both.map(({ now }) => now)),
    ),
  };
}

/** The logits of each image of a part, by its place in the version. */
function keptAnswers(
  db: ServiceContext['library']['db'],
  modelId: number,
  part: EvaluationPart,
): ReadonlyMap<number, Float32Array> {
  const evaluation = evaluationsOf(db, modelId).find(({ split }) => split === part);
  const images = evaluation === undefined ? [] : evaluatedImages(db, evaluation.id);
  return new Map(images.map(({ position, logits }) => [position, logits]));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
}

function keepReport({ library, ...context }: ServiceContext, modelId: number, report: ReplayReport): void {
  const db = library.writer;
  db.transaction(() => {
    saveReplay(db, modelId, report);
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'model.replayed',
      subject: report.model,
      details: { isEqual: report.isEqual },
    });
  });
}
