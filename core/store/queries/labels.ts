/** Labels: only ever added. */

import { invariant } from '../../base/errors.ts';
import { type LabelTarget, targetFacts } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readTarget } from '../stored-target.ts';

/** What a label is about besides its target: one of the names of a data set that asks each of them by itself; null of every other. */
export type Question = string | null;

/** The schema that a data set's labels belong to, or its names where each of them is a question. */
export function schemaOf(db: ReadDb, datasetId: number): number {
  const row = db.get<{ id: number }>(
    'SELECT id FROM label_schemas WHERE dataset_id = :datasetId AND about_id IS NULL ORDER BY id LIMIT 1',
    { datasetId },
  );
  invariant(row !== undefined, 'a data set has a label schema');
  return row.id;
}

/** The schema that the labels of a question belong to; 0, which no label has, where nothing was ever said of it. */
export function schemaOfQuestion(db: ReadDb, datasetId: number, question: Question): number {
  const schemaId = schemaOf(db, datasetId);
  if (question === null) return schemaId;
  const row = db.get<{ id: number }>(
    `SELECT q.id FROM label_classes c JOIN label_schemas q ON q.about_id = c.id
     WHERE c.schema_id = :schemaId AND c.name = :question`,
    { schemaId, question },
  );
  return row?.id ?? 0;
}

/** Makes a name of a data set a question that can be answered, adding it to the list where it is new; gives its schema. */
export function ensureQuestion(db: WriteDb, datasetId: number, question: string, now: string): number {
  const found = schemaOfQuestion(db, datasetId, question);
  if (found !== 0) return found;
  addClass(db, datasetId, question);
  return db.run(
    `INSERT INTO label_schemas (dataset_id, name, created_at, target, about_id)
     SELECT s.dataset_id, 'about ' || c.id, :now, s.target, c.id FROM label_classes c JOIN label_schemas s ON s.id = c.schema_id
     WHERE c.schema_id = :schemaId AND c.name = :question`,
    { schemaId: schemaOf(db, datasetId), question, now },
  ).id;
}

/**
 * Common table expressions `decided (level, target_id, label, sources, is_disputed)`: what counts for each target of the schema
 * `:schemaId`. The rule, from strongest to weakest, over labels that were not taken back:
 *
 *   1. the newest decision of an adjudicator;
 *   2. what every named reader's newest label says, when they all say the same;
 *   3. the newest imported label (a file, class folders), when no named reader has labelled the target.
 *
 * Named readers who disagree leave `label` NULL and `is_disputed` 1: such a target is not used until someone adjudicates.
 * `where` narrows the labels looked at.
 */
export function decidedLabels(where = ''): string {
  return `standing AS (
      SELECT l.id, l.level, l.target_id, l.class_id, l.reader,
        CASE WHEN a.label_id IS NOT NULL THEN 2 WHEN r.reader_key IS NOT NULL THEN 1 ELSE 0 END AS strength
      FROM labels l
      LEFT JOIN label_withdrawals w ON w.label_id = l.id
      LEFT JOIN label_adjudications a ON a.label_id = l.id
      LEFT JOIN readers r ON r.reader_key = l.reader
      WHERE l.schema_id = :schemaId AND w.label_id IS NULL ${where}
    ),
    strongest AS (SELECT level, target_id, max(strength) AS strength FROM standing GROUP BY level, target_id),
    newest AS (
      SELECT max(s.id) AS id FROM standing s
      JOIN strongest b ON b.level = s.level AND b.target_id = s.target_id AND b.strength = s.strength
      GROUP BY s.level, s.target_id, CASE s.strength WHEN 1 THEN s.reader ELSE '' END
    ),
    decided AS (
      SELECT l.level, l.target_id, count(*) AS sources,
        CASE WHEN count(DISTINCT l.class_id) = 1 THEN min(c.name) END AS label,
        count(DISTINCT l.class_id) > 1 AS is_disputed
      FROM newest n JOIN labels l ON l.id = n.id JOIN label_classes c ON c.id = l.class_id
      GROUP BY l.level, l.target_id
    )`;
}

/** The label that counts for a target, or null where there is none or readers disagree. See `decidedLabels` for the rule. */
export function currentLabel(
  db: ReadDb,
  datasetId: number,
  target: LabelTarget,
  question: Question = null,
): string | null {
  const row = db.get<{ label: string | null }>(
    `WITH ${decidedLabels('AND l.level = :level AND l.target_id = :targetId')} SELECT label FROM decided`,
    { schemaId: schemaOfQuestion(db, datasetId, question), level: target.kind, targetId: target.id },
  );
  return row?.label ?? null;
}

