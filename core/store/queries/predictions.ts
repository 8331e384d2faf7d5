/** Batches of predictions. */
import { z } from 'zod';
import type { predictionSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

const referredSchema = z.array(z.string());
const foldAnswersSchema = z.array(z.array(z.number()));

/** A prediction as it is kept: without the path and the patient, which the CSV file tells. */
export type StoredPrediction = Omit<z.output<typeof predictionSchema>, 'path' | 'patientID'>;

/** A prediction to keep; what other targets have is left out. */
export type NewPrediction = Omit<z.input<typeof predictionSchema>, 'path' | 'patientID'>;

/** Columns of a prediction that are lists, as they are stored. */
export interface FoldColumns {
  readonly referred: string | null;
  readonly foldAnswers: string | null;
}

/** What is to go to a reader, and the answers of each network. @throws DB_DAMAGED */
export function readFolds(
  { referred, foldAnswers }: FoldColumns,
  what: string,
): Pick<StoredPrediction, 'referred' | 'foldAnswers'> {
  return {
    referred: referred === null ? null : readJson(referredSchema, referred, what),
    foldAnswers: foldAnswers === null ? [] : readJson(foldAnswersSchema, foldAnswers, what),
  };
}

/** Adds a batch with its predictions in one transaction and gives its row id. */
export function addBatch(
  db: WriteDb,
  batch: {
    readonly jobId: number | null;
    readonly modelId: number;
    readonly predictions: readonly NewPrediction[];
    readonly watchId?: number | null;
    /** The model's when these were computed; null where that is not known. */
    readonly temperature?: number | null;
  },
  now: string,
): number {
  return db.transaction(() => {
    const { id } = db.run(
      'INSERT INTO batches (job_id, model_id, created_at, watch_id, temperature) VALUES (:jobId, :modelId, :now, :watchId, :temperature)',
      {
        jobId: batch.jobId,
        modelId: batch.modelId,
        watchId: batch.watchId ?? null,
        temperature: batch.temperature ?? null,
        now,
      },
    );
    for (const prediction of batch.predictions) {
      const row = db.run(
        `INSERT INTO predictions (batch_id, level, study_instance_uid, sop_instance_uid, frame, images, decision, threshold,
           threshold_class, content_hash, value, referred, fold_answers)
         VALUES (:id, :level, :studyInstanceUID, :sopInstanceUID, :frame, :images, :decision, :threshold, :thresholdClass,
           :contentHash, :value, :referred, :foldAnswers)`,
        {
          id,
          level: prediction.level,
          studyInstanceUID: prediction.studyInstanceUID,
          sopInstanceUID: prediction.sopInstanceUID,
          frame: prediction.frame,
          images: prediction.images,
          decision: prediction.decision,
          threshold: prediction.threshold,
          thresholdClass: prediction.thresholdClass,
          contentHash: prediction.contentHash,
          value: prediction.value ?? null,
          referred: prediction.referred == null ? null : JSON.stringify(prediction.referred),
          foldAnswers: (prediction.foldAnswers ?? []).length === 0 ? null : JSON.stringify(prediction.foldAnswers),
        },
      );
      prediction.probabilities.forEach((probability, position) => {
        db.run(
          `INSERT INTO prediction_probabilities (prediction_id, class_position, probability, threshold)
           VALUES (:predictionId, :position, :probability, :threshold)`,
          { predictionId: row.id, position, probability, threshold: prediction.findingThresholds?.[position] ?? null },
        );
      });
    }
    return id;
  });
}

/** The predictions of a batch in the order in which they were made. */
export function predictionsOf(db: ReadDb, batchId: number): StoredPrediction[] {
  const probabilities = new Map<number, number[]>();
  const thresholds = new Map<number, number[]>();
  for (const row of db.all<{ id: number; probability: number; threshold: number | null }>(
    `SELECT q.prediction_id AS id, q.probability, q.threshold FROM prediction_probabilities q JOIN predictions p ON p.id = q.prediction_id
     WHERE p.batch_id = :batchId ORDER BY q.prediction_id, q.class_position`,
    { batchId },
  )) {
    probabilities.set(row.id, [...(probabilities.get(row.id) ?? []), row.probability]);
    if (row.threshold !== null) thresholds.set(row.id, [...(thresholds.get(row.id) ?? []), row.threshold]);
  }
  return db
    .all<
      Omit<StoredPrediction, 'probabilities' | 'findingThresholds' | keyof FoldColumns> & FoldColumns & { id: number }
    >(
      `SELECT id, level, study_instance_uid AS studyInstanceUID, sop_instance_uid AS sopInstanceUID, frame, images, decision,
         threshold, threshold_class AS thresholdClass, content_hash AS contentHash, value, referred, fold_answers AS foldAnswers
       FROM predictions WHERE batch_id = :batchId ORDER BY id`,
      { batchId },
    )
    .map(({ id, referred, foldAnswers, ...prediction }) => ({
      ...prediction,
      ...readFolds({ referred, foldAnswers }, `a result of batch ${batchId}`),
      probabilities: probabilities.get(id) ?? [],
      findingThresholds: thresholds.get(id) ?? [],
    }));
}

/**
 * Results of an image whose file was corrected in place are of its new content, and stand under its new study where the former has no image
 * left. Gives how many results of the image there are.
 */
export function followCorrection(
  db: WriteDb,
  image: { readonly sopInstanceUID: string; readonly from: string; readonly to: string },
  study: { readonly from: string; readonly to: string },
): number {
  const { changes } = db.run(
    'UPDATE predictions SET content_hash = :to WHERE sop_instance_uid = :sopInstanceUID AND content_hash = :from',
    { ...image },
  );
  if (study.from === study.to) return changes;
  db.run(
    `UPDATE predictions SET study_instance_uid = :to WHERE study_instance_uid = :from AND (sop_instance_uid = :sopInstanceUID
       OR NOT EXISTS (SELECT 1 FROM studies st JOIN series s ON s.study_id = st.id JOIN instances i ON i.series_id = s.id
                      WHERE st.study_instance_uid = :from))`,
    { ...study, sopInstanceUID: image.sopInstanceUID },
  );
  return changes;
}
