/**
 * A patient, or one study, taken out of a database.
 *
 * The rows are found through the schema itself: whatever refers to a removed row by a foreign key goes first, whatever names a removed
 * instance, series or study by UID or content, and labels by level and target. So a table that a later version adds is covered when
 * it declares its references, as every table of ours must. Triggers that forbid deleting labels are taken down for the transaction and
 * put back as they were.
 */

import { createHash } from 'node:crypto';
import type { InstanceId, PatientId, SeriesId, StudyId } from '../contract/index.ts';
import type { SqlParameters, WriteDb } from './database.ts';
import { type PatientPlaces, placesIn, placesOf } from './erase-places.ts';
import { forgetHeaderIds, VersionCounts } from './erase-traces.ts';
import { tablesWith } from './tables.ts';

export type Erased = { readonly patientKey: string } | { readonly studyInstanceUID: string };

/** What an erasure is about. Row ids and identifiers; none of it may reach a message. */
export interface ErasureScope {
  readonly patients: readonly PatientId[];
  readonly studies: readonly StudyId[];
  readonly series: readonly SeriesId[];
  readonly instances: readonly InstanceId[];
  readonly studyInstanceUIDs: readonly string[];
  readonly seriesInstanceUIDs: readonly string[];
  readonly sopInstanceUIDs: readonly string[];
  /** What patients who go altogether are called; empty where a study goes. */
  readonly patientKeys: readonly string[];
  /** Where the instances were found. */
  readonly paths: readonly string[];
  /** What tells that a path kept elsewhere is theirs. */
  readonly places: PatientPlaces;
}

export interface ErasureResult {
  /** Removed rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly runsEnded: number;
  /** Models trained on a version that lost images. */
  readonly models: readonly string[];
}

/** Columns of a table of files that a batch could not use. */
const failureColumns = ['batch_id', 'path', 'member'];

/** What is said of a run that lost images; it has ended once and for all. */
export const reducedMessage = 'Images of this run were deleted with their patient; it cannot be resumed.';

/** Tables whose rows are removed by row id, most specific first; each is a level that labels may have. */
const levels = [
  { table: 'instances', level: 'instance', key: 'instances' },
  { table: 'series', level: 'series', key: 'series' },
  { table: 'studies', level: 'study', key: 'studies' },
  { table: 'patients', level: 'patient', key: 'patients' },
] as const;

/** What `who` is in this database; every list is empty when it is not there. Predictions of files never imported count by study UID. */
export function erasureScope(db: Pick<WriteDb, 'all'>, who: Erased): ErasureScope {
  const byPatient = 'patientKey' in who;
  const value = byPatient ? who.patientKey : who.studyInstanceUID;
  const studies = db.all<{ id: StudyId; uid: string; patient: PatientId }>(
    `SELECT st.id, st.study_instance_uid AS uid, st.patient_id AS patient FROM studies st JOIN patients p ON p.id = st.patient_id
     WHERE ${byPatient ? 'p.patient_key' : 'st.study_instance_uid'} = :value`,
    { value },
  );
  const patients = byPatient
    ? db.all<{ id: PatientId }>('SELECT id FROM patients WHERE patient_key = :value', { value }).map((row) => row.id)
    : lonelyPatients(db, studies);
  const inStudies = { ids: JSON.stringify(studies.map((study) => study.id)) };
  const series = db.all<{ id: SeriesId; uid: string }>(
    'SELECT id, series_instance_uid AS uid FROM series WHERE study_id IN (SELECT value FROM json_each(:ids))',
    inStudies,
  );
  const instances = db.all<{ id: InstanceId; uid: string }>(
    `SELECT i.id, i.sop_instance_uid AS uid FROM instances i JOIN series s ON s.id = i.series_id
     WHERE s.study_id IN (SELECT value FROM json_each(:ids))`,
    inStudies,
  );
  const paths = db.all<{ path: string }>(
    'SELECT path FROM files WHERE instance_id IN (SELECT value FROM json_each(:ids))',
    { ids: JSON.stringify(instances.map((row) => row.id)) },
  );
  const uids = studies.map((study) => study.uid);
  return {
    patients,
    studies: studies.map((study) => study.id),
    series: series.map((row) => row.id),
    instances: instances.map((row) => row.id),
    studyInstanceUIDs: byPatient ? uids : [...new Set([...uids, value])],
    seriesInstanceUIDs: series.map((row) => row.uid),
    sopInstanceUIDs: instances.map((row) => row.uid),
    patientKeys: byPatient ? [value] : [],
    paths: paths.map((row) => row.path),
    places: placesOf(
      db,
      instances.map((row) => row.id),
      patients,
      [...(byPatient ? [value] : []), ...headerKeys(db, inStudies)],
    ),
  };
}