/** The newest label of a target by one reader that was not taken back and is no adjudication; imports count as one reader. */
export function ownLabel(
  db: ReadDb,
  datasetId: number,
  target: LabelTarget,
  reader: string,
  question: Question = null,
): { labelId: number; label: string } | null {
  return ownLabelIn(db, schemaOfQuestion(db, datasetId, question), target, reader);
}

function ownLabelIn(
  db: ReadDb,
  schemaId: number,
  target: LabelTarget,
  reader: string,
): { labelId: number; label: string } | null {
  return (
    db.get(
      `SELECT l.id AS labelId, c.name AS label FROM labels l JOIN label_classes c ON c.id = l.class_id
       LEFT JOIN readers r ON r.reader_key = l.reader
       WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId
         AND (l.reader = :reader OR (r.id IS NULL AND NOT EXISTS (SELECT 1 FROM readers WHERE reader_key = :reader)))
         AND NOT EXISTS (SELECT 1 FROM label_withdrawals w WHERE w.label_id = l.id)
         AND NOT EXISTS (SELECT 1 FROM label_adjudications a WHERE a.label_id = l.id)
       ORDER BY l.id DESC LIMIT 1`,
      { schemaId, level: target.kind, targetId: target.id, reader },
    ) ?? null
  );
}

/** Writes one reader's labels of a data set: what is the same for many of them is looked up once. Use it within a transaction. */
export class LabelWriter {
  readonly #db: WriteDb;
  readonly #datasetId: number;
  readonly #by: { readonly reader: string; readonly now: string };
  readonly #schemas = new Map<Question, number>();
  readonly #classes = new Map<string, number>();

  constructor(db: WriteDb, datasetId: number, by: { readonly reader: string; readonly now: string }) {
    this.#db = db;
    this.#datasetId = datasetId;
    this.#by = by;
  }

