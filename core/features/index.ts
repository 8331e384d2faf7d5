/** The on-disk cache: records computed once and kept in append-only shards. */
export { MemoryBudget, MemoryHolder } from './memory.ts';
export {
  type IndexedRecord,
  type RecordIndex,
  RecordStore,
  type RecordStoreOptions,
  type Recovery,
} from './record-store.ts';
export { type RecordName, shardName, shardNumber } from './shard.ts';
export { damagedRecords, overwriteRecords } from './verify.ts';
