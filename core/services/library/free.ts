/**
 * `library free`: features and resized images that no data set needs.
 *
 * They are kept to be computed once, and a data set that is deleted may be brought back, so nothing goes by itself. What goes here is computed again where it is
 * needed after all, from the images' files: where one of these is not where it was, or another by its size, what is kept of it stays. Whole files of records go, with everything
 * in them, or nothing: a file of which one record is needed stays as it is.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { InstanceId } from '../../contract/index.ts';
import type { FreeReport } from '../../contract/results/maintenance.ts';
import { shardName, shardNumber } from '../../features/index.ts';
import {
  addAuditEvent,
  filesOfInstance,
  forgetShard,
  instancesOfShard,
  type Library,
  overwriteFile,
  type ShardOfStore,
  shardsOfStores,
  unneededShards,
} from '../../store/index.ts';
import { placePath } from '../files/files.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';

type Context = Pick<ServiceContext, 'library' | 'now'>;

interface Plan {
  readonly shards: readonly ShardOfStore[];
  /** Files of records that nothing in the library knows: a removal that was killed has left them. */
  readonly left: readonly string[];
  readonly keptFiles: number;
}

/** What would go. Changes nothing. */
export function planFreeing({ library }: Pick<Context, 'library'>): FreeReport {
  const { shards, left, keptFiles } = planOf(library);
  const paths = [...shards.map((shard) => pathOf(library, shard)), ...left];
  return { isDone: false, files: paths.length, bytes: bytesOf(paths), keptFiles };
}

/**
 * Removes it. Nobody else may have the record stores of this library open: a command has a library of its own.
 * Rows go first, so that a kill leaves files that nothing names, which the next call, or the next opening of their store, removes.
 * @throws DISK_FULL, DISK_FAILED
 */
export function freeRecords(context: Context): FreeReport {
  const { library } = context;
  const { shards, left, keptFiles } = planOf(library);
  const paths = [...shards.map((shard) => pathOf(library, shard)), ...left];
  const report = { isDone: true, files: paths.length, bytes: bytesOf(paths), keptFiles };
  if (paths.length === 0) return report;
  const db = library.writer;
  db.transaction(() => {
    let records = 0;
    for (const shard of shards) records += forgetShard(db, shard);
    const details = { records, files: paths.length, bytes: report.bytes };
    addAuditEvent(db, { happenedAt: timeOf(context), action: 'records.freed', subject: 'library', details });
  });
  // Pictures of patients are among them: their bytes go as those of a deleted patient do.
  for (const path of paths) if (existsSync(path)) overwriteFile(path);
  return report;
}

function planOf(library: Library): Plan {
  const unneeded = unneededShards(library.db);
  const shards = unneeded.filter((shard) => instancesOfShard(library.db, shard).every((id) => isThere(library, id)));
  return { shards, left: leftFiles(library), keptFiles: unneeded.length - shards.length };
}

/** Whether a file of the image is where it was. One of another size is another by now; hashing them all would take as long as an import. */
function isThere(library: Library, id: InstanceId): boolean {
  return filesOfInstance(library.db, id).some(({ path, member, sizeBytes }) => {
    const own = placePath(library, path);
    // A drive that is away has nothing.
    return existsSync(own) && (member !== '' || statSync(own).size === sizeBytes);
  });
}

function leftFiles(library: Library): string[] {
  return shardsOfStores(library.db).flatMap(({ folder, shards }) => {
    const path = library.path(...folder.split('/'));
    if (!existsSync(path)) return [];
    const names = readdirSync(path).filter((name) => {
      const shard = shardNumber(name);
      return shard !== null && !shards.has(shard);
    });
    return names.map((name) => library.path(...folder.split('/'), name));
  });
}

function pathOf(library: Library, { folder, shard }: ShardOfStore): string {
  return library.path(...folder.split('/'), shardName(shard));
}

function bytesOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}
