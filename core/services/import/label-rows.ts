/** From a labels file to rows that can be looked for: what import, preview and the list of refused rows have in common. */
import { AppError } from '../../base/errors.ts';
import {
  defaultTarget,
  type ImportOptions,
  type KeyKind,
  type LabelProblem,
  type TargetKind,
  targetFacts,
  tidyClassName,
} from '../../contract/index.ts';
import { datasetByName, fileAt, questionsOf, type ReadDb } from '../../store/index.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';
import { asLabelsSay, refuseAnotherTarget } from './asked.ts';
import type { CatalogueImage } from './catalogue.ts';
import { labelChoice, type NamedClasses, namesOf, refusePositive } from './class-names.ts';
import { KeyFinder } from './label-keys.ts';
import { type FoundPaths, foldersAbove, PathFinder, placesOfPath } from './label-paths.ts';
import type { RefusedRow, RowIndex } from './labels.ts';
import { invalid, type LabelsFile } from './labels-file.ts';
import type { OnDisk } from './on-disk.ts';
import { nameToGive } from './profiles/plan.ts';
import { type LabelsAsked, type ReadLabels, readLabels } from './read-labels.ts';
import type { ParsedImport } from './ticket.ts';

/** The file with its classes named anew; two that get one name become one class. */
export function withClassNames<File extends LabelsFile>(
  file: File,
  classNames: readonly { readonly from: string; readonly to: string }[],
): File {
  if (classNames.length === 0) return file;
  const names = new Map(classNames.map(({ from, to }) => [tidyClassName(from), tidyClassName(to)]));
  return {
    ...file,
    rows: file.rows.map((row) =>
      row.question === null
        ? { ...row, label: names.get(tidyClassName(row.label)) ?? row.label }
        : { ...row, question: names.get(tidyClassName(row.question)) ?? row.question },
    ),
  };
}

/**
 * Refuses a file whose labels are of another kind. Grades may be written with decimals: spreadsheets make 2.0 of 2.
 * @throws LABELS_INVALID
 */
export function refuseOtherKind({ otherKind }: LabelsFile, target: TargetKind): void {
  if (otherKind === null || (otherKind.kind === 'decimals' && targetFacts[target].isListed)) return;
  throw invalid([{ row: null, message: otherKind.message }]);
}

/**
 * What the data set of an import asks, null for one that is not there and of which the import does not say it; and its questions.
 * @throws BAD_INPUT where the import says another target than the data set's
 */
export function askedOf(
  db: ReadDb,
  { dataset: name, target, classes }: Pick<ParsedImport, 'dataset' | 'target' | 'classes'>,
): Pick<LabelsAsked, 'target' | 'questions'> {
  const dataset = datasetByName(db, name);
  if (dataset === undefined) return { target: target ?? null, questions: classes ?? [] };
  refuseAnotherTarget(dataset, target);
  return { target: dataset.target, questions: questionsOf(db, dataset.id).flatMap((question) => question ?? []) };
}

/**
 * Refuses labels of another kind than the data set's.
 * @throws LABELS_INVALID
 */
export function refuseOtherTarget({ reading }: ReadLabels, asks: TargetKind | null, dataset: string): void {
  const gives = reading?.plan.target ?? null;
  if (reading === null || gives === null || asks === null || gives === asks) return;
  const { profile } = reading.plan;
  const what = profile === null ? 'The labels file, as the options read it,' : `The labels file of ${profile.title}`;
  const fitting = profile?.variants.filter((variant) => variant.target === asks) ?? [];
  throw new AppError(
    'LABELS_INVALID',
    `${what} gives ${targetFacts[gives].noun[1]} (${targetFacts[gives].meaning}); the data set "${dataset}" asks for ${targetFacts[asks].noun[1]} (${targetFacts[asks].meaning}). Nothing was labelled.`,
    {
      action:
        profile !== null && fitting.length > 0
          ? `Read it otherwise: ${fitting.map((one) => `--profile ${nameToGive(profile, one)} for ${one.title}`).join(', ')}.`
          : 'Import it into another data set.',
    },
  );
}

/** Rows that cannot be read, as rows that are refused. */
export function refusedOfProblems(problems: readonly LabelProblem[]): RefusedRow[] {
  return problems.map(({ row, message }) => ({ rows: row === null ? [] : [row], message, places: [] }));
}

/**
 * What answers the paths of a labels file: where nothing is imported with it, they may begin at any folder above the images. Of a
 * pseudonymised import the library knows no paths, only what their keyed hashes are, so a path must be right but for its Unicode form.
 * @throws CANCELLED
 */
