/** What a person said about the classes of a data set: which there may be, in which order, and which of two is positive. */
import { AppError } from '../../base/errors.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { schemaOf } from './labels.ts';

export interface ClassList {
  /** In the order that somebody gave them, else in that of their making. */
  readonly names: readonly string[];
  /** Whether these are all that there may be, in this order. */
  readonly isFixed: boolean;
  /** The positive class that somebody named; null where nobody did. */
  readonly positive: string | null;
}

/** The classes of a data set and what was said about them. */
export function classListOf(db: ReadDb, datasetId: number): ClassList {
  const schemaId = schemaOf(db, datasetId);
  const classes = db.all<{ id: number; name: string }>(
    `SELECT id, name FROM label_classes WHERE schema_id = :schemaId AND merged_into_id IS NULL
     ORDER BY position IS NULL, position, id`,
    { schemaId },
  );
  const schema = db.get<{ isFixed: number; positiveId: number | null }>(
    'SELECT has_fixed_classes AS isFixed, positive_class_id AS positiveId FROM label_schemas WHERE id = :schemaId',
    { schemaId },
  );
  return {
    names: classes.map(({ name }) => name),
    isFixed: schema?.isFixed === 1,
    positive: classes.find(({ id }) => id === schema?.positiveId)?.name ?? null,
  };
}

/** The classes of a data set that became part of another one, each with that one's name. */
export function mergedClasses(db: ReadDb, datasetId: number): ReadonlyMap<string, string> {
  const rows = db.all<{ name: string; into: string }>(
    `SELECT c.name, i.name AS "into" FROM label_classes c JOIN label_classes i ON i.id = c.merged_into_id WHERE c.schema_id = :schemaId`,
    { schemaId: schemaOf(db, datasetId) },
  );
  return new Map(rows.map(({ name, into }) => [name, into]));
}

/**
 * Makes a class of the data set its positive one; null takes the choice back.
 * @throws BAD_INPUT for a name that is none of its classes
 */
export function setPositiveClass(db: WriteDb, datasetId: number, name: string | null): void {
  const schemaId = schemaOf(db, datasetId);
  const { names } = classListOf(db, datasetId);
  if (name !== null && !names.includes(name))
    throw new AppError('BAD_INPUT', `"${name}" is no class of this data set.`);
  db.run(
    `UPDATE label_schemas SET positive_class_id = (SELECT id FROM label_classes WHERE schema_id = :schemaId AND name = :name)
     WHERE id = :schemaId`,
    { schemaId, name },
  );
}

/** Says whether the classes of a data set are all that there may be. */
export function setClassesFixed(db: WriteDb, datasetId: number, isFixed: boolean): void {
  db.run('UPDATE label_schemas SET has_fixed_classes = :isFixed WHERE id = :schemaId', {
    schemaId: schemaOf(db, datasetId),
    isFixed: isFixed ? 1 : 0,
  });
}
