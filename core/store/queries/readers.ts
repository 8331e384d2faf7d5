/** Readers, and what the reading room remembers: who reads now, which profile, which keys. */
import type { ReaderId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

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
