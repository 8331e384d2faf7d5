/** What readers decided about labels that a model doubted. */
import type { InstanceId, ReadingTarget } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import type { Question } from './labels.ts';

export interface LabelCheck {
  readonly target: ReadingTarget;
  readonly question: Question;
  readonly decision: 'kept' | 'changed';
  /** The words of the label before and after. */
  readonly before: string;
  readonly after: string;
  /** The key of the reader. */
  readonly reader: string;
}

export interface LabelCheckRow extends LabelCheck {
  readonly id: number;
  /** The model from whose list it came. */
  readonly model: string;
  readonly decidedAt: string;
}

/** Adds a decision. */
export function addLabelCheck(
  db: WriteDb,
  { target, ...check }: LabelCheck & { readonly datasetId: number; readonly modelId: number },
  now: string,
): void {
  db.run(
    `INSERT INTO label_checks (dataset_id, model_id, level, target_id, question, decision, label_before, label_after, reader, decided_at)
     VALUES (:datasetId, :modelId, :level, :targetId, :question, :decision, :before, :after, :reader, :now)`,
    { ...check, level: target.kind, targetId: target.id, now },
  );
}

/** Every decision about labels of a data set, oldest first. */
export function labelChecksOf(db: ReadDb, datasetId: number): LabelCheckRow[] {
  return db
    .all<Omit<LabelCheckRow, 'target'> & { level: ReadingTarget['kind']; targetId: number }>(
      `SELECT c.id, m.name AS model, c.level, c.target_id AS targetId, c.question, c.decision, c.label_before AS before,
         c.label_after AS after, c.reader, c.decided_at AS decidedAt
       FROM label_checks c JOIN models m ON m.id = c.model_id WHERE c.dataset_id = :datasetId ORDER BY c.id`,
      { datasetId },
    )
    .map(({ level, targetId, ...row }) => ({ ...row, target: { kind: level, id: targetId } as ReadingTarget }));
}

/** What images are called in files, by row id. */
export function identifiersOf(
  db: ReadDb,
  instanceIds: readonly InstanceId[],
): ReadonlyMap<
  InstanceId,
  { readonly patientID: string; readonly studyInstanceUID: string; readonly sopInstanceUID: string }
> {
  const rows = db.all<{ id: InstanceId; patientID: string; studyInstanceUID: string; sopInstanceUID: string }>(
    `SELECT i.id, p.patient_key AS patientID, st.study_instance_uid AS studyInstanceUID, i.sop_instance_uid AS sopInstanceUID
     FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     JOIN patients p ON p.id = st.patient_id WHERE i.id IN (SELECT value FROM json_each(:ids))`,
    { ids: JSON.stringify(instanceIds) },
  );
  return new Map(rows.map(({ id, ...named }) => [id, named]));
}
