/**
 * The classes that class folders name, looked at before an import: what has to be asked or refused about them is said while nothing has been
 * written, as it is of a labels file.
 */
import type { Dirent } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FolderClasses, FolderClassesOptions } from '../../contract/index.ts';
import type { ReadDb } from '../../store/index.ts';
import { classFolderReader } from '../files/class-folders.ts';
import { caseQuestionsOf, type Labelled, labelChoice, namesOf, positiveOf, refusePositive } from './class-names.ts';
import type { ParsedImport } from './ticket.ts';

const source = 'The layout of class folders';

type About = Pick<ParsedImport, 'paths' | 'dataset' | 'target' | 'classes' | 'mergeCase' | 'positive'>;

/**
 * What class folders below the given paths name, and what is open about it. Only names of files and folders are read.
 * @throws BAD_INPUT for a list of classes that is none; LABELS_INVALID for folders whose names are no classes
 */
export function lookAtFolderClasses(
  db: ReadDb,
  options: FolderClassesOptions & Pick<About, 'positive'>,
): FolderClasses {
  const given = folderLabels(options.paths);
  const choice = labelChoice(db, options);
  const counts = (entries: readonly Labelled[]): FolderClasses['classes'] =>
    [...Map.groupBy(entries, ({ label }) => label)].map(([name, files]) => ({ name, files: files.length }));
  try {
    const { entries } = namesOf(db, options, given, choice, source);
    const names = entries.map(({ label }) => label);
    return { classes: counts(entries), caseQuestions: [], positive: positiveOf(db, options, names) };
  } catch (error) {
    const caseQuestions = caseQuestionsOf(error);
    if (caseQuestions.length === 0) throw error;
    return { classes: counts(given), caseQuestions, positive: null };
  }
}

/**
 * Refuses, before a file is read, what an import by class folders would be refused for after it.
 * @throws LABELS_INVALID, BAD_INPUT
 */
export function refuseFolderClasses(db: ReadDb, options: About): void {
  const given = folderLabels(options.paths);
  const choice = labelChoice(db, options);
  const { entries } = namesOf(db, options, given, choice, source);
  refusePositive(db, options, [...choice.known, ...entries.map(({ label }) => label)]);
}

/** One entry for each file in a class folder. */
function folderLabels(paths: readonly string[]): Labelled[] {
  const read = classFolderReader();
  return paths.flatMap((given) => {
    const root = resolve(given);
    return foldersIn(root).flatMap((split) =>
      foldersIn(join(root, split)).flatMap((label) =>
        read(root, [split, label]).label === null
          ? []
          : Array.from({ length: filesBelow(join(root, split, label)) }, () => ({ row: null, label })),
      ),
    );
  });
}

/** Folders in a folder by name; none where it is a file, or cannot be read: the import says why. */
function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => (entry.isDirectory() || entry.isSymbolicLink() ? [entry.name] : []));
}

function filesBelow(folder: string): number {
  return entriesOf(folder).reduce(
    (sum, entry) =>
      sum + (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : entry.name.startsWith('.') ? 0 : 1),
    0,
  );
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}
