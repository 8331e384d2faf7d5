/** Every byte of a store against its index: for `library check`, and for taking records away so that their bytes are gone. */
import { closeSync, existsSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexedRecord } from './record-store.ts';
import { headerBytes, headerMatches, payloadChecksum, type RecordName, shardName } from './shard.ts';

function byShard(records: readonly IndexedRecord[]): Map<number, IndexedRecord[]> {
  const shards = new Map<number, IndexedRecord[]>();
  for (const record of records) {
    const list = shards.get(record.shard);
    if (list === undefined) shards.set(record.shard, [record]);
    else list.push(record);
  }
  return shards;
}

/** The records of the store in `folder` whose header or bytes are missing or wrong. Reads everything, changes nothing. */
export function damagedRecords(folder: string, records: readonly IndexedRecord[]): RecordName[] {
  const damaged: RecordName[] = [];
  for (const [shard, members] of byShard(records)) {
    const path = join(folder, shardName(shard));
    if (!existsSync(path)) {
      damaged.push(...members);
      continue;
    }
    const handle = openSync(path, 'r');
    try {
      for (const record of members) if (!isSound(handle, record)) damaged.push(record);
    } finally {
      closeSync(handle);
    }
  }
  return damaged;
}

function isSound(handle: number, record: IndexedRecord): boolean {
  const header = Buffer.alloc(headerBytes(record));
  const payload = Buffer.alloc(record.length);
  const gotHeader = readSync(handle, header, 0, header.length, record.offset - header.length);
  const gotPayload = record.length === 0 ? 0 : readSync(handle, payload, 0, payload.length, record.offset);
  return (
    gotHeader === header.length &&
    gotPayload === payload.length &&
    headerMatches(header, record, record.length, record.checksum) &&
    payloadChecksum(payload) === record.checksum
  );
}

/**
 * Overwrites header and bytes of `records` with zeros, flushed to the disk; gives the number of bytes. The shard keeps its length, so
 * the other records stay where they are. Take the rows of the index away afterwards: a row whose bytes are zeros is damage that
 * reading finds, while zeros without a row are nothing.
 */
export function overwriteRecords(folder: string, records: readonly IndexedRecord[]): number {
  let bytes = 0;
  for (const [shard, members] of byShard(records)) {
    const path = join(folder, shardName(shard));
    if (!existsSync(path)) continue;
    const size = statSync(path).size;
    const handle = openSync(path, 'r+');
    try {
      for (const record of members) {
        const start = record.offset - headerBytes(record);
        const end = Math.min(size, record.offset + record.length);
        if (end > start) bytes += writeZeros(handle, start, end);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
  return bytes;
}

function writeZeros(handle: number, start: number, end: number): number {
  const zeros = Buffer.alloc(Math.min(end - start, 2 ** 20));
  for (let at = start; at < end; ) at += writeSync(handle, zeros, 0, Math.min(zeros.length, end - at), at);
  return end - start;
}
