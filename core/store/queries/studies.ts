/** The list of studies: which match, in which order, and what a screenful of them looks like. */
import type { InstanceId, PatientId, SeriesId, StudyId } from '../../contract/index.ts';
import type { StudyDetails, StudyFilter, StudyRow, StudySort } from '../../contract/ipc/library.ts';
import type { ReadDb } from '../database.ts';
import { searchable } from './descriptions.ts';

/**
 * Keys of patients who have no ID of their own (see import-identify and import-folders) are ours and mean nothing to a reader.
 * A path of class folders could name somebody; only the part after it is shown, and only where the folder is called as a patient.
 */
const shownPatientId = `CASE WHEN lower(p.patient_key) GLOB 'folder:*//*patient*[0-9]' THEN substr(p.patient_key, instr(p.patient_key, '//') + 2)
  WHEN p.patient_key LIKE 'study:%' OR p.patient_key LIKE 'picture:%' OR p.patient_key LIKE 'folder:%'
  THEN NULL ELSE p.patient_key END`;

/** The patient by the header, where a labels file gave another. */
const shownHeaderId = shownPatientId.replaceAll('p.patient_key', 'st.own_patient_key');

const orders: Readonly<Record<StudySort['column'], readonly string[]>> = {
  studyDate: ['st.study_date', 'st.study_time', 'st.id'],
  patientName: ['p.search_name', 'p.patient_key', 'st.id'],
  patientID: ['p.patient_key', 'st.id'],
  studyDescription: ['st.study_description COLLATE NOCASE', 'st.id'],
  accessionNumber: ['st.accession_number', 'st.id'],
  modalities: ['st.modalities', 'st.id'],
  bodyPartExamined: ['st.body_part_examined', 'st.id'],
  instanceCount: ['st.instance_count', 'st.id'],
};

const inDataset = `st.id IN (SELECT s.study_id FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
  JOIN series s ON s.id = i.series_id WHERE d.dataset_id = :datasetId)`;

/** What was taken back says nothing any more; to the reader `:reader`, who is blinded, neither do labels of others nor what was decided. */
const stands = `NOT EXISTS (SELECT 1 FROM label_withdrawals w WHERE w.label_id = l.id)
  AND (:reader IS NULL OR (l.reader = :reader AND NOT EXISTS (SELECT 1 FROM label_adjudications a WHERE a.label_id = l.id)))`;

/** Labels of the data set that stand, to whichever of its questions. */
const ofDataset = `l.schema_id IN (SELECT value FROM json_each(:schemaIds)) AND ${stands}`;

/** Studies with a label of the data set, given to them, their patient, one of their series or images. */
const isLabelled = `st.id IN (
  SELECT l.target_id FROM labels l WHERE ${ofDataset} AND l.level = 'study'
  UNION ALL SELECT x.id FROM labels l JOIN studies x ON x.patient_id = l.target_id
    WHERE ${ofDataset} AND l.level = 'patient'
  UNION ALL SELECT s.study_id FROM labels l JOIN series s ON s.id = l.target_id
    WHERE ${ofDataset} AND l.level = 'series'
  UNION ALL SELECT s.study_id FROM labels l JOIN instances i ON i.id = l.target_id JOIN series s ON s.id = i.series_id
    WHERE ${ofDataset} AND l.level = 'instance')`;

/** The newest label of the study \`st\` in the schema \`:schemaId\`, of the most general level that has one. */
const newestLabel = `coalesce(
         (SELECT c.name FROM labels l JOIN label_classes c ON c.id = l.class_id
          WHERE l.schema_id = :schemaId AND l.level = 'study' AND l.target_id = st.id AND ${stands} ORDER BY l.id DESC LIMIT 1),
         (SELECT c.name FROM labels l JOIN label_classes c ON c.id = l.class_id
          WHERE l.schema_id = :schemaId AND l.level = 'patient' AND l.target_id = st.patient_id AND ${stands} ORDER BY l.id DESC LIMIT 1),
         (SELECT c.name FROM series s JOIN labels l ON l.level = 'series' AND l.target_id = s.id
            JOIN label_classes c ON c.id = l.class_id
          WHERE s.study_id = st.id AND l.schema_id = :schemaId AND ${stands} ORDER BY l.id DESC LIMIT 1),
         (SELECT c.name FROM series s JOIN instances i ON i.series_id = s.id
            JOIN labels l ON l.level = 'instance' AND l.target_id = i.id JOIN label_classes c ON c.id = l.class_id
          WHERE s.study_id = st.id AND l.schema_id = :schemaId AND ${stands} ORDER BY l.id DESC LIMIT 1))`;

