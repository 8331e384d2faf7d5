/** What the library holds of studies that are to leave it, counted as the deletion itself finds it (core/store/erase.ts). */
import type { PatientId, StudyId } from '../../contract/index.ts';
import type { ReadDb } from '../database.ts';
import { reducedMessage } from '../erase.ts';

/** A study with what tells it from another one that has its row number later. */
export interface ErasableStudy {
  readonly id: StudyId;
  readonly studyInstanceUID: string;
  readonly patientId: PatientId;
  readonly patientKey: string;
  readonly images: number;
}

/** Those of `ids` that are there, or every study of the patients whose they are; by patient and age. */
export function erasableStudies(
  db: ReadDb,
  ids: readonly StudyId[],
  extent: 'patients' | 'studies',
): readonly ErasableStudy[] {
  const own = 'st.id IN (SELECT value FROM json_each(:ids))';
  const ofPatients = `st.patient_id IN (SELECT patient_id FROM studies WHERE id IN (SELECT value FROM json_each(:ids)))`;
  return db.all<ErasableStudy>(
    `SELECT st.id, st.study_instance_uid AS studyInstanceUID, st.patient_id AS patientId, p.patient_key AS patientKey,
       (SELECT count(*) FROM instances i JOIN series s ON s.id = i.series_id WHERE s.study_id = st.id) AS images
     FROM studies st JOIN patients p ON p.id = st.patient_id WHERE ${extent === 'studies' ? own : ofPatients}
     ORDER BY st.patient_id, st.id`,
    { ids: JSON.stringify(ids) },
  );
}

/** Patients of whom some of `ids` are, and who have a study that is none of `going`. */
export function patientsStaying(
  db: ReadDb,
  ids: readonly StudyId[],
  going: readonly StudyId[],
): ReadonlySet<PatientId> {
  const rows = db.all<{ id: PatientId }>(
    `SELECT DISTINCT patient_id AS id FROM studies
     WHERE patient_id IN (SELECT patient_id FROM studies WHERE id IN (SELECT value FROM json_each(:ids)))
       AND id NOT IN (SELECT value FROM json_each(:going))`,
    { ids: JSON.stringify(ids), going: JSON.stringify(going) },
  );
  return new Set(rows.map(({ id }) => id));
}

export interface ErasureCounts {
  readonly labels: number;
  readonly readers: number;
  readonly comments: number;
  readonly predictions: number;
  readonly records: number;
  readonly copies: number;
  readonly originals: number;
  readonly evaluations: number;
  readonly unfinishedRuns: number;
}

/** What goes with these studies; `patients` are those of them who go altogether. */
export function erasureCounts(
  db: ReadDb,
  studies: readonly StudyId[],
  patients: readonly PatientId[],
): ErasureCounts & {
  readonly datasets: readonly { readonly name: string; readonly goes: number; readonly remains: number }[];
  readonly models: readonly string[];
} {
  const parameters = { studies: JSON.stringify(studies), patients: JSON.stringify(patients) };
  const going = `WITH st AS (SELECT value AS id FROM json_each(:studies)),
      pt AS (SELECT value AS id FROM json_each(:patients)),
      se AS (SELECT id FROM series WHERE study_id IN (SELECT id FROM st)),
      im AS (SELECT id FROM instances WHERE series_id IN (SELECT id FROM se)),
      ve AS (SELECT DISTINCT version_id AS id FROM version_images WHERE instance_id IN (SELECT id FROM im))`;
  const about = `((level = 'instance' AND target_id IN (SELECT id FROM im)) OR (level = 'series' AND target_id IN (SELECT id FROM se))
      OR (level = 'study' AND target_id IN (SELECT id FROM st)) OR (level = 'patient' AND target_id IN (SELECT id FROM pt)))`;
  const ofVersions = 'm.run_id IN (SELECT id FROM runs WHERE version_id IN (SELECT id FROM ve))';
  const counts = db.get<ErasureCounts>(
    `${going} SELECT (SELECT count(*) FROM labels WHERE ${about}) AS labels,
       (SELECT count(DISTINCT reader) FROM labels WHERE ${about}) AS readers,
       (SELECT count(*) FROM label_comments WHERE ${about}) AS comments,
       (SELECT count(*) FROM predictions WHERE study_instance_uid IN
         (SELECT study_instance_uid FROM studies WHERE id IN (SELECT id FROM st))) AS predictions,
       (SELECT count(*) FROM records WHERE instance_id IN (SELECT id FROM im)) AS records,
       (SELECT count(DISTINCT path) FROM files f WHERE instance_id IN (SELECT id FROM im) AND path LIKE 'files/%' AND NOT EXISTS
         (SELECT 1 FROM files o WHERE o.path = f.path AND o.instance_id NOT IN (SELECT id FROM im))) AS copies,
       (SELECT count(*) FROM files WHERE instance_id IN (SELECT id FROM im) AND path NOT LIKE 'files/%'
         AND path NOT LIKE 'pseudonymised:%') AS originals,
       (SELECT count(*) FROM evaluations e JOIN models m ON m.id = e.model_id
         WHERE e.split <> 'cross-validation' AND m.deleted_at IS NULL AND ${ofVersions}) AS evaluations,
       (SELECT count(*) FROM runs WHERE state <> 'succeeded' AND error IS NOT :reduced AND version_id IN (SELECT id FROM ve)) AS unfinishedRuns`,
    { ...parameters, reduced: reducedMessage },
  );
  const datasets = db.all<{ name: string; goes: number; remains: number }>(
    `${going} SELECT d.name, count(DISTINCT CASE WHEN s.study_id IN (SELECT id FROM st) THEN s.study_id END) AS goes,
       count(DISTINCT CASE WHEN s.study_id NOT IN (SELECT id FROM st) THEN s.study_id END) AS remains
     FROM dataset_instances di JOIN datasets d ON d.id = di.dataset_id JOIN instances i ON i.id = di.instance_id
     JOIN series s ON s.id = i.series_id WHERE d.deleted_at IS NULL GROUP BY d.id HAVING goes > 0 ORDER BY d.name`,
    parameters,
  );
  const models = db.all<{ name: string }>(
    `${going} SELECT m.name FROM models m WHERE m.deleted_at IS NULL AND ${ofVersions} ORDER BY m.id`,
    parameters,
  );
  if (counts === undefined) throw new Error('a row of counts is always there');
  return { ...counts, datasets, models: models.map(({ name }) => name) };
}