/** What the headers call a patient who was given to the studies; a copy of the database from before that was possible has none. */
function headerKeys(db: Pick<WriteDb, 'all'>, studies: { readonly ids: string }): string[] {
  if (!tablesWith(db, ['own_patient_key']).includes('studies')) return [];
  return db
    .all<{ key: string }>(
      `SELECT DISTINCT own_patient_key AS key FROM studies
       WHERE own_patient_key IS NOT NULL AND id IN (SELECT value FROM json_each(:ids))`,
      studies,
    )
    .map(({ key }) => key);
}

/** Patients who have no study besides those that go. */
function lonelyPatients(
  db: Pick<WriteDb, 'all'>,
  studies: readonly { id: StudyId; patient: PatientId }[],
): PatientId[] {
  return db
    .all<{ id: PatientId }>(
      `SELECT id FROM patients WHERE id IN (SELECT value FROM json_each(:patients)) AND NOT EXISTS
         (SELECT 1 FROM studies WHERE patient_id = patients.id AND id NOT IN (SELECT value FROM json_each(:studies)))`,
      {
        patients: JSON.stringify(studies.map((study) => study.patient)),
        studies: JSON.stringify(studies.map((study) => study.id)),
      },
    )
    .map((row) => row.id);
}

/** Removes every row of `scope` in one transaction. */
export function eraseRows(db: WriteDb, scope: ErasureScope, now: string): ErasureResult {
  return db.transaction(() => {
    const versions = reducedVersions(db, scope);
    const models = modelsOf(db, versions);
    const runsEnded = endRuns(db, versions, now);
    markReduced(db, versions, now);
    dropEvaluations(db, versions, scope);
    const counts = new VersionCounts(db, scope);
    keepMovedImages(db, scope, now);
    forgetHeaderIds(db, scope);
    const removed = new Map<string, number>();
    const guards = db.all<{ name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE%' AND tbl_name <> 'audit_events'`,
    );
    for (const { name } of guards) db.run(`DROP TRIGGER "${name}"`);
    const eraser = new Eraser(db, removed);
    for (const { level, key } of levels) {
      const ids = JSON.stringify(scope[key]);
      for (const table of tablesWith(db, ['level', 'target_id'])) {
        eraser.remove(table, `level = :level AND target_id IN (SELECT value FROM json_each(:ids))`, { level, ids });
      }
    }
    const named = [
      ['sop_instance_uid', scope.sopInstanceUIDs],
      ['series_instance_uid', scope.seriesInstanceUIDs],
      ['study_instance_uid', scope.studyInstanceUIDs],
    ] as const;
    const roots: readonly string[] = levels.map(({ table }) => table);
    for (const [column, values] of named) {
      for (const table of tablesWith(db, [column])) {
        if (roots.includes(table)) continue;
        eraser.remove(table, `${column} IN (SELECT value FROM json_each(:ids))`, { ids: JSON.stringify(values) });
      }
    }
    // What a stopped classification has kept names files by content alone: all of it goes, it is only computed again.
    for (const table of tablesWith(db, ['content_hash', 'probabilities'])) eraser.remove(table, '1', {});
    for (const table of tablesWith(db, ['job_id', 'path'])) {
      eraser.remove(
        table,
        `job_id NOT IN (SELECT id FROM jobs WHERE state IN ('queued', 'running')) AND
           (EXISTS (SELECT 1 FROM json_each(:paths) f WHERE instr(f.value, path) = 1)
             OR path || char(10) IN (SELECT value FROM json_each(:places)))`,
        { paths: JSON.stringify(scope.paths), places: JSON.stringify(placesIn(db, table, scope.places)) },
      );
    }
    for (const table of tablesWith(db, failureColumns)) {
      eraser.remove(table, 'path || char(10) || member IN (SELECT value FROM json_each(:places))', {
        places: JSON.stringify(placesIn(db, table, scope.places)),
      });
    }
    for (const { table, key } of levels) {
      eraser.remove(table, 'id IN (SELECT value FROM json_each(:ids))', { ids: JSON.stringify(scope[key]) });
    }
    for (const { sql } of guards) db.run(sql);
    counts.subtractGone();
    return { rows: Object.fromEntries([...removed].filter(([, n]) => n > 0)), runsEnded, models };
  });
}

