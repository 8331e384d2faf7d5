/** What a labels file would do to a data set, alone or with files that are not imported yet. Nothing is written anywhere. */
import { dirname, relative, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import {
  defaultTarget,
  type LabelsPreview,
  type PatientId,
  type PreviewOptions,
  type PreviewRefusal,
  parseOptions,
  previewListLimit,
  previewOptionsSchema,
  splitNames,
  targetKey,
  tidyClassName,
} from '../../contract/index.ts';
import { writeWholeFile } from '../../disk/index.ts';
import {
  classListOf,
  classNames as classNamesOf,
  datasetByName,
  patientIdOf,
  picturePatientsOf,
  type ReadDb,
} from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { markedCsvText } from '../files/csv.ts';
import { alikePatientsNote } from '../patients/alike.ts';
import { patientConflict } from '../patients/patients.ts';
import { previewIdentity } from '../privacy/pseudonym.ts';
import type { ServiceContext } from '../session/context.ts';
import { asLabelsSay } from './asked.ts';
import { type CatalogueImage, previewCatalogue } from './catalogue.ts';
import { caseQuestionsOf, labelChoice, type NamedClasses, namesOf, positiveOf, refusePositive } from './class-names.ts';
import { givenPatientOf, patientsByPath } from './given-patients.ts';
import { changedSplits, type Held, leaksOfMoves, refuseEarlierLeaks, splitsOfPatients } from './given-splits.ts';
import { effectNotes } from './label-effects.ts';
import { labelNotes } from './label-notes.ts';
import { pathBases } from './label-paths.ts';
import {
  askedOf,
  refusedOfProblems,
  refuseOtherKind,
  refuseOtherTarget,
  rowIndex,
  withClassNames,
} from './label-rows.ts';
import { agreedLabels, inOrder, type LabelEntry, type RefusedRow, resolveRows } from './labels.ts';
import { type LabelRow, type LabelsFile, readLabelCells } from './labels-file.ts';
import { missingNumbers } from './missing-numbers.ts';
import { OnDisk } from './on-disk.ts';
import { alikeOf, changesOf, doubtfulOf, findingsOf, imagesByTarget, readingOf } from './preview-counts.ts';
import { type ReadLabels, readLabels } from './read-labels.ts';

const firstRows = 8;

type Given = z.output<typeof previewOptionsSchema>;

interface Resolved {
  readonly file: LabelsFile;
  /** Its rows as they were read, those of classes that are refused among them. */
  readonly read: ReadLabels;
  /** The class that a word of the file means; the word itself where it means none. */
  readonly classOf: (word: string) => string;
  readonly images: readonly CatalogueImage[];
  /** The same images, as they are filed before the import. */
  readonly before: readonly CatalogueImage[];
  /** The images that the rows should be about: those of the given files, or where there are none those of the data set. */
  readonly wanted: readonly CatalogueImage[];
  readonly agreed: readonly LabelEntry[];
  readonly entries: readonly LabelEntry[];
  readonly refused: readonly RefusedRow[];
  readonly otherCase: number;
  readonly moved: number;
  /** What has to be answered about classes or patients before anything could be written. */
  readonly question: LabelsPreview['blocked'];
  readonly caseQuestions: LabelsPreview['caseQuestions'];
}

/**
 * What would be written and what would not.
 * @throws as readLabelsFile; FILE_NOT_FOUND for a given path; CANCELLED
 */
export async function previewLabels(context: ServiceContext, options: PreviewOptions): Promise<LabelsPreview> {
  const given = parseOptions(previewOptionsSchema, options);
  const { db } = context.library;
  const dataset = datasetByName(db, given.dataset);
  const found = await resolvePreview(context, given);
  const { file, images, agreed } = found;
  const imagesOf = imagesByTarget(images);
  const covered = new Set(found.entries.flatMap(({ target }) => imagesOf.get(targetKey(target)) ?? []));
  const without = found.wanted.filter((image) => !covered.has(image));
  const changes = changesOf(db, dataset?.id ?? null, agreed, given.reader);
  const { blocked, splits, splitsChanged } = splitsOf(found, db, dataset?.id ?? null);
  const base = baseOf(given);
  const named = (place: string): string => (place.startsWith(base + sep) ? relative(base, place) : place);
  return {
    dataset: given.dataset,
    isNewDataset: dataset === undefined,
    encoding: file.encoding,
    separator: file.separator,
    rows: file.rowCount,
    emptyRows: file.emptyRows,
    columns: [...file.columns],
    first: firstLines(file.rows),
    reading: readingOf(found.read),
    alsoFits:
      found.read.alsoFits === null ? null : { title: found.read.alsoFits.title, profile: found.read.alsoFits.name },
    findings: findingsOf(agreed, found.entries),
    notes: [
      ...labelNotes(found.read),
      ...effectNotes(db, dataset?.id ?? null, { ...found, file: found.read, reader: given.reader }),
      ...alikePatientsNote(alikeOf(found)),
      ...missingNumbers(agreed),
      ...doubtfulOf(
        agreed,
        given.classes !== undefined || (dataset !== undefined && classListOf(db, dataset.id).isFixed),
      ),
    ],
    classes: classesOf(found, given, dataset === undefined ? [] : classNamesOf(db, dataset.id), imagesOf),
    splits,
    splitsChanged,
    patients: new Set((file.hasLabels ? agreed : found.entries).map(({ patientId }) => patientId)).size,
    otherCase: found.otherCase,
    moved: found.moved,
    refusedRows: new Set(found.refused.flatMap(({ rows }) => rows)).size,
    unreadableRows: new Set(found.read.problems.map(({ row }) => row)).size,
    refused: found.refused.slice(0, previewListLimit).map((one) => refusalOf(one, found.read, named)),
    imagesWithoutRow: {
      count: without.length,
      names: without.slice(0, previewListLimit).map((image) => named(image.places.at(-1) ?? image.sopInstanceUID)),
    },
    changes,
    caseQuestions: found.caseQuestions,
    positive:
      found.question === null
        ? positiveOf(
            db,
            given,
            agreed.flatMap(({ label, question }) => (label === '' || question !== null ? [] : [label])),
          )
        : null,
    blocked: found.question ?? blocked,
  };
}

/**
 * Writes every refused row into a CSV file: its line, the reason, the files that it might mean, and its cells as they were. Gives how many.
 * @throws as previewLabels; DISK_FULL and the like for `out`
 */
export async function saveRefusedRows(
  context: ServiceContext,
  options: PreviewOptions & { readonly out: string },
): Promise<number> {
  const { out, ...rest } = options;
  const given = parseOptions(previewOptionsSchema, rest);
  const { refused } = await resolvePreview(context, given);
  const { header, cells } = await readLabelCells(given.labels);
  const rows = refused.flatMap(({ rows: lines, message, places }) =>
    lines.map((line) => [String(line), message, places.join(' | '), ...(cells.get(line) ?? [])]),
  );
  writeWholeFile(out, markedCsvText([['row', 'reason', 'files', ...header], ...rows]));
  return rows.length;
}

async function resolvePreview(context: ServiceContext, given: Given): Promise<Resolved> {
  const { db } = context.library;
  const dataset = datasetByName(db, given.dataset);
  const asks = askedOf(db, given);
  const asked = { reading: given.reading, ...asks, proposes: true };
  const read = withClassNames(await readLabels(given.labels, asked), given.classNames);
  refuseOtherTarget(read, asks.target, given.dataset);
  const said = asLabelsSay(db, given, read);
  const target = asks.target ?? said.target ?? defaultTarget;
  const listed = dataset === undefined ? (said.classes ?? []) : classNamesOf(db, dataset.id);
  refuseOtherKind(read, target);
  const { entries: rows, problems: unnamed, question, caseQuestions } = namesOrQuestion(db, said, read);
  const file = { ...read, rows };
  const bases = pathBases(given.labels, given.paths);
  const identity = previewIdentity(context.library, given.pseudonymise);
  const disk = new OnDisk(context.signal);
  const patients = await patientsByPath(file, given.labels, given.paths, disk);
  const catalogue = await previewCatalogue(db, dataset?.id ?? null, given.paths, {
    signal: context.signal,
    exclude: [given.labels],
    picturePatients:
      given.patients ?? (dataset === undefined ? undefined : picturePatientsOf(db, dataset.id)) ?? undefined,
    identity,
    pseudonymise: given.pseudonymise,
    patientOf: givenPatientOf(patients),
    progress: (done) => context.progress({ stage: 'importing', done, total: null, unit: 'files' }),
  });
  // Files that are not in the library yet have paths, whatever will be kept of them.
  const options = { paths: given.paths, pseudonymise: false };
  const resolved = resolveRows(file, await rowIndex(db, catalogue.images, bases, file, options, identity, disk));
  const entries = withGivenPatients(db, resolved.entries, catalogue.images);
  const { filed, conflicts } = filedAsGiven(entries, catalogue.images);
  const images = catalogue.images.map(filed);
  const scanned = catalogue.scanned.map(filed);
  const { agreed, refused } = agreedLabels(entries, target, listed, read.besides);
  return {
    file,
    read,
    classOf: (word) => {
      const meant = targets[target].readLabel(word, listed);
      return 'label' in meant ? meant.label : word;
    },
    images,
    before: catalogue.images,
    wanted: given.paths.length > 0 ? scanned : images,
    agreed,
    entries,
    refused: inOrder([...refusedOfProblems([...file.problems, ...unnamed]), ...resolved.refused, ...refused]),
    otherCase: resolved.otherCase,
    moved: resolved.moved,
    caseQuestions,
    question: question ?? (conflicts.length === 0 ? null : spoken(patientConflict(conflicts))),
  };
}

function spoken({ message, action }: AppError): { message: string; action: string } {
  return { message, action };
}

/** The rows with the names of their classes; as they stand where a question about the names is open. */
function namesOrQuestion(
  db: ReadDb,
  given: Given,
  file: LabelsFile,
): NamedClasses<LabelRow> & Pick<Resolved, 'question' | 'caseQuestions'> {
  if (!file.hasLabels) return { entries: file.rows, problems: [], merged: [], question: null, caseQuestions: [] };
  try {
    const choice = labelChoice(db, given);
    const named = namesOf(db, given, file.rows, choice, 'The labels file');
    const names = [...choice.known, ...named.entries.map(({ label }) => label)];
    return { ...named, question: positiveProblem(db, given, names), caseQuestions: [] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'LABELS_INVALID') throw error;
    const caseQuestions = caseQuestionsOf(error);
    return { entries: file.rows, problems: [], merged: [], question: spoken(error), caseQuestions };
  }
}

/** Why the positive class that was named cannot be it. */
function positiveProblem(db: ReadDb, given: Given, names: readonly string[]): LabelsPreview['blocked'] {
  try {
    refusePositive(db, given, names);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return spoken(error);
  }
}

/** The entries with the patients that the file gives; one that is new has a row id below zero. */
function withGivenPatients(
  db: ReadDb,
  entries: readonly LabelEntry[],
  images: readonly CatalogueImage[],
): LabelEntry[] {
  const ids = new Map(images.map(({ patientKey, patientId }) => [patientKey, patientId]));
  // Beyond every row id that the catalogue gave.
  let next = images.reduce((least, { patientId }) => Math.min(least, patientId), 0) - 1;
  return entries.map((entry) => {
    const key = entry.givenPatient ?? null;
    if (key === null) return entry;
    const id = ids.get(key) ?? patientIdOf(db, key) ?? (next-- as PatientId);
    ids.set(key, id);
    return { ...entry, patientId: id };
  });
}

/**
 * Images as they would be filed: a DICOM study with the patient whom the file gives to any of its images, a picture with its own; and the
 * lines that give one DICOM study two patients.
 */
function filedAsGiven(
  entries: readonly LabelEntry[],
  images: readonly CatalogueImage[],
): { readonly filed: (image: CatalogueImage) => CatalogueImage; readonly conflicts: readonly ReadonlySet<number>[] } {
  const imagesOf = imagesByTarget(images);
  const unit = (image: CatalogueImage): string =>
    image.kind === 'dicom' ? image.studyInstanceUID : image.sopInstanceUID;
  const given = new Map<string, { readonly patients: Set<PatientId>; readonly rows: Set<number> }>();
  for (const { row, target, patientId, givenPatient } of entries) {
    if (typeof givenPatient !== 'string') continue;
    for (const image of imagesOf.get(targetKey(target)) ?? []) {
      const there = given.get(unit(image)) ?? { patients: new Set<PatientId>(), rows: new Set<number>() };
      given.set(unit(image), there);
      there.patients.add(patientId);
      if (row !== null) there.rows.add(row);
    }
  }
  const filed = new Map(
    images.map((image) => {
      const [patientId] = given.get(unit(image))?.patients ?? [];
      return [image, patientId === undefined ? image : { ...image, patientId }];
    }),
  );
  const conflicts = [...given.values()].filter(({ patients }) => patients.size > 1).map(({ rows }) => rows);
  return { filed: (image) => filed.get(image) ?? image, conflicts };
}

/** The first lines as they were understood: one of several findings has them as answers. */
function firstLines(rows: readonly LabelRow[]): LabelsPreview['first'] {
  // One line of a file in two parts is about several images; rows without a label may stand behind the others.
  const lines = Map.groupBy(rows, ({ row, key }) => `${row}\n${key}`);
  const first = [...lines.values()].sort(([a], [b]) => (a?.row ?? 0) - (b?.row ?? 0)).slice(0, firstRows);
  return first.flatMap(([one, ...more]) => {
    if (one === undefined) return [];
    const { row, key, label, split, patientID, reader } = one;
    const answers = [one, ...more].flatMap(({ question, label: said }) =>
      question === null ? [] : [{ question, label: said }],
    );
    return [{ row, key, label: answers.length === 0 ? label : '', answers, split, patientID, reader }];
  });
}

function baseOf({ paths, labels }: Given): string {
  return paths.length === 1 && paths[0] !== undefined ? resolve(paths[0]) : dirname(resolve(labels));
}

function refusalOf(refused: RefusedRow, file: LabelsFile, named: (place: string) => string): PreviewRefusal {
  const key = file.rows.find(({ row }) => row === refused.rows[0])?.key ?? '';
  return { rows: [...refused.rows], message: refused.message, key, files: refused.places.map(named) };
}

function classesOf(
  { agreed, file, read, classOf }: Resolved,
  { classNames }: Given,
  existing: readonly string[],
  imagesOf: ReadonlyMap<string, readonly CatalogueImage[]>,
): LabelsPreview['classes'] {
  const named = new Map<string, Set<string>>();
  // Classes whose rows are all refused are shown too: the name may be what is wrong.
  const byRow = new Map(file.rows.map(({ row, label }) => [row, label]));
  const questions = new Set(file.rows.flatMap(({ question }) => question ?? []));
  for (const question of questions) named.set(question, new Set());
  for (const { row, label, question, isSilent } of read.hasLabels ? read.rows : []) {
    if (question !== null || isSilent === true) continue;
    const name = classOf(byRow.get(row) ?? tidyClassName(label));
    if (!named.has(name)) named.set(name, new Set());
  }
  const renamed = new Map(classNames.map(({ from, to }) => [from, to]));
  for (const [from, to] of renamed) named.get(to)?.add(from);
  const counts = new Map<string, { labels: number; images: Set<CatalogueImage> }>();
  for (const { label, question, target } of agreed) {
    const name = question ?? label;
    const there = counts.get(name) ?? { labels: 0, images: new Set<CatalogueImage>() };
    counts.set(name, there);
    there.labels += 1;
    for (const image of imagesOf.get(targetKey(target)) ?? []) there.images.add(image);
  }
  return [...named].map(([name, from]) => ({
    name,
    from: [...from],
    isNew: !existing.includes(name),
    labels: counts.get(name)?.labels ?? 0,
    images: counts.get(name)?.images.size ?? 0,
  }));
}

function splitsOf(
  { entries, images, before }: Resolved,
  db: ReadDb,
  datasetId: number | null,
): Pick<LabelsPreview, 'splits' | 'splitsChanged' | 'blocked'> {
  const ofPatient = new Map<PatientId, CatalogueImage[]>();
  for (const image of images) {
    const there = ofPatient.get(image.patientId);
    if (there === undefined) ofPatient.set(image.patientId, [image]);
    else there.push(image);
  }
  const heldBy = (patientId: PatientId): Held => {
    const all = ofPatient.get(patientId) ?? [];
    const studies = new Set(all.flatMap(({ kind, studyInstanceUID }) => (kind === 'dicom' ? [studyInstanceUID] : [])));
    return { studies: studies.size, pictures: all.filter(({ kind }) => kind === 'picture').length };
  };
  try {
    const ofFile = splitsOfPatients(entries, heldBy);
    refuseEarlierLeaks(heldBy, datasetId ?? 0, leaksOfMoves(db, before, images), ofFile);
    const given = [...ofFile];
    const splits = splitNames.map((split) => {
      const patients = given.filter(([, one]) => one === split).map(([patientId]) => patientId);
      const count = patients.reduce((sum, patientId) => sum + (ofPatient.get(patientId)?.length ?? 0), 0);
      return { split, patients: patients.length, images: count };
    });
    const splitsChanged = datasetId === null ? 0 : changedSplits(db, datasetId, ofFile);
    return { splits: splits.filter(({ patients }) => patients > 0), splitsChanged, blocked: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { splits: [], splitsChanged: 0, blocked: { message: error.message, action: error.action } };
  }
}
