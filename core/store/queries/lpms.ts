/** LPMs of the library. */
import { type LpmRecord, lpmRecordSchema } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

type LpmRow = Omit<LpmRecord, 'config'> & { config: string };

const columns = 'SELECT id, name, hash, family, config, folder, size_bytes AS sizeBytes, added_at AS addedAt FROM lpms';

function toLpm(row: LpmRow): LpmRecord {
  const config = readJson(lpmRecordSchema.shape.config, row.config, `the configuration of LPM "${row.name}"`);
  return { ...row, config };
}

/** Every LPM, oldest first. Every function here throws DB_DAMAGED for one whose configuration is none. */
export function listLpms(db: ReadDb): LpmRecord[] {
  return db.all<LpmRow>(`${columns} ORDER BY id`).map(toLpm);
}

export function lpmByName(db: ReadDb, name: string): LpmRecord | undefined {
  const row = db.get<LpmRow>(`${columns} WHERE name = :name`, { name });
  return row === undefined ? undefined : toLpm(row);
}

export function lpmByHash(db: ReadDb, hash: string): LpmRecord | undefined {
  const row = db.get<LpmRow>(`${columns} WHERE hash = :hash`, { hash });
  return row === undefined ? undefined : toLpm(row);
}

/** Hashes of the LPMs that runs learned on and that are not there. */
export function lostLpmHashes(db: ReadDb): string[] {
  return db
    .all<{ hash: string }>(
      'SELECT DISTINCT lpm_hash AS hash FROM runs WHERE lpm_hash NOT IN (SELECT hash FROM lpms) ORDER BY hash',
    )
    .map(({ hash }) => hash);
}

/** Adds an LPM and gives its row id. */
export function addLpm(db: WriteDb, lpm: Omit<LpmRecord, 'id'>): number {
  return db.run(
    `INSERT INTO lpms (name, hash, family, config, folder, size_bytes, added_at)
     VALUES (:name, :hash, :family, :config, :folder, :sizeBytes, :addedAt)`,
    { ...lpm, config: JSON.stringify(lpm.config) },
  ).id;
}
