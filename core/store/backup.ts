/** Copies of the database in `backups/`, complete or absent: a copy gets its name only when it is whole and on the disk. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';

const dayMs = 24 * 60 * 60 * 1000;
const dailyKept = 7;

/** Writes a consistent copy of `database` into `folder` and gives its path. `label` becomes part of the name. */
export function backUp(database: Database, folder: string, label: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  const target = join(folder, `${label}-${stamp}.sqlite`);
  const partial = `${target}.partial`;
  rmSync(partial, { force: true });
  database.run('VACUUM INTO :partial', { partial });
  const handle = openSync(partial, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(partial, target);
  return target;
}

/** Makes today's copy when the newest is older than a day, and drops all but the newest seven. */
export function backUpDaily(database: Database, folder: string, now: Date): string | null {
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder)
    .filter((name) => name.startsWith('daily-') && name.endsWith('.sqlite'))
    .sort();
  const newest = names.at(-1);
  if (newest !== undefined && now.getTime() - statSync(join(folder, newest)).mtimeMs < dayMs) return null;
  const path = backUp(database, folder, 'daily', now);
  for (const name of names.slice(0, Math.max(0, names.length + 1 - dailyKept))) rmSync(join(folder, name));
  return path;
}
