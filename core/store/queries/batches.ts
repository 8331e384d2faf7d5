/** Batches of classified studies: lists of them, and what became of each study and file. */
import { z } from 'zod';
import type { InstanceId, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import type { NewInstance } from './instances.ts';
import { type FoldColumns, readFolds } from './predictions.ts';

/** A file that a batch could not use. */
export interface BatchFailure {
  readonly path: string;
  /** Inside a ZIP archive; '' for a plain file. */
  readonly member: string;
  readonly code: string;
  readonly message: string;
  readonly action: string;
  /** What a watched folder knew of a file that was gone when its turn came. */
  readonly contentHash?: string | undefined;
}

export interface BatchRow {
  readonly id: number;
  readonly jobId: number | null;
  readonly model: string;
  readonly watchId: number | null;
  readonly createdAt: string;
  readonly studies: number;
  readonly images: number;
  readonly failed: number;
}

/** A study of a batch, with what the library knows of it: nulls where it was never imported. */
export interface BatchStudy {
  readonly predictionId: number;
  readonly batchId: number;
  readonly studyInstanceUID: string;
  readonly images: number;
  readonly decision: string;
  readonly threshold: number | null;
  readonly thresholdClass: string | null;
  readonly probabilities: readonly number[];
  /** From which probability each finding was called present; none for other targets. */
  readonly findingThresholds: readonly number[];
  /** The number that was answered; null for other targets. */
  readonly value: number | null;
  /** As `Prediction` has both. */
  readonly referred: readonly string[] | null;
  readonly foldAnswers: readonly (readonly number[])[];
  readonly studyId: StudyId | null;
  readonly patientKey: string | null;
  readonly patientName: string | null;
  /** YYYYMMDD as in the header. */
  readonly studyDate: string | null;
  readonly modality: string | null;
  /** The study's first instance and the frame that was classified. */
  readonly instanceId: InstanceId | null;
  readonly frame: number;
}

/**
 * Which results: one batch, or all of a watched folder. A folder is watched by a model's name, which another model may have by now: its results are
 * then those of the newest one, since answers of two models have no columns in common; those of the other are had batch by batch.
 */
export type BatchChoice = { readonly batch: number } | { readonly watch: number };

const chosen = `(b.id = :batch OR (b.watch_id = :watch
  AND b.model_id = (SELECT model_id FROM batches WHERE watch_id = :watch ORDER BY id DESC LIMIT 1)))`;

function bound(choice: BatchChoice): { batch: number | null; watch: number | null } {
  return 'batch' in choice ? { batch: choice.batch, watch: null } : { batch: null, watch: choice.watch };
}

/** Whether instance `i` is the image of a prediction: the file of its content, and for results of before that was kept, its UID. */
const sameImage = (prediction: string): string =>
  `i.sop_instance_uid = ${prediction}.sop_instance_uid AND (${prediction}.content_hash IS NULL OR ${prediction}.content_hash = i.content_hash)`;

/** Every batch, newest first. */
export function listBatches(db: ReadDb): BatchRow[] {
  return db.all(
    `SELECT b.id, b.job_id AS jobId, m.name AS model, b.watch_id AS watchId, b.created_at AS createdAt,
       (SELECT COUNT(*) FROM predictions p WHERE p.batch_id = b.id AND p.level = 'study') AS studies,
       (SELECT COUNT(*) FROM predictions p WHERE p.batch_id = b.id AND p.level = 'image') AS images,
       (SELECT COUNT(*) FROM batch_failures f WHERE f.batch_id = b.id) AS failed
     FROM batches b JOIN models m ON m.id = b.model_id ORDER BY b.id DESC`,
  );
}

const probabilitiesSchema = z.array(z.number().min(0).max(1));
const thresholdsSchema = z.array(z.number());

/** The studies of the chosen batches; of a study that several classified, the newest result. @throws DB_DAMAGED */
export function batchStudies(db: ReadDb, choice: BatchChoice): BatchStudy[] {
  const rows = db.all<
    Omit<BatchStudy, 'probabilities' | 'findingThresholds' | keyof FoldColumns> &
      FoldColumns & { probabilities: string; findingThresholds: string }
  >(
    `SELECT MAX(p.id) AS predictionId, p.batch_id AS batchId, p.study_instance_uid AS studyInstanceUID, p.images, p.decision,
       p.threshold, p.threshold_class AS thresholdClass, p.value, p.referred, p.fold_answers AS foldAnswers,
       (SELECT json_group_array(threshold) FROM (SELECT threshold FROM prediction_probabilities q
          WHERE q.prediction_id = p.id AND q.threshold IS NOT NULL ORDER BY q.class_position)) AS findingThresholds,
       (SELECT json_group_array(probability) FROM (SELECT probability FROM prediction_probabilities q
          WHERE q.prediction_id = p.id ORDER BY q.class_position)) AS probabilities,
       st.id AS studyId, pt.patient_key AS patientKey, pt.patient_name AS patientName, st.study_date AS studyDate,
       NULLIF(st.modalities, '') AS modality,
       (SELECT i.id FROM predictions o JOIN instances i ON ${sameImage('o')}
          WHERE o.batch_id = p.batch_id AND o.study_instance_uid = p.study_instance_uid AND o.level = 'image'
          ORDER BY o.id LIMIT 1) AS instanceId,
       COALESCE((SELECT o.frame FROM predictions o WHERE o.batch_id = p.batch_id
          AND o.study_instance_uid = p.study_instance_uid AND o.level = 'image' ORDER BY o.id LIMIT 1), 0) AS frame
     FROM batches b JOIN predictions p ON p.batch_id = b.id AND p.level = 'study'
     LEFT JOIN studies st ON st.study_instance_uid = p.study_instance_uid LEFT JOIN patients pt ON pt.id = st.patient_id
     WHERE ${chosen} GROUP BY p.study_instance_uid ORDER BY p.id`,
    bound(choice),
  );
  return rows.map((row) => ({
    ...row,
    ...readFolds(row, `a result of batch ${row.batchId}`),
    probabilities: readJson(probabilitiesSchema, row.probabilities, `a result of batch ${row.batchId}`),
    findingThresholds: readJson(thresholdsSchema, row.findingThresholds, `a result of batch ${row.batchId}`),
  }));
}

/** Of which batch a job tries the failed files again; null of other jobs. */
const retriedBy = (job: string): string =>
  `(SELECT json_extract(j.payload, '$.retries') FROM jobs j WHERE j.id = ${job})`;

/**
 * Files that the chosen batches could not use, in the order in which they were met. Of a watched folder without those that were tried again: what
 * became of them stands in the batch that did.
 */
export function batchFailures(db: ReadDb, choice: BatchChoice): (BatchFailure & { readonly batchId: number })[] {
  return db.all(
    `SELECT f.batch_id AS batchId, f.path, f.member, f.code, f.message, f.action
     FROM batches b JOIN batch_failures f ON f.batch_id = b.id WHERE ${chosen}
       AND (b.id = :batch OR b.id NOT IN (SELECT r.retried FROM (SELECT ${retriedBy('o.job_id')} AS retried FROM batches o
         WHERE o.watch_id = :watch) r WHERE r.retried IS NOT NULL))
     ORDER BY f.id`,
    bound(choice),
  );
}

/** Row ids of the chosen batches, oldest first. */
export function batchIds(db: ReadDb, choice: BatchChoice): number[] {
  return db
    .all<{ id: number }>(`SELECT b.id FROM batches b WHERE ${chosen} ORDER BY b.id`, bound(choice))
    .map(({ id }) => id);
}

/**
 * Batches of a model, oldest first, that answered images of the studies before: of the same watched folder, or else the batch whose failed files a job
 * tries again, with those that this one tried again in its turn. Each with the temperature of its probabilities; null where that is not known.
 */
export function batchesBefore(
  db: ReadDb,
  of: { readonly modelId: number; readonly watchId: number | null; readonly retries: number | null },
  studies: readonly string[],
): { readonly id: number; readonly temperature: number | null }[] {
  if (of.watchId === null && of.retries === null) return [];
  return db.all<{ id: number; temperature: number | null }>(
    `WITH RECURSIVE retried(id) AS (SELECT :retries UNION
         SELECT ${retriedBy('b.job_id')} FROM retried r JOIN batches b ON b.id = r.id)
       SELECT b.id, b.temperature FROM batches b WHERE b.model_id = :modelId
         AND CASE WHEN :watchId IS NULL THEN b.id IN (SELECT id FROM retried) ELSE b.watch_id = :watchId END
         AND EXISTS (SELECT 1 FROM predictions p WHERE p.batch_id = b.id AND p.level = 'image'
           AND p.study_instance_uid IN (SELECT value FROM json_each(:studies)))
       ORDER BY b.id`,
    { ...of, studies: JSON.stringify(studies) },
  );
}

/** Where the library has the image of each prediction, and whose it is, by the content of the file (by UID where that was not kept): for results files. */
export function placesOfInstances(
  db: ReadDb,
  batch: number,
): Map<string, { readonly path: string; readonly member: string; readonly patientKey: string }> {
  const rows = db.all<{ key: string; path: string; member: string; patientKey: string }>(
    `SELECT COALESCE(p.content_hash, p.sop_instance_uid) AS key, f.path, f.member, pt.patient_key AS patientKey
     FROM predictions p JOIN instances i ON ${sameImage('p')} JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id JOIN patients pt ON pt.id = st.patient_id
     JOIN files f ON f.instance_id = i.id WHERE p.batch_id = :batch ORDER BY f.id`,
    { batch },
  );
  return new Map(rows.map(({ key, ...place }) => [key, place]));
}

export function addBatchFailures(db: WriteDb, batchId: number, failures: readonly BatchFailure[]): void {
  for (const failure of failures) {
    db.run(
      `INSERT INTO batch_failures (batch_id, path, member, code, message, action, content_hash)
       VALUES (:batchId, :path, :member, :code, :message, :action, :contentHash)`,
      { batchId, ...failure, contentHash: failure.contentHash ?? null },
    );
  }
}

/** Every instance of the studies and of the data set, with a place where its file is; '' where none is known any more. */
export function instancesToClassify(
  db: ReadDb,
  choice: { readonly studyIds: readonly StudyId[]; readonly datasetId: number | null },
): { readonly id: InstanceId; readonly path: string; readonly member: string; readonly instance: NewInstance }[] {
  if (choice.studyIds.length === 0 && choice.datasetId === null) return [];
  const rows = db.all<NewInstance & { id: InstanceId; path: string; member: string }>(
    `SELECT i.id, pt.patient_key AS patientKey, st.study_instance_uid AS studyInstanceUID,
       s.series_instance_uid AS seriesInstanceUID, s.modality, i.kind, i.sop_instance_uid AS sopInstanceUID,
       i.sop_class_uid AS sopClassUID, i.transfer_syntax_uid AS transferSyntaxUID, i.pixel_rows AS rows,
       i.pixel_columns AS columns, i.number_of_frames AS numberOfFrames, i.content_hash AS contentHash,
       i.size_bytes AS sizeBytes,
       COALESCE((SELECT f.path FROM files f WHERE f.instance_id = i.id ORDER BY f.id DESC LIMIT 1), '') AS path,
       COALESCE((SELECT f.member FROM files f WHERE f.instance_id = i.id ORDER BY f.id DESC LIMIT 1), '') AS member
     FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     JOIN patients pt ON pt.id = st.patient_id
     WHERE st.id IN (SELECT value FROM json_each(:studyIds))
       OR i.id IN (SELECT di.instance_id FROM dataset_instances di WHERE di.dataset_id = :datasetId)
     ORDER BY st.id, s.id, i.id`,
    { studyIds: JSON.stringify(choice.studyIds), datasetId: choice.datasetId },
  );
  return rows.map(({ id, path, member, ...instance }) => ({ id, path, member, instance }));
}
