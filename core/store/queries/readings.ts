/** What readers said about the units of a data set: labels, quality tags, comments, and how the data set is read. */
import type { LabelLevel, QualityTag, ReadingUnit } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type LabelTarget, schemaOf } from './labels.ts';

export interface ReadingSettings {
  readonly unit: ReadingUnit;
  readonly isBlinded: boolean;
}

/** How a data set is read, or undefined when nobody has said. */
export function readingSettings(db: ReadDb, datasetId: number): ReadingSettings | undefined {
  const row = db.get<{ unit: ReadingUnit; isBlinded: number }>(
    'SELECT unit, is_blinded AS isBlinded FROM dataset_reading WHERE dataset_id = :datasetId',
    { datasetId },
  );
  return row === undefined ? undefined : { unit: row.unit, isBlinded: row.isBlinded === 1 };
}

export function saveReadingSettings(db: WriteDb, datasetId: number, settings: ReadingSettings): void {
  db.run(
    `INSERT INTO dataset_reading (dataset_id, unit, is_blinded) VALUES (:datasetId, :unit, :isBlinded)
     ON CONFLICT (dataset_id) DO UPDATE SET unit = excluded.unit, is_blinded = excluded.is_blinded`,
    { datasetId, unit: settings.unit, isBlinded: settings.isBlinded ? 1 : 0 },
  );
}

/** A label that was not taken back. `reader` is the key. */
export interface StandingLabel {
  readonly labelId: number;
  readonly targetId: number;
  readonly reader: string;
  /** Given by one of the named readers, not by an import. */
  readonly isNamed: boolean;
  readonly isAdjudicated: boolean;
  readonly label: string;
}

/** Every label of one level that was not taken back, oldest first. */
export function standingLabels(db: ReadDb, datasetId: number, level: LabelLevel): StandingLabel[] {
  return db
    .all<Omit<StandingLabel, 'isNamed' | 'isAdjudicated'> & { isNamed: number; isAdjudicated: number }>(
      `SELECT l.id AS labelId, l.target_id AS targetId, l.reader, c.name AS label, r.id IS NOT NULL AS isNamed,
         a.label_id IS NOT NULL AS isAdjudicated
       FROM labels l JOIN label_classes c ON c.id = l.class_id
       LEFT JOIN readers r ON r.reader_key = l.reader
       LEFT JOIN label_adjudications a ON a.label_id = l.id
       LEFT JOIN label_withdrawals w ON w.label_id = l.id
       WHERE l.schema_id = :schemaId AND l.level = :level AND w.label_id IS NULL ORDER BY l.id`,
      { schemaId: schemaOf(db, datasetId), level },
    )
    .map((row) => ({ ...row, isNamed: row.isNamed === 1, isAdjudicated: row.isAdjudicated === 1 }));
}

export interface TagRow {
  readonly targetId: number;
  readonly tag: QualityTag;
  readonly reason: string;
  readonly reader: string;
}

/** The newest quality tag of every target of a level. */
export function qualityTags(db: ReadDb, datasetId: number, level: LabelLevel): TagRow[] {
  return db.all(
    `SELECT target_id AS targetId, tag, reason, reader FROM quality_tags t
     WHERE dataset_id = :datasetId AND level = :level AND id =
       (SELECT max(id) FROM quality_tags m WHERE m.dataset_id = t.dataset_id AND m.level = t.level AND m.target_id = t.target_id)`,
    { datasetId, level },
  );
}

/** The newest quality tag of one target. */
export function qualityTagOf(
  db: ReadDb,
  datasetId: number,
  { level, targetId }: LabelTarget,
): { tag: QualityTag; reason: string } | undefined {
  return db.get(
    `SELECT tag, reason FROM quality_tags WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     ORDER BY id DESC LIMIT 1`,
    { datasetId, level, targetId },
  );
}

export function addQualityTag(
  db: WriteDb,
  datasetId: number,
  target: LabelTarget,
  tag: { readonly tag: QualityTag; readonly reason: string; readonly reader: string },
  now: string,
): void {
  db.run(
    `INSERT INTO quality_tags (dataset_id, level, target_id, tag, reason, reader, tagged_at)
     VALUES (:datasetId, :level, :targetId, :tag, :reason, :reader, :now)`,
    { datasetId, level: target.level, targetId: target.targetId, ...tag, now },
  );
}

