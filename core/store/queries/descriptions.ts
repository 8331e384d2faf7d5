/** What lists of studies show: written at import, kept with patients, studies, series and instances and nowhere else. */
import type { InstanceId, PatientId, SeriesId, StudyId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

/** Attributes of one instance's header by their keywords; null where absent or not to be kept. */
export interface InstanceDescription {
  readonly patientName: string | null;
  readonly patientSex: string | null;
  readonly patientBirthDate: string | null;
  /** Who gave the patient's ID: most often the hospital. Kept with the study, since one ID may have several. */
  readonly issuerOfPatientID: string | null;
  readonly studyDate: string | null;
  readonly studyTime: string | null;
  readonly studyDescription: string | null;
  readonly accessionNumber: string | null;
  readonly seriesDescription: string | null;
  readonly seriesNumber: number | null;
  readonly manufacturer: string | null;
  readonly manufacturerModelName: string | null;
  readonly institutionName: string | null;
  readonly bodyPartExamined: string | null;
  readonly instanceNumber: number | null;
  /** ImagePositionPatient along the normal of the image, in millimetres. */
  readonly slicePositionMm: number | null;
  /** ImageLaterality, or Laterality: `R`, `L`. */
  readonly laterality: string | null;
  readonly viewPosition: string | null;
}

/** The description without whatever may tell who somebody is: people, dates, places, free text. */
export function withoutIdentity(description: InstanceDescription): InstanceDescription {
  return {
    ...description,
    patientName: null,
    patientSex: null,
    patientBirthDate: null,
    issuerOfPatientID: null,
    studyDate: null,
    studyTime: null,
    studyDescription: null,
    accessionNumber: null,
    seriesDescription: null,
    institutionName: null,
  };
}

/** Lower case, without accents, name parts by blanks: `Müller^Jörg` and `muller jorg` are then the same. */
export function searchable(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replace(/[\^=\s]+/g, ' ')
    .trim();
}

/** True when an instance's header was read for these columns. */
export function isDescribed(db: ReadDb, instanceId: InstanceId): boolean {
  const row = db.get<{ described: number }>(
    `SELECT is_described OR kind = 'picture' AS described FROM instances WHERE id = :instanceId`,
    { instanceId },
  );
  return row?.described === 1;
}

function hasOtherStudies(db: ReadDb, patientId: PatientId, studyId: StudyId): boolean {
  const row = db.get('SELECT 1 FROM studies WHERE patient_id = :patientId AND id <> :studyId LIMIT 1', {
    patientId,
    studyId,
  });
  return row !== undefined;
}

/**
 * Notes what lists show of an instance, its series and study; the first instance that tells something is believed.
 * @param isStranger the file names another patient than its study is filed under; then nothing is said about the patient
 * @param isCorrection the header was corrected: what it says replaces what is there
 */
export function describeInstance(
  db: WriteDb,
  instanceId: InstanceId,
  description: InstanceDescription,
  isStranger = false,
  isCorrection = false,
): void {
  const d = description;
  // What is there wins, or what the corrected header says, even where it says nothing any more.
  const pick = (column: string, value: string): string =>
    isCorrection ? `${column} = ${value}` : `${column} = coalesce(${column}, ${value})`;
  db.run(
    `UPDATE instances SET instance_number = :instanceNumber, slice_position_mm = :slicePositionMm, laterality = :laterality,
       view_position = :viewPosition, is_described = 1 WHERE id = :instanceId`,
    {
      instanceId,
      instanceNumber: d.instanceNumber,
      slicePositionMm: d.slicePositionMm,
      laterality: d.laterality,
      viewPosition: d.viewPosition,
    },
  );
  const at = db.get<{ seriesId: SeriesId; studyId: StudyId; patientId: PatientId }>(
    `SELECT s.id AS seriesId, st.id AS studyId, st.patient_id AS patientId FROM instances i
     JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id WHERE i.id = :instanceId`,
    { instanceId },
  );
  if (at === undefined) return;
  db.run(
    `UPDATE series SET ${pick('series_description', ':seriesDescription')},
       ${pick('series_number', ':seriesNumber')}, ${pick('body_part_examined', ':bodyPartExamined')},
       ${pick('manufacturer', ':manufacturer')}, ${pick('manufacturer_model_name', ':manufacturerModelName')},
       ${pick('institution_name', ':institutionName')}
     WHERE id = :seriesId`,
    {
      seriesId: at.seriesId,
      seriesDescription: d.seriesDescription,
      seriesNumber: d.seriesNumber,
      manufacturer: d.manufacturer,
      manufacturerModelName: d.manufacturerModelName,
      institutionName: d.institutionName,
      bodyPartExamined: d.bodyPartExamined,
    },
  );
  db.run(
    `UPDATE studies SET ${pick('study_date', ':studyDate')}, ${pick('study_time', ':studyTime')},
       ${pick('study_description', ':studyDescription')},
       ${pick('accession_number', ':accessionNumber')},
       ${pick('body_part_examined', ':bodyPartExamined')}
     WHERE id = :studyId`,
    {
      studyId: at.studyId,
      studyDate: d.studyDate,
      studyTime: d.studyTime,
      studyDescription: d.studyDescription,
      accessionNumber: d.accessionNumber,
      bodyPartExamined: d.bodyPartExamined,
    },
  );
  if (isStranger) return;
  db.run(`UPDATE studies SET ${pick('issuer_of_patient_id', ':issuer')} WHERE id = :studyId`, {
    studyId: at.studyId,
    issuer: d.issuerOfPatientID,
  });
  // Of a patient with other studies, only they may know the name.
  const keeps = isCorrection && d.patientName === null && hasOtherStudies(db, at.patientId, at.studyId);
  if (keeps) return;
  db.run(
    `UPDATE patients SET ${pick('patient_name', ':patientName')}, ${pick('search_name', ':searchName')},
       ${pick('patient_sex', ':patientSex')}, ${pick('patient_birth_date', ':patientBirthDate')}
     WHERE id = :patientId`,
    {
      patientId: at.patientId,
      patientName: d.patientName,
      searchName: d.patientName === null ? null : searchable(d.patientName),
      patientSex: d.patientSex,
      patientBirthDate: d.patientBirthDate,
    },
  );
}

/** What headers said of the person behind a patient's key; undefined where there is no such patient. */
export function personOf(
  db: ReadDb,
  patientKey: string,
): Pick<InstanceDescription, 'patientSex' | 'patientBirthDate'> | undefined {
  return db.get(
    'SELECT patient_sex AS patientSex, patient_birth_date AS patientBirthDate FROM patients WHERE patient_key = :patientKey',
    { patientKey },
  );
}

/** Who issued a patient's ID, as the headers of its studies write it; of studies whose patient somebody gave, nothing: that is decided. */
export function issuersOf(db: ReadDb, patientKey: string): string[] {
  const rows = db.all<{ issuer: string }>(
    `SELECT DISTINCT st.issuer_of_patient_id AS issuer FROM patients p JOIN studies st ON st.patient_id = p.id
     WHERE p.patient_key = :patientKey AND st.own_patient_key IS NULL AND st.issuer_of_patient_id IS NOT NULL`,
    { patientKey },
  );
  return rows.map(({ issuer }) => issuer);
}
