/** Brings labels and given splits, from a labels file or from class folders, into a data set. */
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import {
  type ImportReport,
  type InstanceId,
  type LabelLevel,
  type LabelProblem,
  type LabelTarget,
  type PatientId,
  type SplitName,
  targetKey,
  targetOfImage,
} from '../../contract/index.ts';
import {
  addAuditEvent,
  addLabel,
  classNames,
  type DatasetRow,
  type LabelledInstance,
  labelledInstances,
  patientIdOf,
  type ReadDb,
  saveSplit,
  seriesIdsOf,
  studyCountOfPatient,
  studyIdOf,
  type WriteDb,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import type { KeyColumn, LabelRow, LabelsFile } from './labels-file.ts';

/** One label for one thing. `row` is null for what class folders say; `name` is redacted before it is shown. */
export interface LabelEntry {
  readonly row: number | null;
  readonly name: string;
  readonly target: LabelTarget;
  readonly patientId: PatientId;
  readonly label: string;
  readonly split: SplitName | null;
}

export type LabelOutcome = Pick<ImportReport, 'labels' | 'splits'>;

const levelOf: Readonly<Record<KeyColumn, LabelLevel>> = {
  path: 'instance',
  sopInstanceUID: 'instance',
  seriesInstanceUID: 'series',
  studyInstanceUID: 'study',
  patientID: 'patient',
};

/**
 * What the rows of a labels file are about, within one data set; rows about something unknown become problems and the rest goes on.
 * @param find the instance that was found at a path of the file; the key under which a patient ID is filed
 */
export function resolveRows(
  db: ReadDb,
  datasetId: number,
  file: LabelsFile,
  find: {
    readonly instanceAt: (path: string) => InstanceId | undefined;
    readonly patientKey: (patientID: string) => string;
  },
): { readonly entries: LabelEntry[]; readonly problems: LabelProblem[] } {
  const instances = labelledInstances(db, datasetId);
  const level = levelOf[file.column];
  const patientOfTarget = new Map<string, PatientId>();
  const bySopInstanceUID = new Map<string, InstanceId>();
  for (const instance of instances) {
    patientOfTarget.set(targetKey(targetOf(instance, level)), instance.patientId);
    bySopInstanceUID.set(instance.sopInstanceUID, instance.instanceId);
  }
  const targets: Record<KeyColumn, (key: string) => LabelTarget[]> = {
    path: (key) => targetsOf('instance', [find.instanceAt(key)]),
    sopInstanceUID: (key) => targetsOf('instance', [bySopInstanceUID.get(key)]),
    seriesInstanceUID: (key) => targetsOf('series', seriesIdsOf(db, key)),
    studyInstanceUID: (key) => targetsOf('study', [studyIdOf(db, key)]),
    patientID: (key) => targetsOf('patient', [patientIdOf(db, find.patientKey(key))]),
  };
  const entries: LabelEntry[] = [];
  const problems: LabelProblem[] = [];
  const noun =
    file.column === 'path' ? 'file' : file.column.replace(/(InstanceUID|ID)$/, '').replace('sop', 'instance');
  for (const { row, key, label, split } of file.rows) {
    const known = targets[file.column](key).flatMap((target) => {
      const patientId = patientOfTarget.get(targetKey(target));
      return patientId === undefined ? [] : [{ target, patientId }];
    });
    if (known.length === 0) problems.push({ row, message: `no ${noun} ${redact(key)} in this data set` });
    for (const found of known) entries.push({ row, name: key, ...found, label, split });
  }
  return { entries, problems };
}

function targetOf(instance: LabelledInstance, level: LabelLevel): LabelTarget {
  return level === 'patient' ? { kind: level, id: instance.patientId } : targetOfImage(instance, level);
}

/** The targets of one kind whose row was found. */
function targetsOf<K extends LabelLevel>(
  kind: K,
  ids: readonly (Extract<LabelTarget, { kind: K }>['id'] | undefined)[],
): LabelTarget[] {
  return ids.flatMap((id) => (id === undefined ? [] : [{ kind, id } as LabelTarget]));
}

/**
 * Writes labels and splits in one transaction. Entries that give one thing two labels are reported and none of them counts.
 * @throws SPLIT_LEAKS_PATIENT when one patient was given two splits; nothing is written then
 */
export function applyLabels(
  context: ServiceContext,
  dataset: DatasetRow,
  given: { readonly entries: readonly LabelEntry[]; readonly problems: readonly LabelProblem[]; readonly rows: number },
  reader: string,
): LabelOutcome {
  const db = context.library.writer;
  const now = timeOf(context);
  const { read, unread } = readLabels(db, dataset, given.entries);
  const { agreed, conflicts } = separateConflicts(read);
  const splits = splitsOfPatients(db, dataset.id, given.entries);
  const counts = { applied: 0, unchanged: 0, changed: 0 };
  const splitCounts = { train: 0, val: 0, test: 0 };
  db.transaction(() => {
    for (const { target, label } of agreed) {
      counts[addLabel(db, dataset.id, target, label, reader, now)] += 1;
    }
    for (const [patientId, split] of splits) {
      saveSplit(db, dataset.id, { patientId, split, origin: 'given' }, now);
      splitCounts[split] += 1;
    }
    if (counts.applied + counts.changed + splits.size > 0) {
      const details = { ...counts, splits: splitCounts, reader };
      addAuditEvent(db, { happenedAt: now, action: 'labels.imported', subject: dataset.name, details });
    }
  });
  const problems = [...given.problems, ...unread, ...conflicts].sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  return { labels: { rows: given.rows, ...counts, problems }, splits: splitCounts };
}

/** The entries with their labels as the data set's target has them; words that are none of its labels become problems. */
function readLabels(
  db: ReadDb,
  { id, target }: DatasetRow,
  entries: readonly LabelEntry[],
): { read: LabelEntry[]; unread: LabelProblem[] } {
  const listed = classNames(db, id);
  const read: LabelEntry[] = [];
  const unread: LabelProblem[] = [];
  for (const entry of entries) {
    const result = targets[target].readLabel(entry.label, listed);
    if ('label' in result) read.push({ ...entry, label: result.label });
    else unread.push({ row: entry.row, message: result.problem });
  }
  return { read, unread };
}

function separateConflicts(entries: readonly LabelEntry[]): { agreed: LabelEntry[]; conflicts: LabelProblem[] } {
  const byTarget = new Map<string, LabelEntry[]>();
  for (const entry of entries) {
    const key = targetKey(entry.target);
    byTarget.set(key, [...(byTarget.get(key) ?? []), entry]);
  }
  const agreed: LabelEntry[] = [];
  const conflicts: LabelProblem[] = [];
  for (const [first, ...rest] of byTarget.values()) {
    if (first === undefined) continue;
    const other = rest.filter(({ label }) => label !== first.label);
    if (other.length === 0) {
      agreed.push(first);
      continue;
    }
    const labels = [...new Set([first, ...other].map(({ label }) => `"${label}"`))].join(' and ');
    const rows = [first, ...rest].flatMap(({ row }) => (row === null ? [] : [row]));
    const where = rows.length > 0 ? ` (rows ${rows.join(', ')})` : '';
    conflicts.push({
      row: first.row,
      message: `${redact(first.name)} is labelled ${labels}${where}; none was applied`,
    });
  }
  return { agreed, conflicts };
}

function splitsOfPatients(db: WriteDb, datasetId: number, entries: readonly LabelEntry[]): Map<PatientId, SplitName> {
  const given = new Map<PatientId, Set<SplitName>>();
  for (const { patientId, split } of entries) {
    if (split !== null) given.set(patientId, (given.get(patientId) ?? new Set<SplitName>()).add(split));
  }
  const leaking = [...given].filter(([, splits]) => splits.size > 1);
  if (leaking.length > 0) throw leak(db, datasetId, leaking);
  return new Map([...given].flatMap(([patientId, splits]) => [...splits].map((split) => [patientId, split] as const)));
}

/** Patients are spoken of by the number of their studies, never by name: "1 patient with 3 studies (train and test)". */
function leak(
  db: ReadDb,
  datasetId: number,
  leaking: readonly (readonly [PatientId, ReadonlySet<SplitName>])[],
): AppError {
  const groups = new Map<string, { patients: number; studies: number; splits: string }>();
  for (const [patientId, found] of leaking) {
    const studies = studyCountOfPatient(db, datasetId, patientId);
    const splits = [...found].sort().join(' and ');
    const key = `${studies} ${splits}`;
    groups.set(key, { patients: (groups.get(key)?.patients ?? 0) + 1, studies, splits });
  }
  const listed = [...groups.values()]
    .sort((a, b) => b.patients - a.patients || b.studies - a.studies)
    .map(({ patients, studies, splits }) => {
      const who = `${patients} patient${patients === 1 ? '' : 's'} with ${studies} ${studies === 1 ? 'study' : 'studies'}`;
      return `${who}${patients === 1 ? '' : ' each'} (${splits})`;
    });
  return new AppError('SPLIT_LEAKS_PATIENT', `The given split puts patients on several sides: ${listed.join('; ')}.`, {
    details: { patients: leaking.length, groups: [...groups.values()] },
  });
}

/** The patient that a labels file gives each path. */
export function patientsByPath(
  file: LabelsFile | null,
  pathsOf: (row: LabelRow) => readonly string[],
): Map<string, string> {
  const patients = new Map<string, string>();
  for (const row of file?.rows ?? []) {
    if (row.patientID === null) continue;
    for (const path of pathsOf(row)) patients.set(path, row.patientID);
  }
  return patients;
}
