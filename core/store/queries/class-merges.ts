/**
 * Two classes of a data set made one. Labels are only ever added to: what counts for a target and says the one class is said again with the
 * other, by the same reader, and the class leaves the list. Taken back, the labels that were added count no more.
 */
import type { ReadDb, WriteDb } from '../database.ts';
import { schemaOf } from './labels.ts';

/** Labels that say a class and are the newest of their reader (of imports all together, and of decisions) about their target. */
const newestOfClass = `
  WITH standing AS (
    SELECT l.id, l.level, l.target_id, l.class_id, l.reader, a.label_id IS NOT NULL AS is_decision,
      CASE WHEN a.label_id IS NOT NULL THEN 'decision' WHEN r.reader_key IS NOT NULL THEN 'reader ' || l.reader ELSE 'import' END AS who
    FROM labels l LEFT JOIN label_withdrawals w ON w.label_id = l.id LEFT JOIN label_adjudications a ON a.label_id = l.id
    LEFT JOIN readers r ON r.reader_key = l.reader
    WHERE l.schema_id = :schemaId AND w.label_id IS NULL
  )
  SELECT id, level, target_id AS targetId, reader, is_decision AS isDecision FROM standing
  WHERE class_id = :classId AND id IN (SELECT max(id) FROM standing GROUP BY level, target_id, who) ORDER BY id`;

export interface ClassMerge {
  readonly id: number;
  /** The class that went, and the one that it went into. */
  readonly name: string;
  readonly into: string;
  readonly mergedAt: string;
  readonly labels: number;
}

/** How many labels would be said again if a class went into another. */
export function labelsToMerge(db: ReadDb, datasetId: number, classId: number): number {
  return db.all(newestOfClass, { schemaId: schemaOf(db, datasetId), classId }).length;
}

/** Makes class `classId` part of `intoId`. Gives the number of labels that were added. */
export function mergeClassRows(
  db: WriteDb,
  datasetId: number,
  { classId, intoId }: { readonly classId: number; readonly intoId: number },
  now: string,
): number {
  const schemaId = schemaOf(db, datasetId);
  const labels = db.all<{ level: string; targetId: number; reader: string; isDecision: number }>(newestOfClass, {
    schemaId,
    classId,
  });
  const merge = db.run('INSERT INTO class_merges (class_id, into_id, merged_at) VALUES (:classId, :intoId, :now)', {
    classId,
    intoId,
    now,
  }).id;
  for (const { level, targetId, reader, isDecision } of labels) {
    const { id } = db.run(
      `INSERT INTO labels (class_id, schema_id, level, target_id, reader, labelled_at)
       VALUES (:intoId, :schemaId, :level, :targetId, :reader, :now)`,
      { intoId, schemaId, level, targetId, reader, now },
    );
    if (isDecision === 1) db.run('INSERT INTO label_adjudications (label_id) VALUES (:id)', { id });
    db.run('INSERT INTO class_merge_labels (merge_id, label_id) VALUES (:merge, :id)', { merge, id });
  }
  db.run('UPDATE label_classes SET merged_into_id = :intoId WHERE id = :classId', { classId, intoId });
  // What was part of the class that goes is part of the other one now.
  db.run('UPDATE label_classes SET merged_into_id = :intoId WHERE merged_into_id = :classId', { classId, intoId });
  db.run('UPDATE label_schemas SET positive_class_id = :intoId WHERE id = :schemaId AND positive_class_id = :classId', {
    schemaId,
    classId,
    intoId,
  });
  return labels.length;
}

/** Merges of a data set that stand, newest first. */
export function classMerges(db: ReadDb, datasetId: number): ClassMerge[] {
  return db.all(
    `SELECT g.id, c.name, i.name AS "into", g.merged_at AS mergedAt,
       (SELECT count(*) FROM class_merge_labels x WHERE x.merge_id = g.id) AS labels
     FROM class_merges g JOIN label_classes c ON c.id = g.class_id JOIN label_classes i ON i.id = g.into_id
     WHERE c.schema_id = :schemaId AND g.taken_back_at IS NULL ORDER BY g.id DESC`,
    { schemaId: schemaOf(db, datasetId) },
  );
}

/** Takes a merge back: its labels count no more, and those before them do. Gives how many that are. */
export function takeMergeBack(db: WriteDb, mergeId: number, now: string): number {
  const { changes } = db.run(
    `INSERT OR IGNORE INTO label_withdrawals (label_id, reader, withdrawn_at)
     SELECT x.label_id, l.reader, :now FROM class_merge_labels x JOIN labels l ON l.id = x.label_id WHERE x.merge_id = :mergeId`,
    { mergeId, now },
  );
  db.run(
    'UPDATE label_classes SET merged_into_id = NULL WHERE id = (SELECT class_id FROM class_merges WHERE id = :mergeId)',
    { mergeId },
  );
  db.run('UPDATE class_merges SET taken_back_at = :now WHERE id = :mergeId', { mergeId, now });
  return changes;
}
