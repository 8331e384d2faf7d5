/** From a labels file to rows that can be looked for: what import, preview and the list of refused rows have in common. */
import {
  defaultTarget,
  type ImportOptions,
  type LabelProblem,
  type TargetKind,
  targetFacts,
  tidyClassName,
} from '../../contract/index.ts';
import { datasetByName, fileAt, type ReadDb } from '../../store/index.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';
import type { CatalogueImage } from './catalogue.ts';
import { labelChoice, type NamedClasses, namesOf, refusePositive } from './class-names.ts';
import { type FoundPaths, foldersAbove, PathFinder, placesOfPath } from './label-paths.ts';
import type { RefusedRow } from './labels.ts';
import { invalid, type LabelsFile, readLabelsFile } from './labels-file.ts';
import type { ParsedImport } from './ticket.ts';

/** The file with its classes named anew; two that get one name become one class. */
export function withClassNames(
  file: LabelsFile,
  classNames: readonly { readonly from: string; readonly to: string }[],
): LabelsFile {
  const names = new Map(classNames.map(({ from, to }) => [tidyClassName(from), tidyClassName(to)]));
  return {
    ...file,
    rows: file.rows.map((row) => ({ ...row, label: names.get(tidyClassName(row.label)) ?? row.label })),
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

/** Rows that cannot be read, as rows that are refused. */
export function refusedOfProblems(problems: readonly LabelProblem[]): RefusedRow[] {
  return problems.map(({ row, message }) => ({ rows: row === null ? [] : [row], message, places: [] }));
}

/**
 * What answers the paths of a labels file: where nothing is imported with it, they may begin at any folder above the images. Of a
 * pseudonymised import the library knows no paths, only what their keyed hashes are, so a path must be right but for its Unicode form.
 */
export function pathsOf(
  db: ReadDb,
  images: readonly CatalogueImage[],
  bases: readonly string[],
  file: LabelsFile,
  options: Pick<ImportOptions, 'paths' | 'pseudonymise'>,
  identity: ImportIdentity,
): Pick<PathFinder, 'find'> {
  if (file.column !== 'path') return { find: () => nowhere };
  if (options.pseudonymise === true)
    return { find: (key) => findByHash(db, images, placesOfPath(key, bases), identity) };
  const above = (options.paths ?? []).length > 0 ? [] : foldersAbove(images);
  const keys = file.rows.map(({ key }) => key);
  return new PathFinder(images, [...new Set([...bases, ...above])], keys);
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
  readonly file: LabelsFile;
  /** Rows that cannot be read, and rows of classes outside a list that is fixed. */
  readonly refused: readonly RefusedRow[];
  readonly merged: NamedClasses<unknown>['merged'];
}

/**
 * The labels file with the classes named as the user wants them.
 * @throws as readLabelsFile and nameClasses; LABELS_INVALID for a row that cannot be read where those are not to be left out; BAD_INPUT for a
 *   positive class that is none
 */
export async function usableLabels(db: ReadDb, path: string, options: ParsedImport): Promise<UsableLabels> {
  const { rowRule, classNames, dataset, target } = options;
  const file = withClassNames(await readLabelsFile(path), classNames);
  refuseOtherKind(file, datasetByName(db, dataset)?.target ?? target ?? defaultTarget);
  const choice = labelChoice(db, options);
  const { entries, problems, merged } = namesOf(
    db,
    options,
    file.hasLabels ? file.rows : [],
    choice,
    'The labels file',
  );
  refusePositive(db, options, [...choice.known, ...entries.map(({ label }) => label)]);
  const refused = [...file.problems, ...problems];
  if (rowRule === 'all' && refused.length > 0) throw invalid(refused);
  if (file.problems.length > 0 && rowRule !== 'usable') throw invalid(file.problems);
  return { file: { ...file, rows: file.hasLabels ? entries : file.rows }, refused: refusedOfProblems(refused), merged };
}
