/** What models said about the images of a part, and what is known of those images. */
import type { z } from 'zod';
import type { EvaluationPart, InstanceId, PatientId, SeriesId, SplitName, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';
import { fromBytes, toBytes } from './vectors.ts';
import { versionValues } from './versions.ts';

export interface EvaluationRow {
  readonly id: number;
  readonly split: EvaluationPart;
  readonly createdAt: string;
}

/** One evaluated image. `position` is its place in the version, `logits` [classes] are before any temperature. */
export interface EvaluatedImage {
  readonly position: number;
  readonly instanceId: InstanceId;
  readonly frame: number;
  readonly patientId: PatientId;
  readonly studyId: StudyId;
  readonly seriesId: SeriesId;
  /** As `VersionImage` has both. */
  readonly classIndex: number | null;
  readonly values: readonly (number | null)[];
  readonly modality: string | null;
  readonly logits: Float32Array;
}

/** Keeps what a model said about a split, in place of what it said before; in one transaction. */
export function saveEvaluation(
  db: WriteDb,
  evaluation: {
    readonly modelId: number;
    readonly split: EvaluationPart;
    readonly images: readonly { readonly position: number; readonly logits: Float32Array }[];
  },
  now: string,
): number {
  const { modelId, split } = evaluation;
  return db.transaction(() => {
    db.run('DELETE FROM evaluations WHERE model_id = :modelId AND split = :split', { modelId, split });
    const { id } = db.run('INSERT INTO evaluations (model_id, split, created_at) VALUES (:modelId, :split, :now)', {
      modelId,
      split,
      now,
    });
    for (const { position, logits } of evaluation.images) {
      db.run('INSERT INTO evaluation_images (evaluation_id, position, logits) VALUES (:id, :position, :logits)', {
        id,
        position,
        logits: toBytes(logits),
      });
    }
    return id;
  });
}

/** The parts that a model was evaluated on. */
export function evaluationsOf(db: ReadDb, modelId: number): EvaluationRow[] {
  return db.all('SELECT id, split, created_at AS createdAt FROM evaluations WHERE model_id = :modelId ORDER BY split', {
    modelId,
  });
}

/** The images of an evaluation that the library still has, in the version's order. */
export function evaluatedImages(db: ReadDb, evaluationId: number): EvaluatedImage[] {
  const { versionId = 0 } =
    db.get<{ versionId: number }>(
      `SELECT r.version_id AS versionId FROM evaluations a JOIN models m ON m.id = a.model_id JOIN runs r ON r.id = m.run_id
       WHERE a.id = :evaluationId`,
      { evaluationId },
    ) ?? {};
  const values = versionValues(db, versionId);
  return db
    .all<Omit<EvaluatedImage, 'logits' | 'values'> & { logits: Uint8Array }>(
      `SELECT e.position, v.instance_id AS instanceId, v.frame, v.patient_id AS patientId, v.study_id AS studyId, s.id AS seriesId,
         v.class_position AS classIndex, s.modality, e.logits
       FROM evaluations a JOIN evaluation_images e ON e.evaluation_id = a.id
       JOIN models m ON m.id = a.model_id JOIN runs r ON r.id = m.run_id
       JOIN version_images v ON v.version_id = r.version_id AND v.position = e.position
       JOIN instances i ON i.id = v.instance_id JOIN series s ON s.id = i.series_id
       WHERE a.id = :evaluationId ORDER BY e.position`,
      { evaluationId },
    )
    .map((row) => ({ ...row, logits: fromBytes(row.logits), values: values(row.position) }));
}

/**
 * The intervals of one part of an evaluation, if they were computed from the inputs of this hash.
 * @throws DB_DAMAGED when they are not as `schema` has them
 */
export function keptIntervals<T>(
  db: ReadDb,
  row: { readonly evaluationId: number; readonly part: string; readonly inputsHash: string },
  schema: z.ZodType<T>,
): T | undefined {
  const found = db.get<{ intervals: string }>(
    `SELECT intervals FROM evaluation_intervals
     WHERE evaluation_id = :evaluationId AND part = :part AND inputs_hash = :inputsHash`,
    row,
  );
  if (found === undefined) return undefined;
  return readJson(schema, found.intervals, `the intervals of evaluation ${row.evaluationId} (${row.part})`);
}

/** Keeps the intervals of one part of an evaluation, in place of those of other inputs. */
export function keepIntervals(
  db: WriteDb,
  row: {
    readonly evaluationId: number;
    readonly part: string;
    readonly inputsHash: string;
    readonly intervals: string;
  },
): void {
  db.run(
    `INSERT INTO evaluation_intervals (evaluation_id, part, inputs_hash, intervals)
     VALUES (:evaluationId, :part, :inputsHash, :intervals)
     ON CONFLICT (evaluation_id, part) DO UPDATE SET inputs_hash = excluded.inputs_hash, intervals = excluded.intervals`,
    row,
  );
}

/** How often a model was asked about the cases of its test split; opening what it answered is none. */
export function testEvaluations(db: ReadDb, modelId: number): number {
  const row = db.get<{ n: number }>('SELECT test_evaluations AS n FROM models WHERE id = :modelId', { modelId });
  return row?.n ?? 0;
}

/** Counts one more evaluation on the test split. */
export function countTestEvaluation(db: WriteDb, modelId: number): void {
  db.run('UPDATE models SET test_evaluations = test_evaluations + 1 WHERE id = :modelId', { modelId });
}

/** Who gave the labels of a data set, most first. */
export function labellersOf(db: ReadDb, datasetId: number): { reader: string; labels: number }[] {
  return db.all(
    `SELECT l.reader, count(*) AS labels FROM labels l JOIN label_schemas s ON s.id = l.schema_id
     WHERE s.dataset_id = :datasetId GROUP BY l.reader ORDER BY count(*) DESC, l.reader`,
    { datasetId },
  );
}

/** Patients, studies and images of each class in each split of a version; where each name is a question, of those with an answer. */
export function versionCounts(
  db: ReadDb,
  versionId: number,
): { split: SplitName; name: string; patients: number; studies: number; images: number }[] {
  return db.all(
    `SELECT v.split, c.name, count(DISTINCT v.patient_id) AS patients, count(DISTINCT v.study_id) AS studies, count(*) AS images
     FROM version_images v LEFT JOIN version_values a ON a.version_id = v.version_id AND a.position = v.position
     JOIN version_classes c ON c.version_id = v.version_id AND c.position = coalesce(v.class_position, a.name_position)
     WHERE v.version_id = :versionId GROUP BY v.split, c.position
     ORDER BY CASE v.split WHEN 'train' THEN 0 WHEN 'val' THEN 1 ELSE 2 END, c.position`,
    { versionId },
  );
}

/** What subgroups are formed by; null where it is not known. */
export interface InstanceFacts {
  readonly modality: string | null;
  readonly manufacturer: string | null;
  /** The model of the device. */
  readonly device: string | null;
  readonly institution: string | null;
  readonly patientSex: string | null;
  /** Whole years between birth and study. */
  readonly ageYears: number | null;
}

/** Facts of instances by row id. */
export function factsOfInstances(db: ReadDb, instanceIds: readonly InstanceId[]): ReadonlyMap<number, InstanceFacts> {
  const rows = db.all<{
    id: number;
    modality: string | null;
    manufacturer: string | null;
    device: string | null;
    institution: string | null;
    patientSex: string | null;
    born: string | null;
    studied: string | null;
  }>(
    `SELECT i.id, s.modality, s.manufacturer, s.manufacturer_model_name AS device, s.institution_name AS institution,
       p.patient_sex AS patientSex, p.patient_birth_date AS born, st.study_date AS studied
     FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     JOIN patients p ON p.id = st.patient_id WHERE i.id IN (SELECT value FROM json_each(:ids))`,
    { ids: JSON.stringify(instanceIds) },
  );
  return new Map(
    rows.map(({ id, born, studied, ...facts }) => [id, { ...facts, ageYears: yearsBetween(born, studied) }]),
  );
}

/** Whole years between two dates that begin with year, month and day; null where one is not known. */
function yearsBetween(born: string | null, studied: string | null): number | null {
  const day = (text: string | null): number => Number((text ?? '').replaceAll(/\D/g, '').slice(0, 8).padEnd(8, '0'));
  const [from, to] = [day(born), day(studied)];
  // As numbers YYYYMMDD the difference by 10,000 is the age: a birthday that has not come yet borrows from the year.
  return from === 0 || to < from ? null : Math.floor((to - from) / 10_000);
}
