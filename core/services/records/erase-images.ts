/** What was computed of an image, taken away: when its patient is deleted, or when the file was changed and shows something else. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceId } from '../../contract/index.ts';
import { overwriteRecords } from '../../features/index.ts';
import { instanceById, type Library, overwriteFile } from '../../store/index.ts';
import { imageKey } from './record-stores.ts';

/** The folder of the thumbnails of a file with this content. */
export function thumbnailFolder(library: Library, contentHash: string): string {
  return library.path('previews', 'thumbnails', contentHash.slice(0, 2));
}

/** Overwrites and removes the thumbnails of these instances; gives their number. */
export function eraseThumbnails(library: Library, instanceIds: readonly InstanceId[]): number {
  let erased = 0;
  for (const id of instanceIds) {
    const hash = instanceById(library.db, id)?.contentHash;
    const folder = hash === undefined ? '' : thumbnailFolder(library, hash);
    if (hash === undefined || !existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((file) => file.startsWith(`${hash}-`))) {
      overwriteFile(join(folder, name));
      erased++;
    }
  }
  return erased;
}

/** Overwrites the stored features and resized images of these instances; their rows stay. Gives how many and their bytes. */
export function overwriteImageRecords(
  library: Library,
  instanceIds: readonly InstanceId[],
): { readonly records: number; readonly recordBytes: number } {
  const rows = library.db.all<{
    folder: string;
    instance: InstanceId;
    frame: number;
    kind: string;
    shard: number;
    offset: number;
    length: number;
    checksum: number;
  }>(
    `SELECT s.folder, r.instance_id AS instance, r.frame, r.kind, r.shard, r.offset, r.length, r.checksum
     FROM records r JOIN record_stores s ON s.id = r.store_id
     WHERE r.instance_id IN (SELECT value FROM json_each(:ids))`,
    { ids: JSON.stringify(instanceIds) },
  );
  let recordBytes = 0;
  for (const [folder, members] of Map.groupBy(rows, (row) => row.folder)) {
    recordBytes += overwriteRecords(
      library.path(...folder.split('/')),
      members.map(({ instance, frame, ...record }) => ({ ...record, key: imageKey(instance, frame) })),
    );
  }
  return { records: rows.length, recordBytes };
}
