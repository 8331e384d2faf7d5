/** Readers, and what the reading room remembers: who reads now, which profile, which keys. */
import type { ReaderId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { blindReaders } from './readings.ts';

/** What the first reader of a library is called until somebody says otherwise. */
export const unnamedReader = 'Reader 1';

export interface ReaderRow {
  readonly id: ReaderId;
  /** What labels carry; never changes. */
  readonly key: string;
  readonly name: string;
  /** Labels of this reader, those taken back included. */
  readonly labels: number;
}

export type PreferenceName = 'reader' | 'profile' | 'keys';

/** Every reader in the order of their making. */
export function listReaders(db: ReadDb): ReaderRow[] {
  return db.all(
    `SELECT r.id, r.reader_key AS key, r.name, (SELECT count(*) FROM labels l WHERE l.reader = r.reader_key) AS labels
     FROM readers r ORDER BY r.id`,
  );
}

/** Whether several people read; the first reader, whom every library is given, is nobody as long as they have neither a name nor a label. */
export function areSeveral(db: ReadDb): boolean {
  const row = db.get<{ readers: number }>(
    `SELECT count(*) AS readers FROM readers r
     WHERE r.name <> :unnamedReader OR EXISTS (SELECT 1 FROM labels l WHERE l.reader = r.reader_key)`,
    { unnamedReader },
  );
  return (row?.readers ?? 0) > 1;
}

/**
 * Does `change` in a transaction: whatever may add a reader, or the first label of one. Where it makes several readers of one, all data sets
 * are read blinded from then on: what was said of one that a single person read was no word about blinding.
 */
export function blindingSeveral<T>(db: WriteDb, change: () => T): T {
  return db.transaction(() => {
    const before = areSeveral(db);
    const result = change();
    if (!before && areSeveral(db)) blindReaders(db);
    return result;
  });
}

/** Adds a reader; its key is its first name. Gives the row id. */
export function addReader(db: WriteDb, name: string, now: string): number {
  return db.run('INSERT INTO readers (reader_key, name, created_at) VALUES (:name, :name, :now)', { name, now }).id;
}

export function renameReader(db: WriteDb, id: ReaderId, name: string): void {
  db.run('UPDATE readers SET name = :name WHERE id = :id', { id, name });
}

/** A remembered value, or undefined. */
export function readingPreference(db: ReadDb, name: PreferenceName): string | undefined {
  return db.get<{ value: string }>('SELECT value FROM reading_preferences WHERE name = :name', { name })?.value;
}

export function saveReadingPreference(db: WriteDb, name: PreferenceName, value: string): void {
  db.run(
    `INSERT INTO reading_preferences (name, value) VALUES (:name, :value)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    { name, value },
  );
}
