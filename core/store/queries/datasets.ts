/** Data sets: which instances they hold, and their lists. */
import {
  type DatasetSummary,
  defaultTarget,
  type FrameRule,
  type InstanceId,
  type LabelLevel,
  type Mark,
  type PatientId,
  type SeriesId,
  type StudyId,
  type TargetKind,
  targetFacts,
} from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readTarget, targetOfDataset } from '../stored-target.ts';
import { classListOf } from './class-lists.ts';
import { decidedLabels, type Question, schemaOfQuestion } from './labels.ts';

export interface DatasetRow {
  readonly id: number;
  readonly name: string;
  readonly target: TargetKind;
  readonly frames: FrameRule;
  readonly createdAt: string;
  /** Made by classifying: nothing chooses it by itself. */
  readonly isKeptApart: boolean;
}

type StoredDataset = Omit<DatasetRow, 'target' | 'isKeptApart'> & {
  readonly target: string;
  readonly isKeptApart: number;
};

const columns = `
  SELECT d.id, d.name, d.frame_rule AS frames, d.created_at AS createdAt, d.is_kept_apart AS isKeptApart,
    ${targetOfDataset} AS target
  FROM datasets d`;

function toDataset(row: StoredDataset): DatasetRow {
  return {
    ...row,
    target: readTarget(row.target, `data set "${row.name}"`),
    isKeptApart: row.isKeptApart === 1,
  };
}

/** The data set of this name, or undefined. */
export function datasetByName(db: ReadDb, name: string): DatasetRow | undefined {
  const row = db.get<StoredDataset>(`${columns} WHERE d.name = :name AND d.deleted_at IS NULL`, { name });
  return row === undefined ? undefined : toDataset(row);
}

/** What a data set is called now; undefined where there is none of this row. */
export function datasetNameOf(db: ReadDb, datasetId: number): string | undefined {
  return db.get<{ name: string }>('SELECT name FROM datasets WHERE id = :datasetId', { datasetId })?.name;
}

/** The data set of this name; made with `frames` and `target` when new, otherwise as it is. */
export function ensureDataset(
  db: WriteDb,
  name: string,
  frames: FrameRule,
  now: string,
  target: TargetKind = defaultTarget,
): DatasetRow {
  const found = datasetByName(db, name);
  if (found !== undefined) return found;
  const { id } = db.run('INSERT INTO datasets (name, frame_rule, created_at) VALUES (:name, :frames, :now)', {
    name,
    frames,
    now,
  });
  db.run(`INSERT INTO label_schemas (dataset_id, name, created_at, target) VALUES (:id, 'class', :now, :target)`, {
    id,
    now,
    target,
  });
  return { id, name, target, frames, createdAt: now, isKeptApart: false };
}

/** Keeps a data set apart: nothing chooses it by itself. */
export function keepDatasetApart(db: WriteDb, datasetId: number): void {
  db.run('UPDATE datasets SET is_kept_apart = 1 WHERE id = :datasetId', { datasetId });
}

/** Adds an instance to a data set; true when it was not there yet. */
export function addToDataset(db: WriteDb, datasetId: number, instanceId: InstanceId, now: string): boolean {
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
  readonly instanceId: InstanceId;
  readonly sopInstanceUID: string;
  readonly numberOfFrames: number;
  readonly seriesId: SeriesId;
  readonly studyId: StudyId;
  readonly studyInstanceUID: string;
  readonly patientId: PatientId;
  readonly label: string | null;
  /** Tagged as not to be used, itself or its series, study or patient. */
  readonly isExcluded: boolean;
  /** No file is known to hold it: where it lay lies another image now. */
  readonly isGone: boolean;
  /** Readers disagree about it and nobody has decided. */
  readonly isDisputed: boolean;
}

/** An instance of a data set without what labels say of it. */
type PlacedInstance = Omit<LabelledInstance, 'label' | 'isDisputed'>;

