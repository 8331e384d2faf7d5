/** Labels: only ever added. */

import { invariant } from '../../base/errors.ts';
import type { LabelLevel } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

export interface LabelTarget {
  readonly level: LabelLevel;
  readonly targetId: number;
}

function schemaOf(db: ReadDb, datasetId: number): number {
  const row = db.get<{ id: number }>('SELECT id FROM label_schemas WHERE dataset_id = :datasetId ORDER BY id LIMIT 1', {
    datasetId,
  });
  invariant(row !== undefined, 'a data set has a label schema');
  return row.id;
}

/** The label that counts for a target, or null. */
export function currentLabel(db: ReadDb, datasetId: number, target: LabelTarget): string | null {
  const row = db.get<{ name: string }>(
    `SELECT c.name FROM labels l JOIN label_classes c ON c.id = l.class_id
     WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId ORDER BY l.id DESC LIMIT 1`,
    { schemaId: schemaOf(db, datasetId), level: target.level, targetId: target.targetId },
  );
  return row?.name ?? null;
}

/** Adds a label, and its class when new; tells what it did. An equal label is not written again, so an import can be repeated. */
export function addLabel(
  db: WriteDb,
  datasetId: number,
  target: LabelTarget,
  label: string,
  reader: string,
  now: string,
): 'applied' | 'unchanged' | 'changed' {
  const before = currentLabel(db, datasetId, target);
  if (before === label) return 'unchanged';
  const schemaId = schemaOf(db, datasetId);
  db.run('INSERT OR IGNORE INTO label_classes (schema_id, name) VALUES (:schemaId, :label)', { schemaId, label });
  db.run(
    `INSERT INTO labels (class_id, schema_id, level, target_id, reader, labelled_at)
     SELECT id, schema_id, :level, :targetId, :reader, :now FROM label_classes WHERE schema_id = :schemaId AND name = :label`,
    { schemaId, label, level: target.level, targetId: target.targetId, reader, now },
  );
  return before === null ? 'applied' : 'changed';
}

/** Every label a target ever had, oldest first. */
export function labelHistory(
  db: ReadDb,
  datasetId: number,
  target: LabelTarget,
): { label: string; reader: string; labelledAt: string }[] {
  return db.all(
    `SELECT c.name AS label, l.reader, l.labelled_at AS labelledAt FROM labels l JOIN label_classes c ON c.id = l.class_id
     WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId ORDER BY l.id`,
    { schemaId: schemaOf(db, datasetId), level: target.level, targetId: target.targetId },
  );
}
