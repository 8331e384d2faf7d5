/** The index of what lies in shard files: which record is where. */
import type { InstanceId } from '../../contract/index.ts';
import type { ReadDb, WriteDb } from '../database.ts';

export interface RecordStoreRow {
  readonly id: number;
  /** Folder below the library, for example `features/1a2b…-3c4d…`. */
  readonly folder: string;
}

/** One indexed record. */
export interface RecordRow {
  readonly instanceId: InstanceId;
  readonly frame: number;
  readonly kind: string;
  readonly shard: number;
  /** First byte of the payload in the shard file. */
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/** The record store of this folder, or undefined. */
export function recordStoreByFolder(db: ReadDb, folder: string): RecordStoreRow | undefined {
  return db.get('SELECT id, folder FROM record_stores WHERE folder = :folder', { folder });
}

/** The record store of this folder, made when new. */
export function ensureRecordStore(
  db: WriteDb,
  store: { readonly folder: string; readonly lpmHash: string | null; readonly preprocessing: unknown },
  now: string,
): RecordStoreRow {
  const found = recordStoreByFolder(db, store.folder);
  if (found !== undefined) return found;
  const { id } = db.run(
    `INSERT INTO record_stores (folder, lpm_hash, preprocessing, created_at) VALUES (:folder, :lpmHash, :preprocessing, :now)`,
    { folder: store.folder, lpmHash: store.lpmHash, preprocessing: JSON.stringify(store.preprocessing), now },
  );
  return { id, folder: store.folder };
}

/** Every record of a store. */
export function recordsOf(db: ReadDb, storeId: number): RecordRow[] {
  return db.all(
    `SELECT instance_id AS instanceId, frame, kind, shard, offset, length, checksum FROM records WHERE store_id = :storeId`,
    { storeId },
  );
}

/** Adds records in one transaction. Their bytes must be on the disk before. */
export function addRecords(db: WriteDb, storeId: number, records: readonly RecordRow[]): void {
  db.transaction(() => {
    for (const record of records) {
      db.run(
        `INSERT INTO records (store_id, instance_id, frame, kind, shard, offset, length, checksum)
         VALUES (:storeId, :instanceId, :frame, :kind, :shard, :offset, :length, :checksum)`,
        { storeId, ...record },
      );
    }
  });
}

/** Every record of an instance, with the folder of its store. */
export function recordsOfInstance(db: ReadDb, instanceId: InstanceId): (RecordRow & { readonly folder: string })[] {
  return db.all(
    `SELECT s.folder, r.instance_id AS instanceId, r.frame, r.kind, r.shard, r.offset, r.length, r.checksum
     FROM records r JOIN record_stores s ON s.id = r.store_id WHERE r.instance_id = :instanceId`,
    { instanceId },
  );
}

/** Forgets every record of an instance. Its bytes must have been overwritten before. */
export function removeRecordsOfInstance(db: WriteDb, instanceId: InstanceId): void {
  db.run('DELETE FROM records WHERE instance_id = :instanceId', { instanceId });
}

/** Forgets records whose bytes turned out to be damaged or missing. */
export function removeRecords(
  db: WriteDb,
  storeId: number,
  records: readonly { readonly instanceId: InstanceId; readonly frame: number; readonly kind: string }[],
): void {
  db.transaction(() => {
    for (const { instanceId, frame, kind } of records) {
      db.run(
        `DELETE FROM records WHERE store_id = :storeId AND instance_id = :instanceId AND frame = :frame AND kind = :kind`,
        { storeId, instanceId, frame, kind },
      );
    }
  });
}

/** Forgets every record of an instance: what it showed when they were computed is no more. */
export function forgetRecords(db: WriteDb, instanceId: InstanceId): void {
  db.run('DELETE FROM records WHERE instance_id = :instanceId', { instanceId });
}

/** A file of records. */
export interface ShardOfStore {
  readonly storeId: number;
  /** Folder of its store below the library. */
  readonly folder: string;
  readonly shard: number;
}

/**
 * Files of records of which none is of an image that a data set has, or ever froze: features and resized images of deleted data sets, of images that were
 * taken out before any version, or only classified. What is deleted and may be brought back does not count.
 */
export function unneededShards(db: ReadDb): ShardOfStore[] {
  return db.all(
    `WITH needed AS (
       SELECT m.instance_id FROM dataset_instances m JOIN datasets d ON d.id = m.dataset_id WHERE d.deleted_at IS NULL
       UNION
       SELECT i.instance_id FROM version_images i JOIN dataset_versions v ON v.id = i.version_id
         JOIN datasets d ON d.id = v.dataset_id WHERE d.deleted_at IS NULL
     )
     SELECT s.id AS storeId, s.folder, r.shard FROM records r JOIN record_stores s ON s.id = r.store_id
     GROUP BY s.id, r.shard HAVING max(r.instance_id IN needed) = 0 ORDER BY s.folder, r.shard`,
  );
}

/** Images of which a file of records holds any. */
export function instancesOfShard(db: ReadDb, { storeId, shard }: ShardOfStore): InstanceId[] {
  return db
    .all<{ id: InstanceId }>(
      'SELECT DISTINCT instance_id AS id FROM records WHERE store_id = :storeId AND shard = :shard',
      {
        storeId,
        shard,
      },
    )
    .map(({ id }) => id);
}

/** Forgets every record of a file, which then may go. Gives how many. */
export function forgetShard(db: WriteDb, { storeId, shard }: ShardOfStore): number {
  return db.run('DELETE FROM records WHERE store_id = :storeId AND shard = :shard', { storeId, shard }).changes;
}

/** Every record store, with the files in which it has records. */
export function shardsOfStores(db: ReadDb): { readonly folder: string; readonly shards: ReadonlySet<number> }[] {
  const rows = db.all<{ folder: string; shard: number | null }>(
    'SELECT DISTINCT s.folder, r.shard FROM record_stores s LEFT JOIN records r ON r.store_id = s.id',
  );
  return [...Map.groupBy(rows, ({ folder }) => folder)].map(([folder, own]) => ({
    folder,
    shards: new Set(own.flatMap(({ shard }) => (shard === null ? [] : [shard]))),
  }));
}
