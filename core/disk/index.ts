/** What every layer that writes files needs of the disk. */
export { flushFolder, giveName, makeFolder, removeQuietly, writeFlushed } from './durable.ts';
export { sha256 } from './hash.ts';
export {
  bytesIn,
  damageOf,
  type FileState,
  fileStateOf,
  isSameState,
  PlacedReader,
  placesOf,
  type RecordBlocks,
  type RecordDamage,
  type RecordPlace,
} from './placed-records.ts';
export { replaceFile, writeWholeFile } from './whole-file.ts';
