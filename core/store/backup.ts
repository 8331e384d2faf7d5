/** Copies of the database: complete or absent, because a copy gets its name only when it is whole, sound and on the disk. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, systemError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import { flushFolder, giveName, removeQuietly } from '../disk/index.ts';
import { databaseProblems } from './check.ts';
import type { Database } from './database.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How many daily copies are kept. */
export const dailyKept = 7;

/** One copy of the database in a library's `backups/`. */
export interface BackupFile {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** UTC time at which it was made. */
  readonly madeAt: string;
}

/** A time as part of a file name. */
export function stampOf(now: Date): string {
  return now.toISOString().replaceAll(/[:.]/g, '-');
}

/** Writes a consistent copy of `database` into `folder` and gives its path. `label` becomes part of the name. @throws as copyDatabase */
export function backUp(database: Database, folder: string, label: string, now: Date): string {
  return copyDatabase(database, join(folder, `${label}-${stampOf(now)}.sqlite`));
}

/**
 * Writes a consistent copy of `database` to `target` and gives the path. The copy is checked before it gets its name, so that damage
 * is never handed on as a backup. It is rewritten from the rows (VACUUM INTO): nothing of what was deleted is in it.
 * @throws DB_DAMAGED, DISK_FULL, LIBRARY_READ_ONLY, DISK_FAILED
 */
export function copyDatabase(database: Database, target: string): string {
  const partial = `${target}.partial`;
  try {
    rmSync(partial, { force: true });
    database.run('VACUUM INTO :partial', { partial });
    const problems = databaseProblems(partial);
    if (problems.length > 0) {
      throw new AppError('DB_DAMAGED', `The library's database is damaged, so no copy was kept: ${problems[0]}`);
    }
    const handle = openSync(partial, 'r+');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    giveName(partial, target);
    flushFolder(dirname(target));
    return target;
  } catch (error) {
    removeQuietly(partial);
    throw systemError(error, `the copy ${redact(target)}`);
  }
}

/** By these names no half is anybody's but a writer's: `library backup`, which may be at work beside one, calls its copies otherwise. */
const halfOfWriter = /^(before-|daily-).*\.sqlite\.partial(-journal)?$/;

/** Removes the halves of copies that a killed writer left in `folder`, each as large as a database; for whoever holds the writer's lock. */
export function removeHalfCopies(folder: string): void {
  for (const name of readdirSync(folder)) if (halfOfWriter.test(name)) removeQuietly(join(folder, name));
}

/** The copies in `folder`, newest first. */
export function listBackups(folder: string): BackupFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => {
      const path = join(folder, name);
      const { size, mtime } = statSync(path);
      return { name, path, sizeBytes: size, madeAt: mtime.toISOString() };
    })
    .sort((a, b) => (a.madeAt < b.madeAt ? 1 : a.madeAt > b.madeAt ? -1 : a.name < b.name ? 1 : -1));
}

/**
 * Makes today's copy when the newest is older than a day, and drops all but the newest seven. A copy from the future, which a clock that went wrong
 * has left, is no copy of today: it counts as the oldest.
 */
export function backUpDaily(database: Database, folder: string, now: Date): string | null {
  if (!existsSync(folder)) return null;
  const copies = readdirSync(folder)
    .filter((name) => name.startsWith('daily-') && name.endsWith('.sqlite'))
    .sort()
    .map((name) => ({ name, age: now.getTime() - statSync(join(folder, name)).mtimeMs }));
  const isOfFuture = ({ age }: (typeof copies)[number]): boolean => age < -dayMs;
  const past = copies.filter((copy) => !isOfFuture(copy));
  const newest = past.at(-1);
  if (newest !== undefined && newest.age < dayMs) return null;
  const path = backUp(database, folder, 'daily', now);
  const oldestFirst = [...copies.filter(isOfFuture), ...past];
  for (const { name } of oldestFirst.slice(0, Math.max(0, copies.length + 1 - dailyKept))) rmSync(join(folder, name));
  return path;
}