/** Whether a file that a batch could not use is taken for the patient's. */
export function hasFailures(db: Pick<WriteDb, 'all'>, scope: ErasureScope): boolean {
  return tablesWith(db, failureColumns).some((table) => placesIn(db, table, scope.places).length > 0);
}

/** Removes batches with their predictions, the files that they could not use, and what their jobs read. Gives removed rows by table. */
export function eraseBatches(db: WriteDb, ids: readonly number[]): Readonly<Record<string, number>> {
  return db.transaction(() => {
    const removed = new Map<string, number>();
    const eraser = new Eraser(db, removed);
    const batches = { ids: JSON.stringify(ids) };
    const chosen = '(SELECT value FROM json_each(:ids))';
    eraser.remove('job_places', `job_id IN (SELECT job_id FROM batches WHERE id IN ${chosen})`, batches);
    eraser.remove('batches', `id IN ${chosen}`, batches);
    return Object.fromEntries(removed);
  });
}

interface Reference {
  readonly child: string;
  readonly columns: readonly string[];
  readonly parents: readonly string[];
}

/** Deletes rows after the rows that refer to them. */
class Eraser {
  readonly #db: WriteDb;
  readonly #removed: Map<string, number>;
  readonly #references = new Map<string, readonly Reference[]>();

  constructor(db: WriteDb, removed: Map<string, number>) {
    this.#db = db;
    this.#removed = removed;
  }

  remove(table: string, where: string, parameters: SqlParameters, above: readonly string[] = []): void {
    const any = this.#db.get<{ n: number }>(`SELECT count(*) AS n FROM "${table}" WHERE ${where}`, parameters);
    if ((any?.n ?? 0) === 0) return;
    for (const { child, columns, parents } of this.#referencesTo(table)) {
      // Rows of one table that refer to each other go in one statement, whose end is where SQLite checks references.
      if (child === table || above.includes(child)) continue;
      const rows = `SELECT ${parents.join(', ')} FROM "${table}" WHERE ${where}`;
      this.remove(child, `(${columns.join(', ')}) IN (${rows})`, parameters, [...above, table]);
    }
    const { changes } = this.#db.run(`DELETE FROM "${table}" WHERE ${where}`, parameters);
    this.#removed.set(table, (this.#removed.get(table) ?? 0) + changes);
  }

  #referencesTo(table: string): readonly Reference[] {
    let found = this.#references.get(table);
    if (found === undefined) {
      const rows = this.#db.all<{ child: string; id: number; column: string; parent: string | null }>(
        `SELECT m.name AS child, f.id, f."from" AS column, f."to" AS parent FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
         WHERE m.type = 'table' AND f."table" = :table ORDER BY m.name, f.id, f.seq`,
        { table },
      );
      const groups = Map.groupBy(rows, (row) => `${row.child} ${row.id}`);
      found = [...groups.values()].map((group) => ({
        child: group[0]?.child ?? '',
        columns: group.map((row) => `"${row.column}"`),
        parents: group.map((row) => `"${row.parent ?? 'id'}"`),
      }));
      this.#references.set(table, found);
    }
    return found;
  }
}

/**
 * Frozen versions name the patient and the study that an image had then. Images that belong to others now stay in their versions, under the
 * patient and the study of the present. What was trained on such a version took its images for those of former patients, so nothing new is to
 * find it by its content.
 */
function keepMovedImages(db: WriteDb, scope: ErasureScope, now: string): void {
  const instances = JSON.stringify(scope.instances);
  for (const [column, ids] of [
    ['patient_id', scope.patients],
    ['study_id', scope.studies],
  ] as const) {
    const moved = `${column} IN (SELECT value FROM json_each(:ids)) AND instance_id NOT IN (SELECT value FROM json_each(:instances))`;
    const where = { ids: JSON.stringify(ids), instances };
    const versions = db.all<{ id: number }>(
      `SELECT DISTINCT version_id AS id FROM version_images WHERE ${moved}`,
      where,
    );
    changeHashes(db, JSON.stringify(versions.map(({ id }) => id)), `moved ${now}`);
    db.run(
      `UPDATE version_images SET ${column} = (SELECT ${column === 'patient_id' ? 'st.patient_id' : 'st.id'} FROM instances i
         JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id WHERE i.id = version_images.instance_id)
       WHERE ${moved}`,
      where,
    );
  }
}