  /** Adds a label, and its class when new; tells what it did. An equal label is not written again, so an import can be repeated. */
  add(target: LabelTarget, label: string, question: Question = null): 'applied' | 'unchanged' | 'changed' {
    const before = ownLabelIn(this.#db, this.#schemaOf(question), target, this.#by.reader)?.label ?? null;
    if (before === label) return 'unchanged';
    this.insert(target, label, question);
    return before === null ? 'applied' : 'changed';
  }

  /** Writes a label in any case; gives its row id. */
  insert(target: LabelTarget, label: string, question: Question = null): number {
    const schemaId = this.#schemaOf(question);
    return this.#db.run(
      `INSERT INTO labels (class_id, schema_id, level, target_id, reader, labelled_at)
       VALUES (:classId, :schemaId, :level, :targetId, :reader, :now)`,
      { classId: this.#classOf(schemaId, label), schemaId, level: target.kind, targetId: target.id, ...this.#by },
    ).id;
  }

  #schemaOf(question: Question): number {
    let found = this.#schemas.get(question);
    if (found === undefined) {
      const { now } = this.#by;
      found =
        question === null
          ? schemaOf(this.#db, this.#datasetId)
          : ensureQuestion(this.#db, this.#datasetId, question, now);
      this.#schemas.set(question, found);
    }
    return found;
  }

  #classOf(schemaId: number, name: string): number {
    const key = `${schemaId} ${name}`;
    let found = this.#classes.get(key);
    if (found === undefined) {
      addClassRow(this.#db, schemaId, name);
      const row = this.#db.get<{ id: number }>(
        'SELECT id FROM label_classes WHERE schema_id = :schemaId AND name = :name',
        { schemaId, name },
      );
      invariant(row !== undefined, 'a class that was written can be read');
      found = row.id;
      this.#classes.set(key, found);
    }
    return found;
  }
}

/** Adds one label, as `LabelWriter` does it. */
export function addLabel(
  db: WriteDb,
  datasetId: number,
  target: LabelTarget,
  label: string,
  reader: string,
  now: string,
  question: Question = null,
): 'applied' | 'unchanged' | 'changed' {
  return new LabelWriter(db, datasetId, { reader, now }).add(target, label, question);
}

/** Writes one label in any case; gives its row id. */
export function insertLabel(
  db: WriteDb,
  datasetId: number,
  target: LabelTarget,
  label: string,
  reader: string,
  now: string,
  question: Question = null,
): number {
  return new LabelWriter(db, datasetId, { reader, now }).insert(target, label, question);
}

/** Adds a class to a data set's schema unless it is there. */
export function addClass(db: WriteDb, datasetId: number, name: string): void {
  addClassRow(db, schemaOf(db, datasetId), name);
}

/** A class that had become part of another one is a class of its own again when something says it. */
function addClassRow(db: WriteDb, schemaId: number, name: string): void {
  db.run(
    `INSERT INTO label_classes (schema_id, name) VALUES (:schemaId, :name)
     ON CONFLICT (schema_id, name) DO UPDATE SET merged_into_id = NULL WHERE merged_into_id IS NOT NULL`,
    { schemaId, name },
  );
}

/** The classes of a data set's schema: in the order that somebody gave them, else in that of their making. */
export function classNames(db: ReadDb, datasetId: number): string[] {
  return db
    .all<{ name: string }>(
      `SELECT name FROM label_classes WHERE schema_id = :schemaId AND merged_into_id IS NULL
       ORDER BY position IS NULL, position, id`,
      {
        schemaId: schemaOf(db, datasetId),
      },
    )
    .map(({ name }) => name);
}

/** Makes a label an adjudicator's decision. */
export function markAdjudicated(db: WriteDb, labelId: number): void {
  db.run('INSERT INTO label_adjudications (label_id) VALUES (:labelId)', { labelId });
}

/** Takes a label back: its row stays, it counts no more. Gives false when the reader has no such label that stands. */
export function withdrawLabel(db: WriteDb, labelId: number, reader: string, now: string): boolean {
  const { changes } = db.run(
    `INSERT OR IGNORE INTO label_withdrawals (label_id, reader, withdrawn_at)
     SELECT id, :reader, :now FROM labels WHERE id = :labelId AND reader = :reader`,
    { labelId, reader, now },
  );
  if (changes > 0) {
    // The label before says a class that had become part of another one: it is one by itself again.
    db.run(
      `UPDATE label_classes SET merged_into_id = NULL WHERE id IN
         (SELECT g.class_id FROM class_merge_labels x JOIN class_merges g ON g.id = x.merge_id WHERE x.label_id = :labelId)`,
      { labelId },
    );
  }
  return changes > 0;
}

/** Every label a target ever had, oldest first. */
export function labelHistory(
  db: ReadDb,
  datasetId: number,
  target: LabelTarget,
  question: Question = null,
): { label: string; reader: string; labelledAt: string }[] {
  return db.all(
    `SELECT c.name AS label, l.reader, l.labelled_at AS labelledAt FROM labels l JOIN label_classes c ON c.id = l.class_id
     WHERE l.schema_id = :schemaId AND l.level = :level AND l.target_id = :targetId ORDER BY l.id`,
    { schemaId: schemaOfQuestion(db, datasetId, question), level: target.kind, targetId: target.id },
  );
}

/** What stands for a target: the label that counts, and the newest of `reader`, with whose labels an import compares its own. */
export interface ComparedLabel {
  readonly level: LabelTarget['kind'];
  readonly targetId: number;
  /** Null where readers disagree. */
  readonly decided: string | null;
  readonly own: string | null;
}

/** Every target of a data set that has a label. `own` is what `ownLabel` gives for it. */
export function comparedLabels(
  db: ReadDb,
  datasetId: number,
  reader: string,
  question: Question = null,
): ComparedLabel[] {
  return db.all(
    `WITH ${decidedLabels()},
     mine AS (
       SELECT l.level, l.target_id, max(l.id) AS id FROM labels l LEFT JOIN readers r ON r.reader_key = l.reader
       WHERE l.schema_id = :schemaId
         AND (l.reader = :reader OR (r.id IS NULL AND NOT EXISTS (SELECT 1 FROM readers WHERE reader_key = :reader)))
         AND NOT EXISTS (SELECT 1 FROM label_withdrawals w WHERE w.label_id = l.id)
         AND NOT EXISTS (SELECT 1 FROM label_adjudications a WHERE a.label_id = l.id)
       GROUP BY l.level, l.target_id
     )
     SELECT d.level, d.target_id AS targetId, d.label AS decided, c.name AS own FROM decided d
     LEFT JOIN mine m ON m.level = d.level AND m.target_id = d.target_id
     LEFT JOIN labels l ON l.id = m.id LEFT JOIN label_classes c ON c.id = l.class_id`,
    { schemaId: schemaOfQuestion(db, datasetId, question), reader },
  );
}

/** The levels on which labels of a data set stand, whatever they are about. */
export function decidedLevels(db: ReadDb, datasetId: number): LabelTarget['kind'][] {
  const levels = questionsOf(db, datasetId).flatMap((question) =>
    db.all<{ level: LabelTarget['kind'] }>(`WITH ${decidedLabels()} SELECT DISTINCT level FROM decided`, {
      schemaId: schemaOfQuestion(db, datasetId, question),
    }),
  );
  return [...new Set(levels.map(({ level }) => level))].sort();
}

/** The questions of a data set: its names in their order where each of them is one, else the one that has no name. */
export function questionsOf(db: ReadDb, datasetId: number): readonly Question[] {
  const row = db.get<{ target: string }>('SELECT target FROM label_schemas WHERE id = :schemaId', {
    schemaId: schemaOf(db, datasetId),
  });
  const target = readTarget(row?.target ?? '', 'a data set');
  return targetFacts[target].isPerName ? classNames(db, datasetId) : [null];
}
