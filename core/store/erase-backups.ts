/** The same erasure in copies of the database: `backups/` and what restoring has set aside. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { withPatience } from '../base/patience.ts';
import { flushFolder, giveName } from '../disk/index.ts';
import { listBackups } from './backup.ts';
import { databaseProblems } from './check.ts';
import { Database } from './database.ts';
import { type Erased, eraseRows, erasureScope, hasFailures } from './erase.ts';
import { databaseName } from './seal.ts';
import { tablesWith } from './tables.ts';

export interface BackupErasure {
  /** Copies that still hold the patient, or cannot be read to tell. Names below the library. */
  readonly holding: readonly string[];
  readonly rewritten: number;
  readonly deleted: number;
}

/** Ends the name of a copy that is being written, or was when its process died. */
const halfEnding = /\.(partial|partial-journal|restoring|restoring-wal|restoring-shm)$/;

/** Copies of the database below the library's folder, half ones first, as paths relative to it. */
export function backupCopies(folder: string): string[] {
  const inside = (part: string): string[] => {
    const path = join(folder, part);
    return existsSync(path) ? readdirSync(path).sort() : [];
  };
  const asides = inside('set-aside').map((name) => `set-aside/${name}`);
  const half = ['', 'backups', ...asides].flatMap((part) =>
    inside(part)
      .filter((name) => halfEnding.test(name))
      .map((name) => (part === '' ? name : `${part}/${name}`)),
  );
  return [
    ...half,
    ...listBackups(join(folder, 'backups')).map(({ name }) => `backups/${name}`),
    ...asides.map((aside) => `${aside}/${databaseName}`).filter((name) => existsSync(join(folder, name))),
  ];
}

/** Takes persons out of the copies of a library's database, one copy at a time, and adds up what became of them. */
export class CopiesErasure {
  readonly #folder: string;
  readonly #persons: readonly Erased[];
  readonly #treatment: 'keep' | 'rewrite' | 'delete';
  readonly #now: string;
  readonly #seen = new Set<string>();
  readonly #holding: string[] = [];
  #rewritten = 0;
  #deleted = 0;

  constructor(folder: string, persons: readonly Erased[], treatment: 'keep' | 'rewrite' | 'delete', now: string) {
    this.#folder = folder;
    this.#persons = persons;
    this.#treatment = treatment;
    this.#now = now;
  }

  /** Copies that were not looked at yet: at first all of them, later those that came meanwhile. */
  left(): readonly string[] {
    return backupCopies(this.#folder).filter((name) => !this.#seen.has(name));
  }

  /** Looks for any of the persons in one copy and treats it as asked where it holds one. @throws DISK_FULL with the copy as it was */
  erase(name: string): void {
    this.#seen.add(name);
    const path = join(this.#folder, name);
    if (!existsSync(path)) return;
    const isHalf = halfEnding.test(name);
    const found = isHalf ? 'unreadable' : holds(path, this.#persons);
    if (found === 'no') return;
    // Half a copy is of no use to anybody, so there is nothing in it to be kept.
    if (isHalf && this.#treatment !== 'keep') {
      if (removeHalf(path)) this.#deleted++;
      else this.#holding.push(name);
    } else if (this.#treatment === 'delete') {
      removeCopy(path);
      this.#deleted++;
    } else if (this.#treatment === 'rewrite' && found === 'yes') {
      rewrite(path, this.#persons, this.#now);
      this.#rewritten++;
    } else {
      this.#holding.push(name);
    }
  }

  /** Treats all copies that were not looked at yet. @throws as `erase` */
  eraseLeft(): void {
    for (const name of this.left()) this.erase(name);
  }

  get outcome(): BackupErasure {
    return { holding: [...this.#holding], rewritten: this.#rewritten, deleted: this.#deleted };
  }
}

function holds(path: string, persons: readonly Erased[]): 'yes' | 'no' | 'unreadable' {
  if (databaseProblems(path).length > 0) return 'unreadable';
  const database = Database.open(path, { readonly: true });
  try {
    const isThere = persons.some((who) => {
      const scope = erasureScope(database, who);
      const rows =
        scope.patients.length +
        scope.studies.length +
        headersNaming(database, scope.patientKeys) +
        predictions(database, scope.studyInstanceUIDs);
      return rows > 0 || hasFailures(database, scope);
    });
    return isThere ? 'yes' : 'no';
  } finally {
    database.close();
  }
}

/** Studies of others whose headers name the patients. */
function headersNaming(database: Database, patientKeys: readonly string[]): number {
  if (!tablesWith(database, ['own_patient_key']).includes('studies')) return 0;
  const row = database.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM studies WHERE own_patient_key IN (SELECT value FROM json_each(:keys))) +
       (SELECT count(*) FROM instances WHERE header_patient_key IN (SELECT value FROM json_each(:keys))) AS n`,
    { keys: JSON.stringify(patientKeys) },
  );
  return row?.n ?? 0;
}

function predictions(database: Database, uids: readonly string[]): number {
  const row = database.get<{ n: number }>(
    'SELECT count(*) AS n FROM predictions WHERE study_instance_uid IN (SELECT value FROM json_each(:uids))',
    { uids: JSON.stringify(uids) },
  );
  return row?.n ?? 0;
}

/** A copy without the persons takes the place of the one with them; a kill leaves one or the other whole. */
function rewrite(path: string, persons: readonly Erased[], now: string): void {
  const partial = `${path}.partial`;
  const { mtime, atime } = statSync(path);
  const source = Database.open(path, { readonly: true });
  try {
    rmSync(partial, { force: true });
    source.run('VACUUM INTO :partial', { partial });
  } finally {
    source.close();
  }
  const database = Database.open(partial, { readonly: false });
  try {
    database.pragma('foreign_keys = ON');
    database.pragma('secure_delete = ON');
    for (const who of persons) eraseRows(database, erasureScope(database, who), now);
    database.execute('VACUUM');
  } finally {
    database.close();
  }
  removeCopy(path);
  giveName(partial, path);
  utimesSync(path, atime, mtime);
  flushFolder(dirname(path));
}

/** Whether half a copy could be removed; Windows keeps a file that a process is writing. */
function removeHalf(path: string): boolean {
  try {
    removeCopy(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return true;
    if (['EBUSY', 'EPERM', 'EACCES'].includes(code)) return false;
    throw error;
  }
}

/** Overwrites a file, then removes it; with the log of a copy that was set aside. */
function removeCopy(path: string): void {
  for (const part of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(part)) overwriteFile(part);
}

/** A file's bytes as zeros on the disk, then the file gone. On drives and file systems that write elsewhere, the old bytes may remain there. */
export function overwriteFile(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    const size = statSync(path).size;
    const zeros = Buffer.alloc(Math.min(size, 2 ** 20));
    for (let at = 0; at < size; ) at += writeSync(handle, zeros, 0, Math.min(zeros.length, size - at), at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  withPatience(() => rmSync(path), process.platform);
}