function contains(text: string): string {
  return `%${text.trim().replace(/[\\%_]/g, '\\$&')}%`;
}

/**
 * Row ids of the studies that match, in order.
 * @param dataset what `filter.dataset` names
 */
export function findStudies(
  db: ReadDb,
  filter: StudyFilter,
  sort: StudySort,
  dataset: StudyDataset | null,
): Int32Array<ArrayBuffer> {
  // Studies of which only frozen versions still speak have no images.
  const conditions: string[] = ['st.instance_count > 0'];
  const values: Record<string, string | number | null> = {};
  const add = (condition: string, name: string, value: string | number): void => {
    conditions.push(condition);
    values[name] = value;
  };
  if (filter.patientName !== '') {
    add(`p.search_name LIKE :patientName ESCAPE '\\'`, 'patientName', contains(searchable(filter.patientName)));
  }
  if (filter.patientID !== '') {
    add(`${shownPatientId} LIKE :patientID ESCAPE '\\'`, 'patientID', contains(filter.patientID));
  }
  if (filter.accessionNumber !== '') {
    add(`st.accession_number LIKE :accessionNumber ESCAPE '\\'`, 'accessionNumber', contains(filter.accessionNumber));
  }
  if (filter.studyDescription !== '') {
    add(`st.study_description LIKE :description ESCAPE '\\'`, 'description', contains(filter.studyDescription));
  }
  if (filter.modality !== '') {
    add(`'/' || st.modalities || '/' LIKE '%/' || :modality || '/%'`, 'modality', filter.modality);
  }
  // DICOM writes dates as 20240131, which sorts as text.
  if (filter.from !== '') add('st.study_date >= :from', 'from', filter.from.replaceAll('-', ''));
  if (filter.to !== '') add('st.study_date <= :to', 'to', filter.to.replaceAll('-', ''));
  if (dataset !== null) {
    add(inDataset, 'datasetId', dataset.id);
    if (filter.labels !== 'any') {
      add(filter.labels === 'labelled' ? isLabelled : `NOT ${isLabelled}`, 'schemaIds', schemaIdsOf(dataset));
      values['reader'] = dataset.reader;
    }
  }
  // What is not known comes last either way; descending, SQLite puts it there by itself and can walk the index.
  const direction = sort.isDescending ? 'DESC' : 'ASC NULLS LAST';
  const rows = db.all<{ id: number }>(
    `SELECT st.id FROM studies st JOIN patients p ON p.id = st.patient_id
     WHERE ${conditions.join(' AND ')}
     ORDER BY ${orders[sort.column].map((column) => `${column} ${direction}`).join(', ')}`,
    values,
  );
  return Int32Array.from(rows, ({ id }) => id);
}

/** What the list shows of these studies, in the order asked for, with their labels in a data set; ids that are gone are left out. */
export function studyRows(
  db: ReadDb,
  ids: readonly number[],
  dataset: Pick<StudyDataset, 'schemaId' | 'reader'> | null,
): StudyRow[] {
  const rows = db.all<Omit<StudyRow, 'isPatientGiven'> & { isPatientGiven: number }>(
    `SELECT st.id, p.patient_name AS patientName, ${shownPatientId} AS patientID,
       ${shownHeaderId} AS headerPatientID, st.own_patient_key IS NOT NULL AS isPatientGiven, p.patient_sex AS patientSex,
       p.patient_birth_date AS patientBirthDate, st.issuer_of_patient_id AS issuerOfPatientID, st.study_date AS studyDate, st.study_time AS studyTime,
       st.study_description AS studyDescription, st.accession_number AS accessionNumber, st.modalities,
       st.body_part_examined AS bodyPartExamined, st.series_count AS seriesCount, st.instance_count AS instanceCount,
       ${newestLabel} AS label
     FROM json_each(:ids) want CROSS JOIN studies st ON st.id = want.value JOIN patients p ON p.id = st.patient_id
     ORDER BY want.key`,
    { ids: JSON.stringify(ids), schemaId: dataset?.schemaId ?? null, reader: dataset?.reader ?? null },
  );
  return rows.map((row) => ({ ...row, isPatientGiven: row.isPatientGiven === 1 }));
}

