/** Whose studies are: as filed now, and by their own headers where another patient was given. */
import type { InstanceId, LabelTarget, PatientId, PicturePatients, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import type { NewInstance } from './instances.ts';

/** Under whom a study is filed, and whose it is by its own header where that is another. */
export interface StudyPatient {
  readonly studyId: StudyId;
  readonly studyInstanceUID: string;
  readonly patientId: PatientId;
  readonly patientKey: string;
  readonly ownPatientKey: string | null;
  /** Who issued the ID, as the header writes it. */
  readonly issuerOfPatientID: string | null;
  readonly instances: number;
  readonly pictures: number;
}

const studyPatientColumns = `
  SELECT st.id AS studyId, st.study_instance_uid AS studyInstanceUID, p.id AS patientId, p.patient_key AS patientKey,
    st.own_patient_key AS ownPatientKey, st.issuer_of_patient_id AS issuerOfPatientID, st.instance_count AS instances,
    (SELECT count(*) FROM series s JOIN instances i ON i.series_id = s.id WHERE s.study_id = st.id AND i.kind = 'picture') AS pictures
  FROM studies st JOIN patients p ON p.id = st.patient_id`;

/** Whose these studies are, in the order of their row ids; ids that are gone are left out. */
export function patientsOfStudies(db: ReadDb, studyIds: readonly StudyId[]): StudyPatient[] {
  return db.all(`${studyPatientColumns} WHERE st.id IN (SELECT value FROM json_each(:ids)) ORDER BY st.id`, {
    ids: JSON.stringify(studyIds),
  });
}

/** Studies of a data set; with `onlyGiven` those alone whose patient was given beside the header. */
export function patientsOfDataset(db: ReadDb, datasetId: number, onlyGiven = false): StudyPatient[] {
  return db.all(
    `${studyPatientColumns} WHERE (:onlyGiven = 0 OR st.own_patient_key IS NOT NULL) AND st.id IN
       (SELECT s.study_id FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
        WHERE d.dataset_id = :datasetId) ORDER BY p.patient_key, st.study_instance_uid`,
    { datasetId, onlyGiven: onlyGiven ? 1 : 0 },
  );
}

/** A patient of a data set with the number of its studies; pictures, of which a study may hold any number, count each as one. */
export function datasetPatients(
  db: ReadDb,
  datasetId: number,
): {
  readonly patientId: PatientId;
  readonly patientKey: string;
  readonly studies: number;
  /** Those of `studies` that are pictures. */
  readonly pictures: number;
}[] {
  return db.all(
    `SELECT p.id AS patientId, p.patient_key AS patientKey,
       count(DISTINCT CASE i.kind WHEN 'picture' THEN -i.id ELSE st.id END) AS studies,
       count(DISTINCT CASE i.kind WHEN 'picture' THEN i.id END) AS pictures
     FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id
     WHERE d.dataset_id = :datasetId GROUP BY p.id ORDER BY p.id`,
    { datasetId },
  );
}

/** Studies of a data set whose patient was given, and how many patients they are. */
export function givenPatientCounts(db: ReadDb, datasetId: number): { studies: number; patients: number } {
  const given = patientsOfDataset(db, datasetId, true);
  return { studies: given.length, patients: new Set(given.map(({ patientId }) => patientId)).size };
}

/** How many patients these instances are of. */
export function patientsOfInstances(db: ReadDb, instanceIds: readonly InstanceId[]): number {
  const row = db.get<{ n: number }>(
    `SELECT count(DISTINCT st.patient_id) AS n FROM json_each(:ids) want JOIN instances i ON i.id = want.value
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id`,
    { ids: JSON.stringify(instanceIds) },
  );
  return row?.n ?? 0;
}

/** How many studies carry this patient in their header and are filed under another. */
export function studiesFiledElsewhere(db: ReadDb, patientKey: string): number {
  const row = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM studies st JOIN patients p ON p.id = st.patient_id
     WHERE st.own_patient_key = :patientKey AND p.patient_key <> :patientKey`,
    { patientKey },
  );
  return row?.n ?? 0;
}

/** The patient by whom a study of this UID is known, and whether a file or a user gave it; undefined for a study never imported. */
export function patientOfStudy(
  db: ReadDb,
  studyInstanceUID: string,
): { readonly patientKey: string; readonly isGiven: boolean } | undefined {
  const row = db.get<{ patientKey: string; isGiven: number }>(
    `SELECT p.patient_key AS patientKey, st.own_patient_key IS NOT NULL AS isGiven
     FROM studies st JOIN patients p ON p.id = st.patient_id WHERE st.study_instance_uid = :studyInstanceUID`,
    { studyInstanceUID },
  );
  return row === undefined ? undefined : { patientKey: row.patientKey, isGiven: row.isGiven === 1 };
}

/** An instance with what tells whose it is and where it lies. */
export interface FiledInstance {
  readonly instanceId: InstanceId;
  readonly studyId: StudyId;
  readonly kind: 'dicom' | 'picture';
  readonly contentHash: string;
  readonly patientKey: string;
}

const filedColumns = `
  SELECT i.id AS instanceId, st.id AS studyId, i.kind, i.content_hash AS contentHash, p.patient_key AS patientKey
  FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id`;

/** Every instance of these studies, or of the study, series or instance that is named. */
export function filedInstances(
  db: ReadDb,
  of: LabelTarget | { readonly studyIds: readonly StudyId[] },
): FiledInstance[] {
  if ('studyIds' in of) {
    return db.all(`${filedColumns} WHERE st.id IN (SELECT value FROM json_each(:ids)) ORDER BY i.id`, {
      ids: JSON.stringify(of.studyIds),
    });
  }
  const column = { instance: 'i.id', series: 's.id', study: 'st.id', patient: 'p.id' }[of.kind];
  return db.all(`${filedColumns} WHERE ${column} = :id ORDER BY i.id`, { id: of.id });
}

/** Notes whose studies are by their own headers, where another patient was given; null where it is the one they are filed under. */
export function setOwnPatient(db: WriteDb, studyId: StudyId, ownPatientKey: string | null): void {
  db.run('UPDATE studies SET own_patient_key = :ownPatientKey WHERE id = :studyId', { studyId, ownPatientKey });
}

/** What the header of a corrected file says of an instance; its content hash names the file from now on. */
export function correctInstance(db: WriteDb, id: InstanceId, instance: Omit<NewInstance, 'description'>): void {
  db.run(
    `UPDATE instances SET sop_class_uid = :sopClassUID, transfer_syntax_uid = :transferSyntaxUID, pixel_rows = :rows,
       pixel_columns = :columns, number_of_frames = :numberOfFrames, content_hash = :contentHash, size_bytes = :sizeBytes
     WHERE id = :id`,
    {
      id,
      sopClassUID: instance.sopClassUID,
      transferSyntaxUID: instance.transferSyntaxUID,
      rows: instance.rows,
      columns: instance.columns,
      numberOfFrames: instance.numberOfFrames,
      contentHash: instance.contentHash,
      sizeBytes: instance.sizeBytes,
    },
  );
}

/** Notes the patient by an image's header where its study is another's by its own. */
export function setHeaderPatient(db: WriteDb, id: InstanceId, patientKey: string): void {
  db.run(
    `UPDATE instances SET header_patient_key = nullif(:patientKey,
       (SELECT coalesce(st.own_patient_key, p.patient_key) FROM series s JOIN studies st ON st.id = s.study_id
        JOIN patients p ON p.id = st.patient_id WHERE s.id = instances.series_id)) WHERE id = :id`,
    { id, patientKey },
  );
}

/** The patients by the headers of a study's images, each once. */
export function headerPatients(db: ReadDb, studyId: StudyId): string[] {
  return db
    .all<{ key: string }>(
      `SELECT DISTINCT coalesce(i.header_patient_key, st.own_patient_key, p.patient_key) AS key
       FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
       JOIN patients p ON p.id = st.patient_id WHERE st.id = :studyId`,
      { studyId },
    )
    .map(({ key }) => key);
}

/** The patient by each image's header in a study, by SOP instance UID; none for a study that is not there. */
export function headersOfStudy(db: ReadDb, studyInstanceUID: string): Map<string, string> {
  const rows = db.all<{ uid: string; key: string }>(
    `SELECT i.sop_instance_uid AS uid, coalesce(i.header_patient_key, st.own_patient_key, p.patient_key) AS key
     FROM studies st JOIN patients p ON p.id = st.patient_id JOIN series s ON s.study_id = st.id
     JOIN instances i ON i.series_id = s.id WHERE st.study_instance_uid = :studyInstanceUID`,
    { studyInstanceUID },
  );
  return new Map(rows.map(({ uid, key }) => [uid, key]));
}

/**
 * Whether all images of this one's study name one patient, who is not the one that their study is by its own header: an import found their
 * files corrected and was stopped before the study followed. Asked for every file of an import: of nearly all, one row tells it.
 */
export function isToFollow(db: ReadDb, instanceId: InstanceId): boolean {
  const found = db.get(
    `SELECT 1 FROM instances x JOIN series o ON o.id = x.series_id WHERE x.id = :instanceId AND x.header_patient_key IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM series s JOIN instances i ON i.series_id = s.id
                       WHERE s.study_id = o.study_id AND i.header_patient_key IS NOT x.header_patient_key)`,
    { instanceId },
  );
  return found !== undefined;
}

/** All images of a study say the same now: nothing is kept beside the study. */
export function clearHeaderPatients(db: WriteDb, studyId: StudyId): void {
  db.run(
    'UPDATE instances SET header_patient_key = NULL WHERE series_id IN (SELECT id FROM series WHERE study_id = :studyId)',
    { studyId },
  );
}

/** The rule by which a data set's pictures were imported last; null where none was. */
export function picturePatientsOf(db: ReadDb, datasetId: number): PicturePatients | null {
  return (
    db.get<{ rule: PicturePatients | null }>('SELECT picture_patients AS rule FROM datasets WHERE id = :datasetId', {
      datasetId,
    })?.rule ?? null
  );
}

/** Keeps the rule for the patients of a data set's pictures. */
export function setPicturePatients(db: WriteDb, datasetId: number, rule: PicturePatients): void {
  db.run('UPDATE datasets SET picture_patients = :rule WHERE id = :datasetId', { datasetId, rule });
}
