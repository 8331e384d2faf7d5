/** Data sets changed by hand: names, studies, classes; and what of them is locked. */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import type { SplitName, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { schemaOf } from './labels.ts';

export interface LabelClass {
  readonly id: number;
  readonly name: string;
  /**
   * How many labels ever named it or, where it is a question, answered it: those that were replaced, taken back or merged away are in the history
   * and name it still. With one, it stays. How many count: `countingLabels`.
   */
  readonly stored: number;
}

/** Classes of a data set in the order in which its readers put them; those never ordered come last, by age. */
export function labelClasses(db: ReadDb, datasetId: number): LabelClass[] {
  return db.all(
    `SELECT c.id, c.name, (SELECT count(*) FROM labels l WHERE l.class_id = c.id)
       + (SELECT count(*) FROM label_schemas q JOIN labels l ON l.schema_id = q.id WHERE q.about_id = c.id) AS stored FROM label_classes c
     WHERE c.schema_id = :schemaId AND c.merged_into_id IS NULL ORDER BY c.position IS NULL, c.position, c.id`,
    { schemaId: schemaOf(db, datasetId) },
  );
}

/**
 * Makes the list of classes what is given: entries with an id keep their labels under a new name or place, entries without are new,
 * classes that are missing go.
 * @throws BAD_INPUT for a class that goes although labels name it; NAME_TAKEN for two of one name
 */
export function setLabelClasses(
  db: WriteDb,
  datasetId: number,
  classes: readonly { readonly id?: number | undefined; readonly name: string }[],
): void {
  const schemaId = schemaOf(db, datasetId);
  const names = classes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new AppError('NAME_TAKEN', `Two classes are called "${twice}".`, {
      action: 'Give one of them another name.',
    });
  }
  const merged = mergedNames(db, schemaId);
  const renamed = classes.find(({ id, name }) => id !== undefined && merged.has(name));
  if (renamed !== undefined) {
    throw new AppError(
      'NAME_TAKEN',
      `"${renamed.name}" was a class and became part of "${merged.get(renamed.name)}".`,
      {
        action: 'Take that back first, or choose another name.',
      },
    );
  }
  const kept = new Set(classes.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const present = labelClasses(db, datasetId);
  if ([...kept].some((id) => !present.some((row) => row.id === id))) {
    throw new AppError('BAD_INPUT', 'These are not the classes of this data set; nothing was changed.', {
      action: 'Open the data set again and change its classes there.',
    });
  }
  const going = present.filter(({ id }) => !kept.has(id));
  const named = going.filter(({ stored }) => stored > 0);
  if (named.length > 0) {
    throw new AppError(
      'BAD_INPUT',
      `${named.map(({ name, stored }) => `"${name}" has ${counted('en', stored, 'label', 'labels')} in its history`).join(', ')}; a class with labels stays.`,
      { action: 'Rename the class, or leave it in the list.' },
    );
  }
  db.transaction(() => {
    for (const { id } of going) {
      db.run('DELETE FROM label_classes WHERE schema_id IN (SELECT id FROM label_schemas WHERE about_id = :id)', {
        id,
      });
      db.run('DELETE FROM label_classes WHERE id = :id', { id });
    }
    // Names change places by way of names that nobody has: two classes may be swapped.
    for (const id of kept) {
      db.run(`UPDATE label_classes SET name = char(1) || id WHERE id = :id AND schema_id = :schemaId`, {
        id,
        schemaId,
      });
    }
    for (const [position, { id, name }] of classes.entries()) {
      if (id === undefined) {
        db.run(
          `INSERT INTO label_classes (schema_id, name, position) VALUES (:schemaId, :name, :position)
           ON CONFLICT (schema_id, name) DO UPDATE SET merged_into_id = NULL, position = excluded.position
             WHERE merged_into_id IS NOT NULL`,
          { schemaId, name, position },
        );
      } else {
        db.run('UPDATE label_classes SET name = :name, position = :position WHERE id = :id AND schema_id = :schemaId', {
          id,
          schemaId,
          name,
          position,
        });
      }
    }
  });
}

/** Classes that became part of others, with the names of those. */
function mergedNames(db: ReadDb, schemaId: number): ReadonlyMap<string, string> {
  const rows = db.all<{ name: string; into: string }>(
    `SELECT c.name, i.name AS "into" FROM label_classes c JOIN label_classes i ON i.id = c.merged_into_id WHERE c.schema_id = :schemaId`,
    { schemaId },
  );
  return new Map(rows.map(({ name, into }) => [name, into]));
}

export function renameDatasetRow(db: WriteDb, datasetId: number, name: string): void {
  db.run('UPDATE datasets SET name = :name WHERE id = :datasetId', { datasetId, name });
}

/** Adds every image of the studies; gives the number of images that were new to the data set. */
export function addStudiesToDataset(db: WriteDb, datasetId: number, studyIds: readonly StudyId[], now: string): number {
  return db.run(
    `INSERT OR IGNORE INTO dataset_instances (dataset_id, instance_id, added_at)
     SELECT :datasetId, i.id, :now FROM json_each(:ids) want JOIN series s ON s.study_id = want.value
     JOIN instances i ON i.series_id = s.id`,
    { datasetId, ids: JSON.stringify(studyIds), now },
  ).changes;
}

/** An image of a data set: by its UID, for row numbers are given again once a patient was deleted. */
export interface DatasetImage {
  readonly sopInstanceUID: string;
  readonly addedAt: string;
}

/** Takes every image of the studies out; labels stay and count again when the studies come back. Gives the images that went. */
export function removeStudiesFromDataset(db: WriteDb, datasetId: number, studyIds: readonly StudyId[]): DatasetImage[] {
  const what = { datasetId, ids: JSON.stringify(studyIds) };
  const ofStudies = `SELECT i.id FROM json_each(:ids) want JOIN series s ON s.study_id = want.value JOIN instances i ON i.series_id = s.id`;
  const images = db.all<DatasetImage>(
    `SELECT i.sop_instance_uid AS "sopInstanceUID", di.added_at AS "addedAt"
     FROM dataset_instances di JOIN instances i ON i.id = di.instance_id
     WHERE di.dataset_id = :datasetId AND di.instance_id IN (${ofStudies})`,
    what,
  );
  db.run(`DELETE FROM dataset_instances WHERE dataset_id = :datasetId AND instance_id IN (${ofStudies})`, what);
  return images;
}

/** Puts images back as they were in a data set; those that are no longer in the library are left out. Gives how many came back. */
export function putBackIntoDataset(db: WriteDb, datasetId: number, images: readonly DatasetImage[]): number {
  return db.run(
    `INSERT OR IGNORE INTO dataset_instances (dataset_id, instance_id, added_at)
     SELECT :datasetId, i.id, want.value ->> 'addedAt' FROM json_each(:images) want
     JOIN instances i ON i.sop_instance_uid = want.value ->> 'sopInstanceUID'`,
    { datasetId, images: JSON.stringify(images) },
  ).changes;
}

export interface SplitCounts {
  readonly split: SplitName | null;
  readonly patients: number;
  readonly studies: number;
  /** Of the patients, those whom a file gave the split, and those cut for validation out of its training. */
  readonly given: number;
  readonly cut: number;
}

/** Patients and studies of a data set by split; null are those to be dealt at the next training. */
export function splitCounts(db: ReadDb, datasetId: number): SplitCounts[] {
  return db.all(
    `SELECT sp.split, count(DISTINCT st.patient_id) AS patients, count(DISTINCT st.id) AS studies,
       count(DISTINCT CASE sp.origin WHEN 'given' THEN st.patient_id END) AS given,
       count(DISTINCT CASE sp.origin WHEN 'cut' THEN st.patient_id END) AS cut
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id
     LEFT JOIN dataset_splits sp ON sp.dataset_id = d.dataset_id AND sp.patient_id = st.patient_id
     WHERE d.dataset_id = :datasetId GROUP BY sp.split`,
    { datasetId },
  );
}

/** Frozen versions of a data set, newest first. */
export function datasetVersionRows(
  db: ReadDb,
  datasetId: number,
): { number: number; images: number; runs: number; createdAt: string; movedImages: number }[] {
  return db.all(
    `SELECT v.number, (SELECT count(*) FROM version_images x WHERE x.version_id = v.id) AS images,
       (SELECT count(*) FROM runs r WHERE r.version_id = v.id) AS runs, v.created_at AS createdAt,
       (SELECT count(*) FROM version_images x JOIN instances i ON i.id = x.instance_id JOIN series s ON s.id = i.series_id
          JOIN studies st ON st.id = s.study_id WHERE x.version_id = v.id AND st.patient_id <> x.patient_id) AS movedImages
     FROM dataset_versions v WHERE v.dataset_id = :datasetId ORDER BY v.number DESC`,
    { datasetId },
  );
}
