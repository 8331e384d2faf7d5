/**
 * Paths that are kept beside the images (files that a batch could not use, what jobs read): which of them are a patient's.
 *
 * Nobody knows whose such a file is; two things are taken for it. It lies in a folder or an archive that holds files of this patient and
 * of nobody else, or its path says so: it carries the patient's ID or name. A folder that several patients share proves nothing, and
 * forgetting all its failures with one patient would hide that files of the others were never classified.
 */
import type { WriteDb } from './database.ts';
import { searchable } from './queries/descriptions.ts';
import { tablesWith } from './tables.ts';

type Db = Pick<WriteDb, 'all'>;

/** What tells that a path is a patient's. */
export interface PatientPlaces {
  /** Folders of theirs alone, with the slash that ends them; an archive counts as a folder. */
  readonly folders: readonly string[];
  /** What the patient is called: ID or name, as words in lower case without accents. */
  readonly names: readonly (readonly string[])[];
}

/** An ID or a lonely family name with fewer letters would be found in paths of anybody. */
const fewestLetters = 4;

/** What tells the places of some instances and of the patients who are filed under these row ids or IDs. */
export function placesOf(
  db: Db,
  instances: readonly number[],
  patients: readonly number[],
  patientKeys: readonly string[],
): PatientPlaces {
  return { folders: ownFolders(db, instances), names: namesOf(db, patients, patientKeys) };
}

/** The places of `table` that are the patient's, as `path` and `member` with a line break between. */
export function placesIn(db: Db, table: string, { folders, names }: PatientPlaces): string[] {
  const hasMember = tablesWith(db, ['path', 'member']).includes(table);
  return db
    .all<{ path: string; member: string }>(`SELECT path, ${hasMember ? 'member' : "''"} AS member FROM "${table}"`)
    .filter(({ path, member }) => {
      const whole = member === '' ? path : `${path}/${member}`;
      return folders.some((folder) => whole.startsWith(folder)) || carriesAny(whole, names);
    })
    .map(({ path, member }) => `${path}\n${member}`);
}

function ownFolders(db: Db, instances: readonly number[]): string[] {
  const ids = JSON.stringify(instances);
  const files = db
    .all<{ path: string; member: string }>(
      'SELECT path, member FROM files WHERE instance_id IN (SELECT value FROM json_each(:ids))',
      { ids },
    )
    .filter(({ path }) => /^([A-Za-z]:)?[\\/]/.test(path));
  const near = new Set(files.map(({ path, member }) => (member === '' ? path.replace(/[^\\/]*$/, '') : `${path}/`)));
  // Series mostly lie in folders of their own: what holds two of them, and nobody else's files, is the study's or the patient's.
  const above = Map.groupBy(near, (folder) => folder.replace(/[^\\/]*[\\/]$/, ''));
  const shared = [...above].filter(([, below]) => below.length > 1).map(([folder]) => folder);
  return [...near, ...shared].filter((folder) => !isRoot(folder) && !isOthers(db, folder, ids));
}

function isRoot(folder: string): boolean {
  return /^([A-Za-z]:)?[\\/]?$/.test(folder);
}

/** Whether a file of somebody else is known below a folder or inside an archive. */
function isOthers(db: Db, folder: string, ids: string): boolean {
  const stem = folder.slice(0, -1);
  // The slash and the sign after it bound every path below, so the index of paths answers.
  const [other] = db.all(
    `SELECT 1 FROM files WHERE ((path >= :folder AND path < :end) OR path = :stem)
       AND instance_id NOT IN (SELECT value FROM json_each(:ids)) LIMIT 1`,
    { folder, stem, end: `${stem}${folder.endsWith('/') ? '0' : ']'}`, ids },
  );
  return other !== undefined;
}

function namesOf(db: Db, patients: readonly number[], patientKeys: readonly string[]): string[][] {
  const isDescribed = tablesWith(db, ['patient_key', 'patient_name']).includes('patients');
  const rows = db.all<{ key: string; name: string | null }>(
    `SELECT patient_key AS key, ${isDescribed ? 'patient_name' : 'NULL'} AS name FROM patients
     WHERE id IN (SELECT value FROM json_each(:patients))`,
    { patients: JSON.stringify(patients) },
  );
  // PS3.5 6.2: groups of a name (letters, ideographs, sounds) by =, its components by ^, family and given name first.
  const names = rows.flatMap(({ name }) => (name ?? '').split('='));
  return [
    ...[...patientKeys, ...rows.map(({ key }) => key)].map(wordsOf),
    ...names.map((name) => wordsOf(name.split('^').slice(0, 2).join(' '))),
  ].filter((words) => words.join('').length >= fewestLetters);
}

function wordsOf(text: string): string[] {
  return searchable(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Every word of a name in any order, or two of them written together. */
function carriesAny(path: string, names: readonly (readonly string[])[]): boolean {
  if (names.length === 0) return false;
  const words = new Set(wordsOf(path));
  return names.some(
    (name) =>
      name.every((word) => words.has(word)) || words.has(name.join('')) || words.has(name.toReversed().join('')),
  );
}
