/** What readers said about the units of a data set: labels, quality tags, comments, and how the data set is read. */
import type {
  ImagePlace,
  InstanceId,
  LabelTarget,
  QualityTag,
  ReadingTarget,
  ReadingUnit,
  SeriesId,
  StudyId,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { type Question, schemaOfQuestion } from './labels.ts';

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

/** What is said of how a data set is read; what is left out stays as it is. */
export interface ReadingChange {
  readonly unit?: ReadingUnit | undefined;
  readonly isBlinded?: boolean | undefined;
}

/** Saves what `change` says and nothing else. `present` is what holds where nobody has said anything of the data set yet. */
export function saveReadingChange(
  db: WriteDb,
  datasetId: number,
  { unit, isBlinded }: ReadingChange,
  present: ReadingSettings,
): void {
  db.run(
    `INSERT INTO dataset_reading (dataset_id, unit, is_blinded)
     VALUES (:datasetId, coalesce(:unit, :presentUnit), coalesce(:isBlinded, :presentBlinded))
     ON CONFLICT (dataset_id) DO UPDATE SET unit = coalesce(:unit, unit), is_blinded = coalesce(:isBlinded, is_blinded)`,
    {
      datasetId,
      unit: unit ?? null,
      isBlinded: isBlinded === undefined ? null : Number(isBlinded),
      presentUnit: present.unit,
      presentBlinded: Number(present.isBlinded),
    },
  );
}

/** Blinds the readers of every data set of which somebody said how it is read. */
export function blindReaders(db: WriteDb): void {
  db.run('UPDATE dataset_reading SET is_blinded = 1', {});
}

/** A label that was not taken back. `reader` is the key. */
export interface StandingLabel {
  readonly labelId: number;
  readonly target: ReadingTarget;
  readonly reader: string;
  /** Given by one of the named readers, not by an import. */
  readonly isNamed: boolean;
  readonly isAdjudicated: boolean;
  readonly label: string;
}

/** What a reader has said in a data set, to whichever question and about whatever level: labels and decisions that stand. */
export function shareOfReader(db: ReadDb, datasetId: number, reader: string): { labels: number; decisions: number } {
  const row = db.get<{ labels: number; decisions: number }>(
    `SELECT count(*) - count(a.label_id) AS labels, count(a.label_id) AS decisions
     FROM label_schemas s JOIN labels l ON l.schema_id = s.id LEFT JOIN label_adjudications a ON a.label_id = l.id
     WHERE s.dataset_id = :datasetId AND l.reader = :reader
       AND NOT EXISTS (SELECT 1 FROM label_withdrawals w WHERE w.label_id = l.id)`,
    { datasetId, reader },
  );
  return row ?? { labels: 0, decisions: 0 };
}

/** A row's kind and number as the one value they are. */
function rowTarget({ level, targetId }: { readonly level: ReadingUnit; readonly targetId: number }): ReadingTarget {
  return { kind: level, id: targetId } as ReadingTarget;
}

/** Every label of one level that was not taken back, oldest first. */
export function standingLabels(
  db: ReadDb,
  datasetId: number,
  level: ReadingUnit,
  question: Question = null,
): StandingLabel[] {
  return db
    .all<{
      labelId: number;
      targetId: number;
      reader: string;
      isNamed: number;
      isAdjudicated: number;
      label: string;
    }>(
      `SELECT l.id AS labelId, l.target_id AS targetId, l.reader, c.name AS label, r.id IS NOT NULL AS isNamed,
         a.label_id IS NOT NULL AS isAdjudicated
       FROM labels l JOIN label_classes c ON c.id = l.class_id
       LEFT JOIN readers r ON r.reader_key = l.reader
       LEFT JOIN label_adjudications a ON a.label_id = l.id
       LEFT JOIN label_withdrawals w ON w.label_id = l.id
       WHERE l.schema_id = :schemaId AND l.level = :level AND w.label_id IS NULL ORDER BY l.id`,
      { schemaId: schemaOfQuestion(db, datasetId, question), level },
    )
    .map(({ targetId, ...row }) => ({
      ...row,
      target: rowTarget({ level, targetId }),
      isNamed: row.isNamed === 1,
      isAdjudicated: row.isAdjudicated === 1,
    }));
}

export interface TagRow {
  readonly target: ReadingTarget;
  readonly tag: QualityTag;
  readonly reason: string;
  readonly reader: string;
}

/** The newest quality tag of every target of a level. */
export function qualityTags(db: ReadDb, datasetId: number, level: ReadingUnit): TagRow[] {
  const rows = db.all<Omit<TagRow, 'target'> & { targetId: number }>(
    `SELECT target_id AS targetId, tag, reason, reader FROM quality_tags t
     WHERE dataset_id = :datasetId AND level = :level AND id =
       (SELECT max(id) FROM quality_tags m WHERE m.dataset_id = t.dataset_id AND m.level = t.level AND m.target_id = t.target_id)`,
    { datasetId, level },
  );
  return rows.map(({ targetId, ...row }) => ({ ...row, target: rowTarget({ level, targetId }) }));
}

/** The newest quality tag of one target. */
export function qualityTagOf(
  db: ReadDb,
  datasetId: number,
  target: LabelTarget,
): { tag: QualityTag; reason: string } | undefined {
  return db.get(
    `SELECT tag, reason FROM quality_tags WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     ORDER BY id DESC LIMIT 1`,
    { datasetId, level: target.kind, targetId: target.id },
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
    { datasetId, level: target.kind, targetId: target.id, ...tag, now },
  );
}

export interface CommentRow {
  readonly target: ReadingTarget;
  readonly reader: string;
  readonly text: string;
}

/** Each reader's newest comment on every target of a level; emptied ones are left out. */
export function comments(db: ReadDb, datasetId: number, level: ReadingUnit): CommentRow[] {
  const rows = db.all<Omit<CommentRow, 'target'> & { targetId: number }>(
    `SELECT target_id AS targetId, reader, text FROM label_comments t
     WHERE dataset_id = :datasetId AND level = :level AND text <> '' AND id =
       (SELECT max(id) FROM label_comments m WHERE m.dataset_id = t.dataset_id AND m.level = t.level
          AND m.target_id = t.target_id AND m.reader = t.reader)`,
    { datasetId, level },
  );
  return rows.map(({ targetId, ...row }) => ({ ...row, target: rowTarget({ level, targetId }) }));
}

/** A reader's newest comment on one target, '' when there is none. */
export function commentOf(db: ReadDb, datasetId: number, target: LabelTarget, reader: string): string {
  const row = db.get<{ text: string }>(
    `SELECT text FROM label_comments WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
       AND reader = :reader ORDER BY id DESC LIMIT 1`,
    { datasetId, level: target.kind, targetId: target.id, reader },
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
    { datasetId, level: target.kind, targetId: target.id, ...comment, now },
  );
}

/** One thing that happened to a target. */
export interface HistoryRow {
  readonly at: string;
  readonly reader: string;
  readonly kind: 'label' | 'adjudication' | 'withdrawal' | 'tag' | 'comment';
  readonly text: string;
}

/** A label in words, with what it is about where the data set asks several things. */
const labelText = "CASE WHEN f.name IS NULL THEN c.name ELSE f.name || ': ' || c.name END";

/** Everything that was ever said about a target, oldest first. */
export function readingHistory(db: ReadDb, datasetId: number, target: LabelTarget): HistoryRow[] {
  return db.all(
    `SELECT l.labelled_at AS at, l.reader, CASE WHEN a.label_id IS NULL THEN 'label' ELSE 'adjudication' END AS kind,
       ${labelText} AS text
     FROM labels l JOIN label_classes c ON c.id = l.class_id JOIN label_schemas s ON s.id = l.schema_id
     LEFT JOIN label_classes f ON f.id = s.about_id LEFT JOIN label_adjudications a ON a.label_id = l.id
     WHERE s.dataset_id = :datasetId AND l.level = :level AND l.target_id = :targetId
     UNION ALL
     SELECT w.withdrawn_at, w.reader, 'withdrawal', ${labelText}
     FROM label_withdrawals w JOIN labels l ON l.id = w.label_id JOIN label_classes c ON c.id = l.class_id
     JOIN label_schemas s ON s.id = l.schema_id LEFT JOIN label_classes f ON f.id = s.about_id
     WHERE s.dataset_id = :datasetId AND l.level = :level AND l.target_id = :targetId
     UNION ALL
     SELECT tagged_at, reader, 'tag', CASE reason WHEN '' THEN tag ELSE tag || ': ' || reason END FROM quality_tags
     WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     UNION ALL
     SELECT written_at, reader, 'comment', text FROM label_comments
     WHERE dataset_id = :datasetId AND level = :level AND target_id = :targetId
     ORDER BY 1`,
    { datasetId, level: target.kind, targetId: target.id },
  );
}

/** One instance as the reading room lists it. */
export interface ReadingImage {
  readonly instanceId: InstanceId;
  readonly sopInstanceUID: string;
  readonly seriesId: SeriesId;
  readonly studyId: StudyId;
  readonly modality: string | null;
  readonly numberOfFrames: number;
  readonly laterality: string | null;
  readonly viewPosition: string | null;
}

/** The order of the images of a series. */
const imageOrder = `i.instance_number IS NULL, i.instance_number, i.slice_position_mm IS NULL, i.slice_position_mm,
       length(i.sop_instance_uid), i.sop_instance_uid`;

/**
 * Every instance of a study that belongs to a data set, by SeriesNumber and InstanceNumber: the order in which slices lie. Where the
 * numbers are missing or equal the position in the patient decides, and only then UIDs, which in many archives follow the order of sending.
 */
export function imagesOfStudy(db: ReadDb, datasetId: number, studyId: StudyId): ReadingImage[] {
  return db.all(
    `SELECT i.id AS instanceId, i.sop_instance_uid AS sopInstanceUID, s.id AS seriesId, s.study_id AS studyId, s.modality, i.number_of_frames AS numberOfFrames,
       i.laterality, i.view_position AS viewPosition
     FROM series s JOIN instances i ON i.series_id = s.id
     JOIN dataset_instances d ON d.instance_id = i.id AND d.dataset_id = :datasetId
     WHERE s.study_id = :studyId
     ORDER BY s.series_number IS NULL, s.series_number, s.series_instance_uid,
       ${imageOrder}`,
    { datasetId, studyId },
  );
}

/** What a reading list says of an image beside its labels. */
export interface ImageFacts {
  readonly modality: string | null;
  readonly studyDate: string | null;
  readonly studyDescription: string | null;
  readonly seriesDescription: string | null;
  /** InstanceNumber, or the place in the series where there is none. */
  readonly slice: number;
}

/** The facts of every image of a data set. */
export function imageFacts(db: ReadDb, datasetId: number): Map<InstanceId, ImageFacts> {
  const rows = db.all<ImageFacts & { id: InstanceId }>(
    `SELECT i.id, s.modality, st.study_date AS studyDate, st.study_description AS studyDescription,
       s.series_description AS seriesDescription,
       coalesce(i.instance_number, row_number() OVER (PARTITION BY s.id ORDER BY ${imageOrder})) AS slice
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id WHERE d.dataset_id = :datasetId`,
    { datasetId },
  );
  return new Map(rows.map(({ id, ...facts }) => [id, facts]));
}

/** Whether a study, series or instance has an image in a data set. */
export function isInDataset(db: ReadDb, datasetId: number, target: ReadingTarget): boolean {
  const column = { instance: 'i.id', series: 's.id', study: 's.study_id' }[target.kind];
  const found = db.get(
    `SELECT 1 FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     WHERE d.dataset_id = :datasetId AND ${column} = :id LIMIT 1`,
    { datasetId, id: target.id },
  );
  return found !== undefined;
}

/** Series and study of an instance of a data set, or undefined where it is not in it. */
export function placeOfInstance(db: ReadDb, datasetId: number, instanceId: InstanceId): ImagePlace | undefined {
  return db.get(
    `SELECT i.id AS instanceId, s.id AS seriesId, s.study_id AS studyId
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     WHERE d.dataset_id = :datasetId AND i.id = :instanceId`,
    { datasetId, instanceId },
  );
}
