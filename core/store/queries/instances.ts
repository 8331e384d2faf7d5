/** Patients, studies, series, instances and their files. */
import type { InstanceId, InstanceKind, InstanceRecord, PatientId, SeriesId, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { describeInstance, type InstanceDescription } from './descriptions.ts';

/** What an import knows about one instance. `patientKey` tells patients apart and is never shown in a message. */
export interface NewInstance {
  readonly patientKey: string;
  /** The patient by the header or the rule for pictures, where `patientKey` is one that a file gives instead. */
  readonly ownPatientKey?: string;
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly modality: string | null;
  readonly kind: InstanceKind;
  readonly sopInstanceUID: string;
  readonly sopClassUID: string | null;
  readonly transferSyntaxUID: string | null;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly numberOfFrames: number;
  readonly contentHash: string;
  readonly sizeBytes: number;
  /** What lists of studies show of it; left out for pictures. */
  readonly description?: InstanceDescription;
}

/** One place where an instance's bytes are. `member` is the name inside a ZIP archive, '' for a plain file. */
export interface FilePlace {
  readonly path: string;
  readonly member: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly contentHash: string;
}

interface InstanceRow {
  id: InstanceId;
  kind: InstanceKind;
  sop_instance_uid: string;
  sop_class_uid: string | null;
  modality: string | null;
  pixel_rows: number | null;
  pixel_columns: number | null;
  number_of_frames: number;
  content_hash: string;
  size_bytes: number;
  patient_id: PatientId;
  study_id: StudyId;
  study_instance_uid: string;
}

const instanceColumns = `
  SELECT i.id, i.kind, i.sop_instance_uid, i.sop_class_uid, s.modality, i.pixel_rows, i.pixel_columns, i.number_of_frames,
    i.content_hash, i.size_bytes, st.patient_id, st.id AS study_id, st.study_instance_uid
  FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id`;

function toInstance(row: InstanceRow): InstanceRecord {
  return {
    id: row.id,
    kind: row.kind,
    sopInstanceUID: row.sop_instance_uid,
    sopClassUID: row.sop_class_uid,
    modality: row.modality,
    rows: row.pixel_rows,
    columns: row.pixel_columns,
    numberOfFrames: row.number_of_frames,
    contentHash: row.content_hash,
    sizeBytes: row.size_bytes,
    patientId: row.patient_id,
    studyId: row.study_id,
    studyInstanceUID: row.study_instance_uid,
  };
}

/** The instance with this row id, or undefined. */
export function instanceById(db: ReadDb, id: InstanceId): InstanceRecord | undefined {
  const row = db.get<InstanceRow>(`${instanceColumns} WHERE i.id = :id`, { id });
  return row === undefined ? undefined : toInstance(row);
}

/** The instance with this SOP instance UID, or undefined. */
export function instanceByUid(db: ReadDb, sopInstanceUID: string): InstanceRecord | undefined {
  const row = db.get<InstanceRow>(`${instanceColumns} WHERE i.sop_instance_uid = :sopInstanceUID`, { sopInstanceUID });
  return row === undefined ? undefined : toInstance(row);
}

/** The file known at this place, with the instance it held. */
export function fileAt(db: ReadDb, path: string, member: string): (FilePlace & { instanceId: InstanceId }) | undefined {
  return db.get(
    `SELECT path, member, size_bytes AS sizeBytes, modified_ms AS modifiedMs, content_hash AS contentHash, instance_id AS instanceId
     FROM files WHERE path = :path AND member = :member`,
    { path, member },
  );
}

/** Every place where an instance was found, newest first. */
export function filesOfInstance(db: ReadDb, instanceId: InstanceId): FilePlace[] {
  return db.all(
    `SELECT path, member, size_bytes AS sizeBytes, modified_ms AS modifiedMs, content_hash AS contentHash
     FROM files WHERE instance_id = :instanceId ORDER BY id DESC`,
    { instanceId },
  );
}

/** Notes that `instanceId` was found at `place`; a place seen before is brought up to date. */
export function saveFile(db: WriteDb, place: FilePlace, instanceId: InstanceId): void {
  db.run(
    `INSERT INTO files (path, member, size_bytes, modified_ms, content_hash, instance_id)
     VALUES (:path, :member, :sizeBytes, :modifiedMs, :contentHash, :instanceId)
     ON CONFLICT (path, member) DO UPDATE SET size_bytes = excluded.size_bytes, modified_ms = excluded.modified_ms,
       content_hash = excluded.content_hash, instance_id = excluded.instance_id`,
    { ...place, instanceId },
  );
}

/** Forgets that an instance is at `path`; true when no other instance is there. */
export function forgetFile(db: WriteDb, path: string, instanceId: InstanceId): boolean {
  db.run('DELETE FROM files WHERE path = :path AND instance_id = :instanceId', { path, instanceId });
  return db.get('SELECT 1 FROM files WHERE path = :path', { path }) === undefined;
}

/** Forgets what is known at one place. */
export function forgetPlace(db: WriteDb, path: string, member: string): void {
  db.run('DELETE FROM files WHERE path = :path AND member = :member', { path, member });
}

/** The row id of a patient, made when new. */
export function ensurePatient(db: WriteDb, patientKey: string, now: string): number {
  const found = patientIdOf(db, patientKey);
  if (found !== undefined) return found;
  return db.run('INSERT INTO patients (patient_key, created_at) VALUES (:patientKey, :now)', { patientKey, now }).id;
}

export function patientIdOf(db: ReadDb, patientKey: string): PatientId | undefined {
  return db.get<{ id: PatientId }>('SELECT id FROM patients WHERE patient_key = :patientKey', { patientKey })?.id;
}

export function studyIdOf(db: ReadDb, studyInstanceUID: string): StudyId | undefined {
  return db.get<{ id: StudyId }>('SELECT id FROM studies WHERE study_instance_uid = :studyInstanceUID', {
    studyInstanceUID,
  })?.id;
}

/** Row ids of the series with this UID (more than one when two studies carry the same series UID). */
export function seriesIdsOf(db: ReadDb, seriesInstanceUID: string): SeriesId[] {
  return db
    .all<{ id: SeriesId }>('SELECT id FROM series WHERE series_instance_uid = :seriesInstanceUID', {
      seriesInstanceUID,
    })
    .map((row) => row.id);
}

/**
 * Adds an instance with its patient, study and series where they are new.
 * @returns its row id, and whether its study was already filed under another patient: the study then stays with the first
 *   patient, because dealing one study's images to two patients could put them on both sides of a split
 */
export function addInstance(
  db: WriteDb,
  instance: NewInstance,
  now: string,
): { id: InstanceId; otherPatient: boolean } {
  const study = db.get<{ id: number; patient_key: string; own_key: string }>(
    `SELECT st.id, p.patient_key, coalesce(st.own_patient_key, p.patient_key) AS own_key FROM studies st JOIN patients p ON p.id = st.patient_id
     WHERE st.study_instance_uid = :studyInstanceUID`,
    { studyInstanceUID: instance.studyInstanceUID },
  );
  const studyId =
    study?.id ??
    db.run('INSERT INTO studies (patient_id, study_instance_uid, own_patient_key) VALUES (:patientId, :uid, :own)', {
      patientId: ensurePatient(db, instance.patientKey, now),
      uid: instance.studyInstanceUID,
      own: instance.ownPatientKey ?? null,
    }).id;
  const seriesId = ensureSeries(db, studyId as StudyId, instance);
  const otherPatient =
    study !== undefined && study.patient_key !== instance.patientKey && study.own_key !== instance.patientKey;
  const { id: added } = db.run(
    `INSERT INTO instances (series_id, kind, sop_instance_uid, sop_class_uid, transfer_syntax_uid, pixel_rows, pixel_columns,
       number_of_frames, content_hash, size_bytes, created_at, header_patient_key)
     VALUES (:seriesId, :kind, :sopInstanceUID, :sopClassUID, :transferSyntaxUID, :rows, :columns, :numberOfFrames,
       :contentHash, :sizeBytes, :now, :headerPatientKey)`,
    {
      seriesId,
      kind: instance.kind,
      sopInstanceUID: instance.sopInstanceUID,
      sopClassUID: instance.sopClassUID,
      transferSyntaxUID: instance.transferSyntaxUID,
      rows: instance.rows,
      columns: instance.columns,
      numberOfFrames: instance.numberOfFrames,
      contentHash: instance.contentHash,
      sizeBytes: instance.sizeBytes,
      now,
      headerPatientKey: otherPatient ? instance.patientKey : null,
    },
  );
  const id = added as InstanceId;
  if (instance.description !== undefined) describeInstance(db, id, instance.description, otherPatient);
  return { id, otherPatient };
}

/** The row id of a series within a study, made when new. */
export function ensureSeries(
  db: WriteDb,
  studyId: StudyId,
  { seriesInstanceUID: uid, modality }: Pick<NewInstance, 'seriesInstanceUID' | 'modality'>,
): SeriesId {
  const found = db.get<{ id: SeriesId }>(
    'SELECT id FROM series WHERE study_id = :studyId AND series_instance_uid = :uid',
    { studyId, uid },
  );
  if (found !== undefined) return found.id;
  return db.run('INSERT INTO series (study_id, series_instance_uid, modality) VALUES (:studyId, :uid, :modality)', {
    studyId,
    uid,
    modality,
  }).id as SeriesId;
}

/** How much the library holds; patients and studies of which frozen versions alone still speak are not counted. */
export function libraryCounts(db: ReadDb): { patients: number; studies: number; instances: number } {
  return db.get<{ patients: number; studies: number; instances: number }>(
    `SELECT (SELECT COUNT(*) FROM patients p WHERE EXISTS (SELECT 1 FROM studies WHERE patient_id = p.id AND instance_count > 0))
         AS patients, (SELECT COUNT(*) FROM studies WHERE instance_count > 0) AS studies,
       (SELECT COUNT(*) FROM instances) AS instances`,
  ) as { patients: number; studies: number; instances: number };
}

/** One place of an image, and where the image stands; an image found at several places has as many rows. */
export interface PlacedImage {
  readonly instanceId: InstanceId;
  readonly seriesId: SeriesId;
  readonly studyId: StudyId;
  readonly patientId: PatientId;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly studyInstanceUID: string;
  readonly patientKey: string;
  /** Whose its study is by itself, where another patient was given. */
  readonly ownPatientKey: string;
  readonly accessionNumber: string | null;
  readonly kind: 'dicom' | 'picture';
  readonly path: string;
  readonly member: string;
}

const placedImages = `
  SELECT i.id AS instanceId, s.id AS seriesId, st.id AS studyId, st.patient_id AS patientId, i.sop_instance_uid AS sopInstanceUID,
    s.series_instance_uid AS seriesInstanceUID, st.study_instance_uid AS studyInstanceUID, p.patient_key AS patientKey,
    coalesce(st.own_patient_key, p.patient_key) AS ownPatientKey, st.accession_number AS accessionNumber, i.kind, coalesce(f.path, '') AS path, coalesce(f.member, '') AS member
  FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id
  LEFT JOIN files f ON f.instance_id = i.id`;

/** The images of a data set with every place where they were found. */
export function placedImagesOf(db: ReadDb, datasetId: number): PlacedImage[] {
  return db.all(
    `${placedImages} WHERE i.id IN (SELECT instance_id FROM dataset_instances WHERE dataset_id = :datasetId) ORDER BY i.id, f.id`,
    { datasetId },
  );
}

/** One image with every place where it was found. */
export function placesOfImage(db: ReadDb, instanceId: InstanceId): PlacedImage[] {
  return db.all(`${placedImages} WHERE i.id = :instanceId ORDER BY f.id`, { instanceId });
}