export async function pathsOf(
  db: ReadDb,
  images: readonly CatalogueImage[],
  bases: readonly string[],
  file: LabelsFile,
  options: Pick<ImportOptions, 'paths' | 'pseudonymise'>,
  identity: ImportIdentity,
  disk: OnDisk,
): Promise<Pick<PathFinder, 'find'>> {
  const kinds = kindsOf(file);
  if (!kinds.has('path')) return { find: () => nowhere };
  if (options.pseudonymise === true)
    return { find: (key) => findByHash(db, images, placesOfPath(key, bases), identity) };
  const above = (options.paths ?? []).length > 0 ? [] : foldersAbove(images);
  const keys = file.rows.flatMap(({ key, keys: all }) =>
    all === undefined ? [key] : all.flatMap(({ kind, text }) => (kind === 'path' ? [text] : [])),
  );
  const finder = new PathFinder(images, [...new Set([...bases, ...above])], keys);
  await finder.look(disk, options.paths ?? []);
  return finder;
}

/** The kinds of key by which rows name what they are about. */
function kindsOf({ column, rows }: LabelsFile): ReadonlySet<KeyKind> {
  const [first] = rows;
  return new Set(first?.keys === undefined ? [column] : first.keys.map(({ kind }) => kind));
}

/** Kinds of key that need the names of files. */
const byName: readonly KeyKind[] = ['path-end', 'file-name', 'folder'];

/**
 * What rows of a labels file are looked for in.
 * @throws BAD_INPUT for keys that need the names of files where the library keeps none of them; CANCELLED
 */
export async function rowIndex(
  db: ReadDb,
  images: readonly CatalogueImage[],
  bases: readonly string[],
  file: LabelsFile,
  options: Pick<ImportOptions, 'paths' | 'pseudonymise'>,
  identity: ImportIdentity,
  disk: OnDisk,
): Promise<RowIndex> {
  if (options.pseudonymise === true && [...kindsOf(file)].every((kind) => byName.includes(kind))) {
    throw new AppError(
      'BAD_INPUT',
      'The labels file names images by their files or folders, and a pseudonymised library keeps no names of files.',
      {
        action:
          'Import without --pseudonymise, or write a labels file with whole paths or UIDs: with the columns path, label or with one column a finding.',
      },
    );
  }
  const paths = await pathsOf(db, images, bases, file, options, identity, disk);
  const keys = [...new Set(file.rows.flatMap((row) => (row.keys === undefined ? [] : [row.keys])))];
  return { images, paths, keys: new KeyFinder(images, { paths, keys, identity }), identity };
}

const nowhere: FoundPaths = { images: [], places: [], how: 'as-written' };

function findByHash(
  db: ReadDb,
  images: readonly CatalogueImage[],
  places: readonly string[],
  identity: ImportIdentity,
): FoundPaths {
  const byId = new Map(images.map((image) => [image.instanceId, image]));
  const forms = [...new Set(places.flatMap((place) => [place, place.normalize('NFC'), place.normalize('NFD')]))];
  const found = new Set<CatalogueImage>();
  const known = (path: string, member: string): boolean => {
    const place = identity.place(path, member);
    const image = byId.get(fileAt(db, place.path, place.member)?.instanceId as CatalogueImage['instanceId']);
    if (image !== undefined) found.add(image);
    return image !== undefined;
  };
  for (const path of forms) {
    if (known(path, '')) continue;
    for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
      if (known(path.slice(0, slash), path.slice(slash + 1))) break;
  }
  return { images: [...found], places: [], how: 'as-written' };
}

/** A labels file whose rows can be looked for. */
export interface UsableLabels {
  /** Its rows with the names of classes. */
  readonly file: ReadLabels;
  /** Rows that cannot be read, and rows of classes outside a list that is fixed. */
  readonly refused: readonly RefusedRow[];
  readonly merged: NamedClasses<unknown>['merged'];
  /** The options of the import, with what the file says of a data set that is not there yet. */
  readonly options: ParsedImport;
}

/**
 * The labels file with the classes named as the user wants them.
 * @throws as readLabelsFile and nameClasses; LABELS_INVALID for a row that cannot be read where those are not to be left out; BAD_INPUT for a
 *   positive class that is none
 */
export async function usableLabels(db: ReadDb, path: string, given: ParsedImport): Promise<UsableLabels> {
  const { rowRule, classNames, reading } = given;
  const asks = askedOf(db, given);
  const file = withClassNames(await readLabels(path, { reading, ...asks, proposes: false }), classNames);
  refuseOtherKind(file, asks.target ?? defaultTarget);
  refuseOtherTarget(file, asks.target, given.dataset);
  const options = asLabelsSay(db, given, file);
  const choice = labelChoice(db, options);
  const { entries, problems, merged } = namesOf(
    db,
    options,
    file.hasLabels ? file.rows : [],
    choice,
    'The labels file',
  );
  refusePositive(db, options, [
    ...choice.known,
    ...entries.flatMap(({ label, isSilent }) => (isSilent === true ? [] : [label])),
  ]);
  const refused = [...file.problems, ...problems];
  if (rowRule === 'all' && refused.length > 0) throw invalid(refused);
  if (file.problems.length > 0 && rowRule !== 'usable') throw invalid(file.problems);
  const rows = file.hasLabels ? entries : file.rows;
  return { file: { ...file, rows }, refused: refusedOfProblems(refused), merged, options };
}
