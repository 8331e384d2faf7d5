/**
 * The classes that class folders name, looked at before an import: what has to be asked or refused about them is said while nothing has been
 * written, as it is of a labels file.
 */
import type { Dirent } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  type FolderClasses,
  type FolderClassesOptions,
  type ImportNote,
  type PicturePatients,
  splitOfWord,
} from '../../contract/index.ts';
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

/** Folders that are looked into for a layout of class folders further down. */
const lookedInto = 200;
/** So many folders beside each other may be classes, with so many pictures in each on average; more are cases. */
const classesFrom = 2;
const classesTo = 20;
const filesInClass = 3;
/** Names of folders that are of patients, cases and dates. */
const caseName = /\d{3}|^(?:pat|case|fall|stud|ser|images?|masks?|train|test|val)/i;

/**
 * The note about folders that look like classes and were not taken for them: class folders further down than the folder that was given, as a
 * download unpacks them or in an archive, and folders of pictures beside each other without train and test.
 * @param pictureFolders folders in which pictures lie, those in archives among them
 * @param rule whose pictures are: where a folder is a patient, folders beside each other are no classes
 */
export function unusedClassFolders(
  paths: readonly string[],
  pictureFolders: Iterable<string>,
  rule: PicturePatients = 'picture',
): ImportNote[] {
  const read = classFolderReader();
  const isLaidOut = (root: string): boolean =>
    foldersIn(root).some((split) => read(root, [split, 'class']).label !== null);
  const roots = paths.map((path) => resolve(path));
  const below = roots.flatMap((root) => {
    const first = foldersIn(root)
      .slice(0, lookedInto)
      .map((name) => join(root, name));
    const second = first.flatMap((folder) => foldersIn(folder).map((name) => join(folder, name)));
    return [...first, ...second]
      .slice(0, lookedInto)
      .filter(isLaidOut)
      .map((folder) => relative(root, folder));
  });
  const [folder] = below;
  const note = (values: ImportNote['values']): ImportNote[] => [{ code: 'classFoldersUnused', values }];
  if (folder !== undefined) return note({ folder, folders: below.length });
  const [archive, ...others] = archivesOfClasses(pictureFolders);
  if (archive !== undefined) return note({ folder: archive, folders: 1 + others.length, isArchive: 1 });
  if (rule === 'folder') return [];
  const folders = roots.reduce((sum, root) => sum + classesBeside(root), 0);
  return folders === 0 ? [] : note({ folder: '', folders });
}

/** The names of archives in which pictures lie in train/CLASS and in another part. */
function archivesOfClasses(pictureFolders: Iterable<string>): string[] {
  const parts = new Map<string, Set<string | null>>();
  for (const folder of pictureFolders) {
    const names = folder.split(/[\\/]/);
    const archive = names.findLastIndex((name) => /\.zip$/i.test(name));
    if (archive < 0) continue;
    const inside = names.slice(archive + 1);
    const at = inside.findIndex((name) => splitOfWord(name) !== null);
    if (at < 0 || at === inside.length - 1) continue;
    const key = names.slice(0, archive + 1).join('/');
    parts.set(key, (parts.get(key) ?? new Set()).add(splitOfWord(inside[at] ?? '')));
  }
  return [...parts].flatMap(([archive, found]) =>
    found.has('train') && found.size > 1 ? [archive.split('/').at(-1) ?? archive] : [],
  );
}

/** How many folders beside each other may be classes; 0 where they are none. */
function classesBeside(root: string): number {
  const folders = foldersIn(root).filter((name) => !name.startsWith('.') && name !== '__MACOSX');
  if (folders.length < classesFrom || folders.length > classesTo || folders.some((name) => caseName.test(name)))
    return 0;
  const counts = folders.map(
    (name) => entriesOf(join(root, name)).filter((entry) => /\.(?:png|jpe?g|tiff?)$/i.test(entry.name)).length,
  );
  return counts.every((count) => count >= filesInClass) ? folders.length : 0;
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