function reducedVersions(db: WriteDb, scope: ErasureScope): string {
  const rows = db.all<{ id: number }>(
    'SELECT DISTINCT version_id AS id FROM version_images WHERE instance_id IN (SELECT value FROM json_each(:ids))',
    { ids: JSON.stringify(scope.instances) },
  );
  return JSON.stringify(rows.map((row) => row.id));
}

function modelsOf(db: WriteDb, versions: string): string[] {
  return db
    .all<{ name: string }>(
      `SELECT m.name FROM models m JOIN runs r ON r.id = m.run_id
       WHERE r.version_id IN (SELECT value FROM json_each(:versions)) ORDER BY m.id`,
      { versions },
    )
    .map((row) => row.name);
}

/** Unfinished runs would go on with other images than they began with: they end here, and say why. */
function endRuns(db: WriteDb, versions: string, now: string): number {
  const unfinished = `version_id IN (SELECT value FROM json_each(:versions)) AND state <> 'succeeded'`;
  db.run(`DELETE FROM checkpoints WHERE run_id IN (SELECT id FROM runs WHERE ${unfinished})`, { versions });
  if (tablesWith(db, ['guess_loss']).includes('run_members')) {
    new Eraser(db, new Map()).remove('run_members', `run_id IN (SELECT id FROM runs WHERE ${unfinished})`, {
      versions,
    });
  }
  return db.run(
    `UPDATE runs SET state = 'failed', error = :error, ended_at = :now WHERE ${unfinished} AND error IS NOT :error`,
    {
      versions,
      error: reducedMessage,
      now,
    },
  ).changes;
}

/**
 * Kept evaluations name images by their place in the version; they are computed again from what is left. Those of a cross-validation are given
 * in training alone: they lose the images that go, and no others.
 */
function dropEvaluations(db: WriteDb, versions: string, scope: ErasureScope): void {
  if (!tablesWith(db, ['model_id', 'split']).includes('evaluations')) return;
  const eraser = new Eraser(db, new Map());
  const reduced = `model_id IN (SELECT m.id FROM models m JOIN runs r ON r.id = m.run_id WHERE r.version_id IN (SELECT value FROM json_each(:versions)))`;
  eraser.remove('evaluations', `split <> 'cross-validation' AND ${reduced}`, { versions });
  eraser.remove(
    'evaluation_images',
    `(evaluation_id, position) IN (SELECT e.id, v.position FROM evaluations e JOIN models m ON m.id = e.model_id JOIN runs r ON r.id = m.run_id
       JOIN version_images v ON v.version_id = r.version_id WHERE v.instance_id IN (SELECT value FROM json_each(:instances)))`,
    { instances: JSON.stringify(scope.instances) },
  );
  for (const table of tablesWith(db, ['evaluation_id', 'intervals'])) {
    eraser.remove(table, `evaluation_id IN (SELECT id FROM evaluations WHERE ${reduced})`, { versions });
  }
}

/**
 * A version that lost images gets another content hash, so that the same images imported again make a version of their own. Copies of
 * the database from before the column existed are only rewritten, never trained on.
 */
function markReduced(db: WriteDb, versions: string, now: string): void {
  changeHashes(db, versions, `reduced ${now}`);
  if (!tablesWith(db, ['content_hash', 'reduced_at']).includes('dataset_versions')) return;
  db.run('UPDATE dataset_versions SET reduced_at = :now WHERE id IN (SELECT value FROM json_each(:versions))', {
    now,
    versions,
  });
}

/** Gives versions hashes of their own, which no content has. */
function changeHashes(db: WriteDb, versions: string, why: string): void {
  const rows = db.all<{ id: number; hash: string }>(
    'SELECT id, content_hash AS hash FROM dataset_versions WHERE id IN (SELECT value FROM json_each(:versions))',
    { versions },
  );
  for (const { id, hash } of rows) {
    const changed = createHash('sha256').update(`${hash} ${why}`).digest('hex');
    db.run('UPDATE dataset_versions SET content_hash = :changed WHERE id = :id', { id, changed });
  }
}