export interface CommentRow {
  readonly targetId: number;
  readonly reader: string;
  readonly text: string;
}

/** Each reader's newest comment on every target of a level; emptied ones are left out. */
export function comments(db: ReadDb, datasetId: number, level: LabelLevel): CommentRow[] {
  return db.all(
    `SELECT target_id AS targetId, reader, text FROM label_comments t
     WHERE dataset_id = :datasetId AND level = :level AND text <> '' AND id =
       (SELECT max(id) FROM label_comments m WHERE m.dataset_id = t.dataset_id AND m.level = t.level
          AND m.target_id = t.target_id AND m.reader = t.reader)`,
    { datasetId, level },
  );
}

/** A reader's newest comment on one target, '' when there is none. */
export function commentOf(db: ReadDb, datasetId: number, { level, targetId }: LabelTarget, reader: string): string {
  const row = db.get<{ text: string }>(
    `SELECT text FROM label_comments WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
       AND reader = :reader ORDER BY id DESC LIMIT 1`,
    { datasetId, level, targetId, reader },
  );
  return row?.text ?? '';
}

export function addComment(
  db: WriteDb,
  datasetId: number,
  target: LabelTarget,
  comment: { readonly text: string; readonly reader: string },
  now: string,
): void {
  db.run(
    `INSERT INTO label_comments (dataset_id, level, target_id, text, reader, written_at)
     VALUES (:datasetId, :level, :targetId, :text, :reader, :now)`,
    { datasetId, level: target.level, targetId: target.targetId, ...comment, now },
  );
}

/** One thing that happened to a target. */
export interface HistoryRow {
  readonly at: string;
  readonly reader: string;
  readonly kind: 'label' | 'adjudication' | 'withdrawal' | 'tag' | 'comment';
  readonly text: string;
}

/** Everything that was ever said about a target, oldest first. */
export function readingHistory(db: ReadDb, datasetId: number, target: LabelTarget): HistoryRow[] {
  return db.all(
    `SELECT l.labelled_at AS at, l.reader, CASE WHEN a.label_id IS NULL THEN 'label' ELSE 'adjudication' END AS kind,
       c.name AS text
     FROM labels l JOIN label_classes c ON c.id = l.class_id LEFT JOIN label_adjudications a ON a.label_id = l.id
     WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId
     UNION ALL
     SELECT w.withdrawn_at, w.reader, 'withdrawal', c.name
     FROM label_withdrawals w JOIN labels l ON l.id = w.label_id JOIN label_classes c ON c.id = l.class_id
     WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId
     UNION ALL
     SELECT tagged_at, reader, 'tag', CASE reason WHEN '' THEN tag ELSE tag || ': ' || reason END FROM quality_tags
     WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     UNION ALL
     SELECT written_at, reader, 'comment', text FROM label_comments
     WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     ORDER BY 1`,
    { datasetId, schemaId: schemaOf(db, datasetId), level: target.level, targetId: target.targetId },
  );
}

/** One instance as the reading room lists it. */
export interface ReadingImage {
  readonly instanceId: number;
  readonly seriesId: number;
  readonly studyId: number;
  readonly modality: string | null;
  readonly numberOfFrames: number;
}

/**
 * Every instance of a study that belongs to a data set, by SeriesNumber and InstanceNumber: the order in which slices lie. UIDs decide
 * only where the numbers are missing or equal; in many archives they follow the order of sending.
 */
export function imagesOfStudy(db: ReadDb, datasetId: number, studyId: number): ReadingImage[] {
  return db.all(
    `SELECT i.id AS instanceId, s.id AS seriesId, s.study_id AS studyId, s.modality, i.number_of_frames AS numberOfFrames
     FROM series s JOIN instances i ON i.series_id = s.id
     JOIN dataset_instances d ON d.instance_id = i.id AND d.dataset_id = :datasetId
     WHERE s.study_id = :studyId
     ORDER BY s.series_number IS NULL, s.series_number, s.series_instance_uid,
       i.instance_number IS NULL, i.instance_number, length(i.sop_instance_uid), i.sop_instance_uid`,
    { datasetId, studyId },
  );
}
