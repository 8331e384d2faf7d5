/**
 * Filing studies and images under other patients, with all that was said of them.
 *
 * Labels, quality tags and comments name what they are about by level and row id. Those of a study, a series or an image go with it
 * untouched. Those of its former patient stay with that patient, and copies of them are handed down to the study, so that no image
 * loses or changes its label with its patient. Frozen versions keep the patients that they were made of.
 */
import type {
  InstanceId,
  LabelTarget,
  PatientId,
  SeriesId,
  SplitName,
  SplitOrigin,
  StudyId,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { ensurePatient, ensureSeries, type NewInstance, patientIdOf } from './instances.ts';
import { patientsOfStudies, type StudyPatient } from './patients.ts';

/** What a move of studies and images changed besides. */
export interface PatientMoves {
  /** Studies and pictures that have another patient now. */
  studies: number;
  /** Labels, tags and comments that were copied to what they were about. */
  handedDown: number;
  /** Patients of data sets who were in several parts and are dealt anew, because the parts were drawn. */
  dealtAnew: number;
  /** Patients whom files gave several parts. */
  readonly leaking: {
    readonly datasetId: number;
    readonly patientId: PatientId;
    readonly splits: readonly SplitName[];
  }[];
}

/** No move at all. */
export function noMoves(): PatientMoves {
  return { studies: 0, handedDown: 0, dealtAnew: 0, leaking: [] };
}

/** Where an instance is to lie. */
export type InstancePlace = Pick<NewInstance, 'patientKey' | 'studyInstanceUID' | 'seriesInstanceUID' | 'modality'> & {
  readonly ownPatientKey: string | null;
};

/**
 * Files studies under other patients and instances in other studies; call it inside a transaction. A patient all of whose studies go to one
 * that nobody has yet is renamed: labels, parts and frozen versions stay as they are.
 * @param studies the key of the new patient by study
 * @param instances where single instances go
 * @param describes false where the caller says name, sex and birth date of the new patients itself
 */
export function movePatients(
  db: WriteDb,
  studies: ReadonlyMap<StudyId, string>,
  instances: ReadonlyMap<InstanceId, InstancePlace>,
  now: string,
  describes = true,
): PatientMoves {
  const moves = noMoves();
  const moved: Moved[] = [];
  const waiting = patientsOfStudies(db, [...studies.keys()]).filter(
    ({ studyId, patientKey }) => studies.get(studyId) !== patientKey,
  );
  const renamed = renamePatients(db, waiting, studies);
  moves.studies += renamed.size;
  for (const study of waiting) {
    const key = studies.get(study.studyId);
    if (key === undefined || renamed.has(study.studyId)) continue;
    const to = ensurePatient(db, key, now) as PatientId;
    if (describes) copyDescription(db, study.patientId, to);
    moves.handedDown += handDown(db, [{ kind: 'patient', id: study.patientId }], { kind: 'study', id: study.studyId });
    db.run('UPDATE studies SET patient_id = :to WHERE id = :id', { to, id: study.studyId });
    moved.push({ from: study.patientId, to, datasets: datasetsOfStudy(db, study.studyId) });
    moves.studies += 1;
  }
  for (const [instanceId, place] of instances) {
    const step = moveInstance(db, instanceId, place, now, { moves, describes });
    if (step !== undefined) moved.push(step);
  }
  settleSplits(db, moved, moves, now);
  for (const from of new Set(moved.map((step) => step.from))) forgetPatient(db, from);
  return moves;
}

interface Moved {
  readonly from: PatientId;
  readonly to: PatientId;
  readonly datasets: readonly number[];
}

/** Renames patients where nothing is merged or parted by it; gives the studies that were done so. */
function renamePatients(
  db: WriteDb,
  waiting: readonly StudyPatient[],
  studies: ReadonlyMap<StudyId, string>,
): Set<StudyId> {
  const done = new Set<StudyId>();
  const claims = new Map<string, number>();
  const byPatient = Map.groupBy(waiting, ({ patientId }) => patientId);
  const wanted = [...byPatient].map(([patientId, own]) => ({
    patientId,
    own,
    keys: new Set(own.map(({ studyId }) => studies.get(studyId) ?? '')),
  }));
  for (const { keys } of wanted) for (const key of keys) claims.set(key, (claims.get(key) ?? 0) + 1);
  for (const { patientId, own, keys } of wanted) {
    const [key = ''] = keys;
    const all = db.get<{ n: number }>('SELECT count(*) AS n FROM studies WHERE patient_id = :patientId', { patientId });
    const isAlone = keys.size === 1 && claims.get(key) === 1;
    if (!isAlone || all?.n !== own.length || patientIdOf(db, key) !== undefined) continue;
    db.run('UPDATE patients SET patient_key = :key WHERE id = :patientId', { key, patientId });
    for (const { studyId } of own) done.add(studyId);
  }
  return done;
}

function copyDescription(db: WriteDb, from: PatientId, to: PatientId): void {
  db.run(
    `UPDATE patients AS p SET patient_name = coalesce(p.patient_name, f.patient_name),
       search_name = coalesce(p.search_name, f.search_name), patient_sex = coalesce(p.patient_sex, f.patient_sex),
       patient_birth_date = coalesce(p.patient_birth_date, f.patient_birth_date)
     FROM patients f WHERE p.id = :to AND f.id = :from`,
    { from, to },
  );
}

function moveInstance(
  db: WriteDb,
  instanceId: InstanceId,
  place: InstancePlace,
  now: string,
  { moves, describes }: { readonly moves: PatientMoves; readonly describes: boolean },
): Moved | undefined {
  const at = db.get<{
    seriesId: SeriesId;
    studyId: StudyId;
    patientId: PatientId;
    studyUID: string;
    seriesUID: string;
  }>(
    `SELECT s.id AS seriesId, st.id AS studyId, st.patient_id AS patientId, st.study_instance_uid AS studyUID,
       s.series_instance_uid AS seriesUID
     FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id WHERE i.id = :instanceId`,
    { instanceId },
  );
  if (at === undefined || (at.studyUID === place.studyInstanceUID && at.seriesUID === place.seriesInstanceUID)) {
    return undefined;
  }
  const there = db.get<{ id: StudyId; patientId: PatientId }>(
    'SELECT id, patient_id AS patientId FROM studies WHERE study_instance_uid = :uid',
    { uid: place.studyInstanceUID },
  );
  const to = there?.patientId ?? (ensurePatient(db, place.patientKey, now) as PatientId);
  const studyId =
    there?.id ??
    (db.run('INSERT INTO studies (patient_id, study_instance_uid, own_patient_key) VALUES (:to, :uid, :own)', {
      to,
      uid: place.studyInstanceUID,
      own: place.ownPatientKey,
    }).id as StudyId);
  if (describes) copyDescription(db, at.patientId, to);
  moves.handedDown += handDown(
    db,
    [
      { kind: 'series', id: at.seriesId },
      { kind: 'study', id: at.studyId },
      { kind: 'patient', id: at.patientId },
    ],
    { kind: 'instance', id: instanceId },
  );
  db.run('UPDATE instances SET series_id = :seriesId, header_patient_key = NULL WHERE id = :instanceId', {
    seriesId: ensureSeries(db, studyId, place),
    instanceId,
  });
  forgetSeries(db, at.seriesId);
  forgetStudy(db, at.studyId);
  if (to === at.patientId) return undefined;
  moves.studies += 1;
  const datasets = db.all<{ id: number }>(
    'SELECT dataset_id AS id FROM dataset_instances WHERE instance_id = :instanceId',
    { instanceId },
  );
  return { from: at.patientId, to, datasets: datasets.map(({ id }) => id) };
}

/** Row ids of the data sets that hold images of a study. */
export function datasetsOfStudy(db: ReadDb, studyId: StudyId): number[] {
  return db
    .all<{ id: number }>(
      `SELECT DISTINCT d.dataset_id AS id FROM series s JOIN instances i ON i.series_id = s.id
       JOIN dataset_instances d ON d.instance_id = i.id WHERE s.study_id = :studyId`,
      { studyId },
    )
    .map(({ id }) => id);
}

/**
 * Copies what stands at the first of `from` that has anything to `to`, for each data set apart and only where `to` has nothing of its own: the
 * most specific label counts, and it is to be the same as before. Gives the number of rows.
 */
function handDown(db: WriteDb, from: readonly LabelTarget[], to: LabelTarget): number {
  let copied = 0;
  for (const source of from) {
    const ids = { level: source.kind, id: source.id, toLevel: to.kind, toId: to.id };
    const labels = db.all<{ id: number }>(
      `SELECT l.id FROM labels l LEFT JOIN label_withdrawals w ON w.label_id = l.id
       WHERE l.schema_id IN (SELECT id FROM label_schemas) AND l.level = :level AND l.target_id = :id AND w.label_id IS NULL AND NOT EXISTS
         (SELECT 1 FROM labels o WHERE o.schema_id = l.schema_id AND o.level = :toLevel AND o.target_id = :toId) ORDER BY l.id`,
      ids,
    );
    for (const label of labels) {
      const copy = db.run(
        `INSERT INTO labels (class_id, schema_id, level, target_id, reader, labelled_at)
         SELECT class_id, schema_id, :toLevel, :toId, reader, labelled_at FROM labels WHERE id = :id`,
        { id: label.id, toLevel: to.kind, toId: to.id },
      );
      db.run('INSERT INTO label_adjudications (label_id) SELECT :copy FROM label_adjudications WHERE label_id = :id', {
        copy: copy.id,
        id: label.id,
      });
    }
    copied += labels.length;
    copied += db.run(
      `INSERT INTO quality_tags (dataset_id, level, target_id, tag, reason, reader, tagged_at)
       SELECT dataset_id, :toLevel, :toId, tag, reason, reader, tagged_at FROM quality_tags t
       WHERE dataset_id IN (SELECT id FROM datasets) AND level = :level AND target_id = :id AND NOT EXISTS
         (SELECT 1 FROM quality_tags o WHERE o.dataset_id = t.dataset_id AND o.level = :toLevel AND o.target_id = :toId) ORDER BY t.id`,
      ids,
    ).changes;
    copied += db.run(
      `INSERT INTO label_comments (dataset_id, level, target_id, text, reader, written_at)
       SELECT dataset_id, :toLevel, :toId, text, reader, written_at FROM label_comments c
       WHERE dataset_id IN (SELECT id FROM datasets) AND level = :level AND target_id = :id AND NOT EXISTS
         (SELECT 1 FROM label_comments o WHERE o.dataset_id = c.dataset_id AND o.level = :toLevel AND o.target_id = :toId) ORDER BY c.id`,
      ids,
    ).changes;
  }
  return copied;
}

interface SplitRow {
  readonly split: SplitName;
  readonly origin: SplitOrigin;
}

/**
 * The part of a patient who received images: the one that all agree on; what a file gave before what was drawn. Parts that were drawn and
 * differ are forgotten, so that the patient is dealt anew; parts that files gave and differ are reported.
 */
function settleSplits(db: WriteDb, moved: readonly Moved[], moves: PatientMoves, now: string): void {
  const splitOf = (datasetId: number, patientId: PatientId) =>
    db.get<SplitRow>(
      'SELECT split, origin FROM dataset_splits WHERE dataset_id = :datasetId AND patient_id = :patientId',
      { datasetId, patientId },
    );
  const sources = new Map<string, { datasetId: number; to: PatientId; from: Set<PatientId> }>();
  for (const { from, to, datasets } of moved) {
    for (const datasetId of datasets) {
      const key = `${datasetId} ${to}`;
      const entry = sources.get(key) ?? { datasetId, to, from: new Set([to]) };
      entry.from.add(from);
      sources.set(key, entry);
    }
  }
  const settled = [...sources.values()].map(({ datasetId, to, from }) => ({
    datasetId,
    to,
    rows: [...from].flatMap((patientId) => splitOf(datasetId, patientId) ?? []),
  }));
  for (const { datasetId, to, rows } of settled) {
    const given = rows.filter(({ origin }) => origin === 'given');
    const counting = given.length > 0 ? given : rows;
    const [first] = counting;
    const splits = [...new Set(counting.map(({ split }) => split))];
    const where = { datasetId, patientId: to };
    db.run('DELETE FROM dataset_splits WHERE dataset_id = :datasetId AND patient_id = :patientId', where);
    if (first !== undefined && splits.length === 1) {
      db.run(
        `INSERT INTO dataset_splits (dataset_id, patient_id, split, origin, assigned_at)
         VALUES (:datasetId, :patientId, :split, :origin, :now)`,
        { ...where, split: first.split, origin: first.origin, now },
      );
    } else if (given.length > 0) moves.leaking.push({ ...where, splits });
    else if (splits.length > 1) moves.dealtAnew += 1;
  }
  for (const { from } of moved) {
    db.run(
      `DELETE FROM dataset_splits WHERE patient_id = :from AND NOT EXISTS
         (SELECT 1 FROM dataset_instances d JOIN instances i ON i.id = d.instance_id JOIN series s ON s.id = i.series_id
          JOIN studies st ON st.id = s.study_id WHERE d.dataset_id = dataset_splits.dataset_id AND st.patient_id = :from)`,
      { from },
    );
  }
}

/** Tables of what is said of patients, studies, series and instances, and what else their index begins with. */
const sayings = [
  ['labels', 'schema_id IN (SELECT id FROM label_schemas)'],
  ['quality_tags', 'dataset_id IN (SELECT id FROM datasets)'],
  ['label_comments', 'dataset_id IN (SELECT id FROM datasets)'],
] as const;

/** Whether labels, tags or comments are about this row. */
function isSpokenOf(db: ReadDb, target: LabelTarget): boolean {
  return sayings.some(
    ([table, indexed]) =>
      db.get(`SELECT 1 FROM ${table} WHERE ${indexed} AND level = :kind AND target_id = :id LIMIT 1`, {
        kind: target.kind,
        id: target.id,
      }) !== undefined,
  );
}

function forgetSeries(db: WriteDb, id: SeriesId): void {
  if (isSpokenOf(db, { kind: 'series', id })) return;
  db.run('DELETE FROM series WHERE id = :id AND NOT EXISTS (SELECT 1 FROM instances WHERE series_id = :id)', { id });
}

function forgetStudy(db: WriteDb, id: StudyId): void {
  if (isSpokenOf(db, { kind: 'study', id })) return;
  db.run(
    `DELETE FROM studies WHERE id = :id AND NOT EXISTS (SELECT 1 FROM series WHERE study_id = :id)
       AND NOT EXISTS (SELECT 1 FROM version_images WHERE study_id = :id)`,
    { id },
  );
}

function forgetPatient(db: WriteDb, id: PatientId): void {
  if (isSpokenOf(db, { kind: 'patient', id })) return;
  db.run(
    `DELETE FROM patients WHERE id = :id AND NOT EXISTS (SELECT 1 FROM studies WHERE patient_id = :id)
       AND NOT EXISTS (SELECT 1 FROM version_images WHERE patient_id = :id)
       AND NOT EXISTS (SELECT 1 FROM dataset_splits WHERE patient_id = :id)`,
    { id },
  );
}
