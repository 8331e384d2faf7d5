/** Data sets: which instances they hold, and their lists. */
import type { DatasetSummary, FrameRule } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

export interface DatasetRow {
  readonly id: number;
  readonly name: string;
  readonly frames: FrameRule;
  readonly createdAt: string;
}

const columns = 'SELECT id, name, frame_rule AS frames, created_at AS createdAt FROM datasets';

/** The data set of this name, or undefined. */
export function datasetByName(db: ReadDb, name: string): DatasetRow | undefined {
  return db.get<DatasetRow>(`${columns} WHERE name = :name`, { name });
}

/** The data set of this name; made with `frames` when new, otherwise as it is. */
export function ensureDataset(db: WriteDb, name: string, frames: FrameRule, now: string): DatasetRow {
  const found = datasetByName(db, name);
  if (found !== undefined) return found;
  const { id } = db.run('INSERT INTO datasets (name, frame_rule, created_at) VALUES (:name, :frames, :now)', {
    name,
    frames,
    now,
  });
  db.run(`INSERT INTO label_schemas (dataset_id, name, created_at) VALUES (:id, 'class', :now)`, { id, now });
  return { id, name, frames, createdAt: now };
}

/** Adds an instance to a data set; true when it was not there yet. */
export function addToDataset(db: WriteDb, datasetId: number, instanceId: number, now: string): boolean {
  return (
    db.run(
      'INSERT OR IGNORE INTO dataset_instances (dataset_id, instance_id, added_at) VALUES (:datasetId, :instanceId, :now)',
      { datasetId, instanceId, now },
    ).changes > 0
  );
}

/** How much a data set holds. */
export function datasetCounts(db: ReadDb, datasetId: number): { patients: number; studies: number; instances: number } {
  return (
    db.get(
      `SELECT count(DISTINCT st.patient_id) AS patients, count(DISTINCT st.id) AS studies, count(*) AS instances
       FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
       JOIN studies st ON st.id = s.study_id WHERE d.dataset_id = :datasetId`,
      { datasetId },
    ) ?? { patients: 0, studies: 0, instances: 0 }
  );
}

/** An instance of a data set with the label that counts for it, null where it has none. */
export interface LabelledInstance {
  readonly instanceId: number;
  readonly sopInstanceUID: string;
  readonly numberOfFrames: number;
  readonly seriesId: number;
  readonly studyId: number;
  readonly studyInstanceUID: string;
  readonly patientId: number;
  readonly label: string | null;
}

/**
 * Every instance of a data set, ordered by UIDs (so that the order does not depend on who imported what first), with the label
 * that counts: the newest of the most specific level (instance, series, study, patient) that has one.
 */
export function labelledInstances(db: ReadDb, datasetId: number): LabelledInstance[] {
  return db.all<LabelledInstance>(
    `WITH newest AS (
       SELECT l.level, l.target_id, c.name AS label
       FROM labels l JOIN label_classes c ON c.id = l.class_id JOIN label_schemas sc ON sc.id = l.schema_id
       WHERE sc.dataset_id = :datasetId
         AND l.id = (SELECT max(id) FROM labels m
                     WHERE m.schema_id = l.schema_id AND m.level = l.level AND m.target_id = l.target_id)
     )
     SELECT i.id AS instanceId, i.sop_instance_uid AS sopInstanceUID, i.number_of_frames AS numberOfFrames,
       s.id AS seriesId, st.id AS studyId, st.study_instance_uid AS studyInstanceUID, st.patient_id AS patientId,
       coalesce(li.label, ls.label, lt.label, lp.label) AS label
     FROM dataset_instances d
     JOIN instances i ON i.id = d.instance_id
     JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id
     LEFT JOIN newest li ON li.level = 'instance' AND li.target_id = i.id
     LEFT JOIN newest ls ON ls.level = 'series' AND ls.target_id = s.id
     LEFT JOIN newest lt ON lt.level = 'study' AND lt.target_id = st.id
     LEFT JOIN newest lp ON lp.level = 'patient' AND lp.target_id = st.patient_id
     WHERE d.dataset_id = :datasetId
     ORDER BY st.study_instance_uid, s.series_instance_uid, i.sop_instance_uid`,
    { datasetId },
  );
}

/** `datasets`: every data set with its counts, oldest first. */
export function listDatasets(db: ReadDb): DatasetSummary[] {
  return db.all<DatasetRow>(`${columns} ORDER BY id`).map((row) => {
    const classes = new Map<string, { instances: number; patients: Set<number> }>();
    let labelled = 0;
    for (const { label, patientId } of labelledInstances(db, row.id)) {
      if (label === null) continue;
      labelled += 1;
      const entry = classes.get(label) ?? { instances: 0, patients: new Set<number>() };
      entry.instances += 1;
      entry.patients.add(patientId);
      classes.set(label, entry);
    }
    const versions = db.get<{ n: number }>('SELECT count(*) AS n FROM dataset_versions WHERE dataset_id = :id', {
      id: row.id,
    });
    return {
      ...row,
      ...datasetCounts(db, row.id),
      labelledInstances: labelled,
      classes: [...classes]
        .map(([name, entry]) => ({ name, instances: entry.instances, patients: entry.patients.size }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      versions: versions?.n ?? 0,
    };
  });
}