/** Every instance of a data set, ordered by UIDs, so that the order does not depend on who imported what first. */
function instancesOf(db: ReadDb, datasetId: number): PlacedInstance[] {
  return db
    .all<Omit<PlacedInstance, 'isExcluded' | 'isGone'> & { isExcluded: number; isGone: number }>(
      `WITH newest_tags AS (
       SELECT level, target_id, tag FROM quality_tags t WHERE dataset_id = :datasetId
         AND id = (SELECT max(id) FROM quality_tags m
                   WHERE m.dataset_id = t.dataset_id AND m.level = t.level AND m.target_id = t.target_id)
     ),
     excluded AS (SELECT level, target_id FROM newest_tags WHERE tag = 'excluded')
     SELECT i.id AS instanceId, i.sop_instance_uid AS sopInstanceUID, i.number_of_frames AS numberOfFrames,
       s.id AS seriesId, st.id AS studyId, st.study_instance_uid AS studyInstanceUID, st.patient_id AS patientId,
       (ei.target_id IS NOT NULL OR es.target_id IS NOT NULL OR et.target_id IS NOT NULL OR ep.target_id IS NOT NULL)
         AS isExcluded,
       NOT EXISTS (SELECT 1 FROM files f WHERE f.instance_id = i.id) AS isGone
     FROM dataset_instances d
     JOIN instances i ON i.id = d.instance_id
     JOIN series s ON s.id = i.series_id
     JOIN studies st ON st.id = s.study_id
     LEFT JOIN excluded ei ON ei.level = 'instance' AND ei.target_id = i.id
     LEFT JOIN excluded es ON es.level = 'series' AND es.target_id = s.id
     LEFT JOIN excluded et ON et.level = 'study' AND et.target_id = st.id
     LEFT JOIN excluded ep ON ep.level = 'patient' AND ep.target_id = st.patient_id
     WHERE d.dataset_id = :datasetId
     ORDER BY st.study_instance_uid, s.series_instance_uid, i.sop_instance_uid`,
      { datasetId },
    )
    .map((row) => ({ ...row, isExcluded: row.isExcluded === 1, isGone: row.isGone === 1 }));
}

type Decided = Pick<LabelledInstance, 'label' | 'isDisputed'>;

/** What counts for each target that has labels about a question, by level and row id. */
type DecidedTargets = Readonly<Record<LabelLevel, ReadonlyMap<number, Decided>>>;

function decidedTargets(db: ReadDb, datasetId: number, question: Question): DecidedTargets {
  const found = { instance: new Map(), series: new Map(), study: new Map(), patient: new Map() } satisfies Record<
    LabelLevel,
    Map<number, Decided>
  >;
  const rows = db.all<{ level: LabelLevel; targetId: number; label: string | null; isDisputed: number }>(
    `WITH ${decidedLabels()} SELECT level, target_id AS targetId, label, is_disputed AS isDisputed FROM decided`,
    { schemaId: schemaOfQuestion(db, datasetId, question) },
  );
  for (const { level, targetId, label, isDisputed } of rows)
    found[level].set(targetId, { label, isDisputed: isDisputed === 1 });
  return found;
}

const undecided: Decided = { label: null, isDisputed: false };

/**
 * What counts for an instance: what is said on the most specific level (instance, series, study, patient) that has a label. A level on which
 * readers disagree gives none and hides those below, because a guess must not stand in for a dispute.
 */
function decidedFor({ instanceId, seriesId, studyId, patientId }: PlacedInstance, decided: DecidedTargets): Decided {
  return (
    decided.instance.get(instanceId) ??
    decided.series.get(seriesId) ??
    decided.study.get(studyId) ??
    decided.patient.get(patientId) ??
    undecided
  );
}

/** Every instance of a data set in the order of UIDs, with the label that counts for it; see `decidedFor`. */
export function labelledInstances(db: ReadDb, datasetId: number, question: Question = null): LabelledInstance[] {
  const decided = decidedTargets(db, datasetId, question);
  return instancesOf(db, datasetId).map((instance) => ({ ...instance, ...decidedFor(instance, decided) }));
}

/** An image of a data set whose label about a question stands on this level; that is null where readers disagree. */
export interface DecidingLevel extends Pick<PlacedInstance, 'instanceId' | 'seriesId' | 'studyId' | 'patientId'> {
  readonly question: Question;
  readonly level: LabelLevel;
  readonly label: string | null;
}

/**
 * The most specific level on which anything is said of each image, question by question; images of which nothing is are left out. See
 * `decidedFor`. The images are read once, whatever the number of questions, and none is kept for each of them.
 */
export function* decidingLevels(
  db: ReadDb,
  datasetId: number,
  questions: Iterable<Question>,
): Generator<DecidingLevel, void> {
  const instances = instancesOf(db, datasetId);
  for (const question of questions) {
    const decided = decidedTargets(db, datasetId, question);
    for (const { instanceId, seriesId, studyId, patientId } of instances) {
      const at = { instance: instanceId, series: seriesId, study: studyId, patient: patientId };
      const level = (['instance', 'series', 'study', 'patient'] as const).find((one) => decided[one].has(at[one]));
      if (level === undefined) continue;
      const label = decided[level].get(at[level])?.label ?? null;
      yield { question, instanceId, seriesId, studyId, patientId, level, label };
    }
  }
}

/** An instance of a data set that asks several questions, with the answer that counts to each of them. */
export interface AnsweredInstance extends PlacedInstance {
  /** In the order of the questions; null where one has none. */
  readonly answers: readonly (string | null)[];
  /** The questions about which readers disagree and nobody has decided. */
  readonly isDisputed: readonly boolean[];
}