/** A question that a data set asks, and the schema of the labels that answer it. */
export interface StudyQuestion {
  readonly name: string;
  readonly schemaId: number;
}

/** The data set by whose labels studies are listed. */
export interface StudyDataset {
  readonly id: number;
  readonly schemaId: number;
  /** Empty where its names are no questions. */
  readonly questions: readonly StudyQuestion[];
  /** Whose labels are told, by the key; null for everybody's. */
  readonly reader: string | null;
}

function schemaIdsOf({ schemaId, questions }: StudyDataset): string {
  return JSON.stringify([schemaId, ...questions.map((question) => question.schemaId)]);
}

/** What is said of these studies to each question, as `studyRows` tells labels: null where nothing is. */
export function studyAnswers(
  db: ReadDb,
  ids: readonly number[],
  { questions, reader }: Pick<StudyDataset, 'questions' | 'reader'>,
): ReadonlyMap<number, readonly { readonly name: string; readonly word: string | null }[]> {
  const found = new Map(ids.map((id) => [id, [] as { name: string; word: string | null }[]]));
  for (const { name, schemaId } of questions) {
    const rows = db.all<{ id: number; word: string | null }>(
      `SELECT st.id, ${newestLabel} AS word FROM json_each(:ids) want CROSS JOIN studies st ON st.id = want.value`,
      { ids: JSON.stringify(ids), schemaId, reader },
    );
    for (const { id, word } of rows) found.get(id)?.push({ name, word });
  }
  return found;
}

/** A study with its series and their images, or undefined. */
export function studyDetails(db: ReadDb, id: StudyId): StudyDetails | undefined {
  const [row] = studyRows(db, [id], null);
  const at = db.get<{ studyInstanceUID: string; patientId: PatientId }>(
    'SELECT study_instance_uid AS studyInstanceUID, patient_id AS patientId FROM studies WHERE id = :id',
    { id },
  );
  if (row === undefined || at === undefined) return undefined;
  const images = db.all<{
    seriesId: SeriesId;
    seriesInstanceUID: string;
    modality: string | null;
    seriesDescription: string | null;
    seriesNumber: number | null;
    instanceId: InstanceId;
    instanceNumber: number | null;
    numberOfFrames: number;
    rows: number | null;
    columns: number | null;
  }>(
    `SELECT s.id AS seriesId, s.series_instance_uid AS seriesInstanceUID, s.modality, s.series_description AS seriesDescription,
       s.series_number AS seriesNumber, i.id AS instanceId, i.instance_number AS instanceNumber,
       i.number_of_frames AS numberOfFrames, i.pixel_rows AS rows, i.pixel_columns AS columns
     FROM series s JOIN instances i ON i.series_id = s.id WHERE s.study_id = :id
     ORDER BY s.series_number, s.id, i.instance_number, i.slice_position_mm, i.id`,
    { id },
  );
  const series = [...Map.groupBy(images, (image) => image.seriesId).values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { seriesId, seriesInstanceUID, modality, seriesDescription, seriesNumber } = first;
    const instances = members.map(({ instanceId, instanceNumber, numberOfFrames, rows, columns }) => ({
      id: instanceId,
      instanceNumber,
      numberOfFrames,
      rows,
      columns,
    }));
    return [{ id: seriesId, seriesInstanceUID, modality, seriesDescription, seriesNumber, instances }];
  });
  const datasets = db.all<{ name: string }>(
    `SELECT DISTINCT ds.name FROM series s JOIN instances i ON i.series_id = s.id
     JOIN dataset_instances d ON d.instance_id = i.id JOIN datasets ds ON ds.id = d.dataset_id
     WHERE s.study_id = :id AND ds.deleted_at IS NULL ORDER BY ds.name`,
    { id },
  );
  const others = db.all<{ id: StudyId }>(
    'SELECT id FROM studies WHERE patient_id = :patientId AND id <> :id ORDER BY study_date, id LIMIT 50',
    { id, patientId: at.patientId },
  );
  return {
    ...row,
    studyInstanceUID: at.studyInstanceUID,
    series,
    datasets: datasets.map(({ name }) => name),
    otherStudies: studyRows(
      db,
      others.map((other) => other.id),
      null,
    ),
  };
}

/** Every modality of the library. */
export function modalities(db: ReadDb): string[] {
  return db
    .all<{ modality: string }>('SELECT DISTINCT modality FROM series WHERE modality IS NOT NULL ORDER BY modality')
    .map(({ modality }) => modality);
}
