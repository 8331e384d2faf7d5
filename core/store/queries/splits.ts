/** Which split a data set's patients belong to. */
import type { PatientId, SplitName, SplitOrigin } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

export interface PatientSplit {
  readonly patientId: PatientId;
  readonly split: SplitName;
  readonly origin: SplitOrigin;
}

/** Every assigned patient of a data set. */
export function splitsOf(db: ReadDb, datasetId: number): PatientSplit[] {
  return db.all(
    'SELECT patient_id AS patientId, split, origin FROM dataset_splits WHERE dataset_id = :datasetId ORDER BY patient_id',
    { datasetId },
  );
}

/**
 * Assigns a patient; a split given by the user replaces an earlier one, of which the audit trail and frozen versions keep the memory.
 * A patient who was cut for validation out of the given training stays there when the same file gives training again.
 */
export function saveSplit(db: WriteDb, datasetId: number, entry: PatientSplit, now: string): void {
  db.run(
    `INSERT INTO dataset_splits (dataset_id, patient_id, split, origin, assigned_at)
     VALUES (:datasetId, :patientId, :split, :origin, :now)
     ON CONFLICT (dataset_id, patient_id) DO UPDATE
       SET split = excluded.split, origin = excluded.origin, assigned_at = excluded.assigned_at
       WHERE NOT (origin = 'cut' AND excluded.origin = 'given' AND excluded.split = 'train')`,
    { datasetId, patientId: entry.patientId, split: entry.split, origin: entry.origin, now },
  );
}

/** How many DICOM studies and how many pictures of a patient a data set has. */
export function heldOfPatient(
  db: ReadDb,
  datasetId: number,
  patientId: PatientId,
): { readonly studies: number; readonly pictures: number } {
  const held = db.get<{ studies: number; pictures: number }>(
    `SELECT count(DISTINCT CASE i.kind WHEN 'dicom' THEN s.study_id END) AS studies,
            count(CASE i.kind WHEN 'picture' THEN 1 END) AS pictures
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     WHERE d.dataset_id = :datasetId AND st.patient_id = :patientId`,
    { datasetId, patientId },
  );
  return held ?? { studies: 0, pictures: 0 };
}

/** Every patient of a data set with labelled or unlabelled images, and its split; null where it has none yet. */
export function splitsOfDataset(
  db: ReadDb,
  datasetId: number,
): { readonly patientId: PatientId; readonly split: SplitName | null }[] {
  return db.all(
    `SELECT DISTINCT st.patient_id AS patientId, sp.split FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     LEFT JOIN dataset_splits sp ON sp.dataset_id = d.dataset_id AND sp.patient_id = st.patient_id
     WHERE d.dataset_id = :datasetId`,
    { datasetId },
  );
}