/** Every instance of a data set, as `labelledInstances` has them, with what is said to each of `questions`. */
export function answeredInstances(db: ReadDb, datasetId: number, questions: readonly Question[]): AnsweredInstance[] {
  const decided = questions.map((question) => decidedTargets(db, datasetId, question));
  return instancesOf(db, datasetId).map((instance) => {
    const own = decided.map((targets) => decidedFor(instance, targets));
    return { ...instance, answers: own.map(({ label }) => label), isDisputed: own.map((row) => row.isDisputed) };
  });
}

interface CountedName {
  instances: number;
  readonly patients: Set<number>;
  /** Instances by what is said of them. */
  readonly words: Map<string, number>;
}

/** How many instances of a data set have labels, and how many each name has: is said of, or is answered for. */
function countedNames(db: ReadDb, { id, target }: DatasetRow): { labelled: number; names: Map<string, CountedName> } {
  const names = new Map<string, CountedName>();
  const count = (name: string, word: string, patientId: number): void => {
    const entry = names.get(name) ?? { instances: 0, patients: new Set<number>(), words: new Map<string, number>() };
    entry.instances += 1;
    entry.patients.add(patientId);
    entry.words.set(word, (entry.words.get(word) ?? 0) + 1);
    names.set(name, entry);
  };
  let labelled = 0;
  if (targetFacts[target].isPerName) {
    const questions = classListOf(db, id).names;
    for (const { answers, patientId, isExcluded, isGone } of answeredInstances(db, id, questions)) {
      if (isExcluded || isGone || answers.every((word) => word === null)) continue;
      labelled += 1;
      answers.forEach((word, k) => {
        if (word !== null) count(questions[k] as string, word, patientId);
      });
    }
    return { labelled, names };
  }
  for (const { label, patientId, isExcluded, isGone } of labelledInstances(db, id)) {
    if (label === null || isExcluded || isGone) continue;
    labelled += 1;
    count(label, label, patientId);
  }
  return { labelled, names };
}

/** How many labels of each name count: are what is said of an instance that is used, itself or by its series, study or patient. */
export function countingLabels(db: ReadDb, { id, target }: DatasetRow): ReadonlyMap<string, number> {
  const instances = instancesOf(db, id).filter(({ isExcluded, isGone }) => !isExcluded && !isGone);
  const questions: readonly Question[] = targetFacts[target].isPerName ? classListOf(db, id).names : [null];
  const found = new Map<string, number>();
  for (const question of questions) {
    const decided = decidedTargets(db, id, question);
    // What counts for several instances, a study's label, is one.
    for (const { label } of new Set(instances.map((instance) => decidedFor(instance, decided)))) {
      if (label !== null) found.set(question ?? label, (found.get(question ?? label) ?? 0) + 1);
    }
  }
  return found;
}

/** How many instances of a data set have labels and are used, and how many are pictures, which have no study of their own. */
export function labelledCounts(db: ReadDb, dataset: DatasetRow): { labelled: number; pictures: number } {
  const row = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM dataset_instances d JOIN instances i ON i.id = d.instance_id
     WHERE d.dataset_id = :datasetId AND i.kind = 'picture'`,
    { datasetId: dataset.id },
  );
  return { labelled: countedNames(db, dataset).labelled, pictures: row?.n ?? 0 };
}

/** Of a data set of findings, instances by mark for each finding that anything is said of; empty for others. */
export function marksOfNames(db: ReadDb, dataset: DatasetRow): ReadonlyMap<string, Record<Mark, number>> {
  if (!targetFacts[dataset.target].hasMarks) return new Map();
  return new Map([...countedNames(db, dataset).names].map(([name, entry]) => [name, marksOf(entry)]));
}

/** `datasets`: every data set with its counts, oldest first. */
export function listDatasets(db: ReadDb): DatasetSummary[] {
  return db.all<StoredDataset>(`${columns} WHERE d.deleted_at IS NULL ORDER BY d.id`).map((found) => {
    const row = toDataset(found);
    const { labelled, names: classes } = countedNames(db, row);
    const versions = db.get<{ n: number }>('SELECT count(*) AS n FROM dataset_versions WHERE dataset_id = :id', {
      id: row.id,
    });
    const list = classListOf(db, row.id);
    const positive = targetFacts[row.target].positiveOf([...classes.keys()], list.positive);
    return {
      ...row,
      ...datasetCounts(db, row.id),
      hasFixedClasses: list.isFixed,
      positiveClass: positive?.name ?? null,
      positiveClassSource: positive?.source ?? null,
      labelledInstances: labelled,
      classes: [...classes]
        .map(([name, entry]) => ({
          name,
          instances: entry.instances,
          patients: entry.patients.size,
          ...(targetFacts[row.target].hasMarks ? { marks: marksOf(entry) } : {}),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      versions: versions?.n ?? 0,
    };
  });
}

function marksOf({ words }: CountedName): Record<Mark, number> {
  return {
    present: words.get('present') ?? 0,
    absent: words.get('absent') ?? 0,
    uncertain: words.get('uncertain') ?? 0,
  };
}
