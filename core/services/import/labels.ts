/** Brings labels and given splits, from a labels file or from class folders, into a data set. */
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import {
  type ImportReport,
  type KeyColumn,
  type LabelLevel,
  type LabelProblem,
  type LabelTarget,
  labelProblemLimit,
  type MatchedClasses,
  type PatientId,
  type SplitName,
  targetKey,
  targetOfImage,
} from '../../contract/index.ts';
import {
  addAuditEvent,
  blindingSeveral,
  classNames,
  type DatasetRow,
  heldOfPatient,
  LabelWriter,
  labelledInstances,
  type PatientMoves,
  type ReadDb,
  saveSplit,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { isNamedSo, patientNames } from '../patients/patient-names.ts';
import { givePatients } from '../patients/patients.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import type { Besides } from './besides.ts';
import type { CatalogueImage } from './catalogue.ts';
import { separateConflicts } from './conflicts.ts';
import { readersOfFile } from './file-readers.ts';
import { wishesOf } from './given-patients.ts';
import { changedSplits, type Held, refuseEarlierLeaks, splitsOfPatients } from './given-splits.ts';
import { doubtfulZeros, KeyHints, lossOfGiven, nouns } from './key-hints.ts';
import type { KeyFinder } from './label-keys.ts';
import type { PathFinder } from './label-paths.ts';
import { invalid, type LabelsFile, type RowKey } from './labels-file.ts';

/** One label for one thing. `row` is null for what class folders say; `name` is redacted before it is shown. */
export interface LabelEntry {
  readonly row: number | null;
  readonly name: string;
  readonly target: LabelTarget;
  readonly patientId: PatientId;
  readonly label: string;
  /** The finding or the quantity that it is about; null for a class or a grade. */
  readonly question: string | null;
  /** Who says it, where the file names readers. */
  readonly reader: string | null;
  readonly split: SplitName | null;
  /** True where the row has no label. */
  readonly isSilent?: true;
  /** Whose it is by the file, as patients are filed; null where the file does not say it. */
  readonly givenPatient?: string | null;
}

export interface LabelOutcome extends Pick<ImportReport, 'labels' | 'splits'> {
  readonly moves: PatientMoves;
  /** Patients to whom an earlier file gave another part. */
  readonly splitsChanged: number;
  /** The entries whose labels stand now. */
  readonly agreed: readonly LabelEntry[];
}

const levelOf: Readonly<Record<KeyColumn, LabelLevel>> = {
  path: 'instance',
  sopInstanceUID: 'instance',
  seriesInstanceUID: 'series',
  studyInstanceUID: 'study',
  accessionNumber: 'study',
  patientID: 'patient',
};

/** Columns whose cells are to be of one study each. */
const fitsOne: ReadonlySet<KeyColumn> = new Set(['accessionNumber', 'seriesInstanceUID']);

/** A row, or several that contradict each other, from which nothing is taken. */
export interface RefusedRow {
  /** Lines of the file; none for what class folders say. */
  readonly rows: readonly number[];
  /** Without anything that may tell who it is. */
  readonly message: string;
  /** Places of the images that it might mean. */
  readonly places: readonly string[];
}

/** What rows of a labels file are looked for in. */
export interface RowIndex {
  readonly images: readonly CatalogueImage[];
  readonly paths: Pick<PathFinder, 'find'>;
  /** What answers keys that are not cells of one column. */
  readonly keys: KeyFinder;
  readonly identity: Pick<ImportIdentity, 'patientKey' | 'keyBehind'>;
}

export interface ResolvedRows {
  readonly entries: LabelEntry[];
  readonly refused: RefusedRow[];
  /** Rows whose path was found with other upper and lower case, or with another beginning. */
  readonly otherCase: number;
  readonly moved: number;
}

/** What the rows of a labels file are about; a row that fits nothing, or more than one image by its path, is refused and the rest goes on. */
export function resolveRows(file: LabelsFile, { images, paths, keys: finder, identity }: RowIndex): ResolvedRows {
  const { patientKey } = identity;
  const level = levelOf[file.column];
  const patientOfTarget = new Map<string, PatientId>();
  const byKey = new Map<string, Map<string, LabelTarget>>();
  const placesByKey = new Map<string, CatalogueImage[]>();
  const names = patientNames(
    file.column === 'patientID' ? images.map(({ patientKey: own }) => own) : [],
    identity.keyBehind,
  );
  const ownKey = new Map(images.map(({ patientId, patientKey: own }) => [patientId, own]));
  const loses = lossesOf(images, identity, file);
  for (const image of images) {
    const target = level === 'patient' ? { kind: level, id: image.patientId } : targetOfImage(image, level);
    patientOfTarget.set(targetKey(target), image.patientId);
    if (file.column === 'path') continue;
    const key = file.column === 'patientID' ? image.patientKey : image[file.column];
    if (key === null) continue;
    if (fitsOne.has(file.column)) {
      const placed = placesByKey.get(key);
      if (placed === undefined) placesByKey.set(key, [image]);
      else placed.push(image);
    }
    const there = byKey.get(key) ?? new Map<string, LabelTarget>();
    byKey.set(key, there.set(targetKey(target), target));
    const name = names.get(key);
    if (name !== undefined) byKey.set(name, there);
  }
  const hints = new KeyHints(
    file.column,
    byKey.keys(),
    file.rows.map(({ key }) => key),
  );
  const entries: LabelEntry[] = [];
  const refused: RefusedRow[] = [];
  const counts = { otherCase: 0, moved: 0 };
  const refusedKeys = new Set<readonly RowKey[]>();
  const lostRows = new Set<number>();
  for (const { row, key, keys, label, question, reader, split, patientID, isSilent } of file.rows) {
    const addFor = (target: LabelTarget, patientId: PatientId): void => {
      const own = ownKey.get(patientId) ?? '';
      const lost = patientID === null ? null : loses(target, own, patientID);
      if (lost !== null) {
        if (!lostRows.has(row)) refuse(`patientID ${redact(patientID ?? '')} ${lost}`);
        lostRows.add(row);
        return;
      }
      // Files name a patient without the folders above.
      const isOwn = patientID !== null && isNamedSo(identity.keyBehind(own), patientID);
      const givenPatient = patientID === null ? null : isOwn ? own : patientKey(patientID);
      const said = { row, name: key, target, patientId, label, question, reader, split, givenPatient };
      entries.push(isSilent === true ? { ...said, isSilent } : said);
    };
    const add = (target: LabelTarget): void => {
      const patientId = patientOfTarget.get(targetKey(target));
      if (patientId !== undefined) addFor(target, patientId);
    };
    const refuse = (message: string, places: readonly string[] = []): void => {
      refused.push({ rows: [row], message, places });
    };
    if (keys !== undefined) {
      const found = finder.find(keys);
      for (const { target, patientId } of found.targets) addFor(target, patientId);
      // The labels of one line share their keys: what is wrong with those is said once.
      if (found.targets.length === 0 && !refusedKeys.has(keys)) {
        refusedKeys.add(keys);
        if (found.places.length > 0) refuse(fitsSeveral(key, found.places), found.places);
        else refuse(finder.whyNot(keys));
      } else if (found.how === 'other-case') counts.otherCase += 1;
      else if (found.how === 'moved') counts.moved += 1;
      continue;
    }
    if (file.column === 'path') {
      const found = paths.find(key);
      const [image, ...others] = found.images;
      if (image === undefined) refuse(`no file ${redact(key)} in this data set${found.whyNone ?? ''}`);
      else if (others.length > 0) refuse(fitsSeveral(key, found.places), found.places);
      else {
        add({ kind: 'instance', id: image.instanceId });
        if (found.how === 'other-case') counts.otherCase += 1;
        if (found.how === 'moved') counts.moved += 1;
      }
      continue;
    }
    const targets = byKey.get(file.column === 'patientID' ? patientKey(key) : key);
    if (fitsOne.has(file.column) && targets !== undefined && targets.size > 1) {
      // One order may be several studies, numbers of two hospitals may be the same, and faulty anonymisers give series of two patients one UID.
      const studies = Map.groupBy(placesByKey.get(key) ?? [], ({ studyInstanceUID }) => studyInstanceUID);
      const named = [...studies.keys()].map(redact).join(' and ');
      const places = [...studies.values()].flatMap(([first]) => first?.places.slice(0, 1) ?? []);
      refuse(`${nouns[file.column]} ${redact(key)} fits ${targets.size} studies (${named}); none was labelled`, places);
      continue;
    }
    if (targets !== undefined && hints.isDoubtful(key)) {
      refuse(`${nouns[file.column]} ${redact(key)} ${doubtfulZeros}`);
      continue;
    }
    for (const target of targets?.values() ?? []) add(target);
    if (targets === undefined) {
      const none = file.column === 'accessionNumber' && byKey.size === 0 ? noAccession : '';
      refuse(`no ${nouns[file.column]} ${redact(key)} in this data set${hints.of(key)}${none}`);
    }
  }
  return { entries, refused, ...counts };
}

/** What became of the ID of a patient whom the file gives to something that is filed under `filed`; null where it may be right. */
function lossesOf(
  images: readonly CatalogueImage[],
  { patientKey, keyBehind }: RowIndex['identity'],
  file: LabelsFile,
): (target: LabelTarget, filed: string, patientID: string) => string | null {
  // Patients who were given before say nothing of the zeros that belong to an ID: that does the header, or the name of a picture.
  const given = file.rows.some(({ patientID }) => patientID !== null)
    ? images.filter((image) => image.ownPatientKey !== image.patientKey)
    : [];
  const before = Map.groupBy(
    given.flatMap((image) =>
      (['instance', 'series', 'study', 'patient'] as const).map((level) => ({
        key: targetKey(level === 'patient' ? { kind: level, id: image.patientId } : targetOfImage(image, level)),
        own: image.ownPatientKey,
      })),
    ),
    ({ key }) => key,
  );
  return (target, filed, patientID) => {
    if (filed === patientKey(patientID)) return null;
    const keys = new Set([filed, ...(before.get(targetKey(target)) ?? []).map(({ own }) => own)]);
    for (const key of keys) {
      const lost = lossOfGiven(patientID, keyBehind(key));
      if (lost !== null) return lost;
    }
    return null;
  };
}

function fitsSeveral(key: string, places: readonly string[]): string {
  const named = places.slice(0, 5).map(redactPlace).join(' and ');
  const more = places.length > 5 ? ' and …' : '';
  return `${redact(key)} fits ${places.length} files (${named}${more}); none was labelled`;
}

const noAccession =
  ': none of its studies has one (headers without, pictures, or imported under pseudonyms); name the studies by another column';
/** A place with the last characters of each folder and of the name, so that two of them can be told apart by whoever knows them. */
function redactPlace(place: string): string {
  return place.split(/[\\/]/).slice(-3).map(redact).join('/');
}

/** The problems of a report: one for each refused row or group of rows, without places. */
export function problemsOfRows(refused: readonly RefusedRow[]): LabelProblem[] {
  return refused.map(({ rows, message }) => ({ row: rows[0] ?? null, message }));
}

/**
 * Writes patients, labels and splits in one transaction. Entries that give one thing two labels are refused and none of them counts.
 * @param given.isWhole true where nothing may be written unless every row is right
 * @throws LABELS_INVALID for refused rows of labels that must be whole; SPLIT_LEAKS_PATIENT when one patient was given two splits,
 *   PATIENT_CONFLICT when one study was given two patients. Nothing is written then
 */
export function applyLabels(
  context: ServiceContext,
  dataset: DatasetRow,
  given: {
    readonly entries: readonly LabelEntry[];
    readonly refused: readonly RefusedRow[];
    readonly rows: number;
    readonly merged: MatchedClasses['merged'];
    readonly isWhole?: boolean;
    readonly unusedColumns?: readonly string[];
    readonly besides?: Besides | undefined;
  },
  reader: string,
): LabelOutcome {
  const db = context.library.writer;
  const now = timeOf(context);
  const { agreed, refused: unusable } = agreedLabels(
    given.entries,
    dataset.target,
    classNames(db, dataset.id),
    given.besides,
  );
  const refused = inOrder([...given.refused, ...unusable]);
  if (given.isWhole === true && refused.length > 0) throw rowsRefused(refused);
  const counts = { applied: 0, unchanged: 0, changed: 0 };
  const splitCounts = { train: 0, val: 0, test: 0 };
  let splitsChanged = 0;
  const moves = blindingSeveral(db, () => {
    const wishes = wishesOf(given.entries);
    const moved = givePatients(db, wishes, now);
    const entries = wishes.length === 0 ? given.entries : withPatients(db, dataset.id, given.entries);
    const heldBy = (patientId: PatientId): Held => heldOfPatient(db, dataset.id, patientId);
    const splits = splitsOfPatients(entries, heldBy);
    refuseEarlierLeaks(heldBy, dataset.id, moved.leaking, splits);
    splitsChanged = changedSplits(db, dataset.id, splits);
    const readerOf = readersOfFile(db, agreed, reader, now);
    const writers = new Map<string, LabelWriter>();
    for (const { target, question, label, reader: by } of agreed) {
      const who = readerOf(by);
      const writer = writers.get(who) ?? new LabelWriter(db, dataset.id, { reader: who, now });
      writers.set(who, writer);
      counts[writer.add(target, label, question)] += 1;
    }
    for (const [patientId, split] of splits) {
      saveSplit(db, dataset.id, { patientId, split, origin: 'given' }, now);
      splitCounts[split] += 1;
    }
    if (counts.applied + counts.changed + splits.size > 0) {
      const details = { ...counts, splits: splitCounts, reader };
      addAuditEvent(db, { happenedAt: now, action: 'labels.imported', subject: dataset.name, details });
    }
    if (moved.studies > 0) {
      const details = { studies: moved.studies, handedDown: moved.handedDown, dealtAnew: moved.dealtAnew };
      addAuditEvent(db, { happenedAt: now, action: 'patients.given', subject: dataset.name, details });
    }
    return moved;
  });
  const refusedRows = new Set(refused.flatMap(({ rows }) => rows)).size;
  return {
    labels: {
      rows: given.rows,
      refusedRows,
      ...counts,
      merged: [...given.merged],
      unusedColumns: [...(given.unusedColumns ?? [])],
      problems: problemsOfRows(refused).slice(0, labelProblemLimit),
    },
    splits: splitCounts,
    splitsChanged,
    agreed,
    moves,
  };
}

/** Refused rows by the first line that they name. */
export function inOrder(refused: readonly RefusedRow[]): RefusedRow[] {
  return [...refused].sort((a, b) => (a.rows[0] ?? 0) - (b.rows[0] ?? 0));
}

function rowsRefused(refused: readonly RefusedRow[]): AppError {
  const error = invalid(problemsOfRows(refused));
  return new AppError('LABELS_INVALID', `${error.message} No label was written.`, {
    action:
      'Correct these rows, or leave them out: with --rows usable, or in the window by the box below the refused rows of the preview.',
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

/**
 * Entries that can be applied, with their labels as the target has them. Words that are none of its labels, and rows that give one thing
 * several labels, are refused.
 */
export function agreedLabels(
  entries: readonly LabelEntry[],
  target: DatasetRow['target'],
  listed: readonly string[],
  besides?: Besides,
): { readonly agreed: LabelEntry[]; readonly refused: RefusedRow[] } {
  const read: LabelEntry[] = [];
  const unread = new Map<number | null, RefusedRow>();
  for (const entry of entries) {
    // A file without labels, or a row that says nothing, gives patients and splits.
    if (entry.label === '') continue;
    const result = targets[target].readLabel(entry.label, listed);
    if ('label' in result) read.push({ ...entry, label: result.label });
    else unread.set(entry.row, { rows: entry.row === null ? [] : [entry.row], message: result.problem, places: [] });
  }
  const { agreed, conflicts } = separateConflicts(read, besides);
  return { agreed, refused: [...unread.values(), ...conflicts] };
}

/** The entries with the patients of the present: the file may just have given others. */
function withPatients(db: ReadDb, datasetId: number, entries: readonly LabelEntry[]): LabelEntry[] {
  const patientOf = new Map<string, PatientId>();
  for (const instance of labelledInstances(db, datasetId)) {
    for (const level of ['instance', 'series', 'study'] as const) {
      patientOf.set(targetKey(targetOfImage(instance, level)), instance.patientId);
    }
  }
  return entries.map((entry) => ({ ...entry, patientId: patientOf.get(targetKey(entry.target)) ?? entry.patientId }));
}
