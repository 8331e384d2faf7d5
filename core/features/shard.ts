/**
 * The layout of a shard file: records one after another, each beginning at a multiple of 64 bytes.
 *
 *   0  u32  magic 'SLRC'            16  u32  CRC-32 of the payload
 *   4  u32  length of the name      20  u32  CRC-32 of bytes 0..19 and of the name
 *   8  u64  length of the payload   24  name (UTF-8: kind, '/', key), zeros up to 64, payload, zeros up to 64
 *
 * All numbers are little-endian. A record says what it is, so a shard can be read without its index.
 */
import { crc32 } from 'node:zlib';

export const alignment = 64;
const magic = 0x43524c53;
const fixedBytes = 24;

/** The next multiple of 64. */
export function align(n: number): number {
  return Math.ceil(n / alignment) * alignment;
}

/** What a record is: a kind ("keysValues") of a key ("12/0"). */
export interface RecordName {
  readonly kind: string;
  readonly key: string;
}

/** The bytes before the payload. */
export function recordHeader(name: RecordName, payloadBytes: number, checksum: number): Buffer {
  const text = Buffer.from(`${name.kind}/${name.key}`);
  const header = Buffer.alloc(align(fixedBytes + text.length));
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(text.length, 4);
  header.writeBigUInt64LE(BigInt(payloadBytes), 8);
  header.writeUInt32LE(checksum, 16);
  text.copy(header, fixedBytes);
  header.writeUInt32LE(headerChecksum(header, text.length), 20);
  return header;
}

function headerChecksum(header: Buffer, textBytes: number): number {
  return crc32(header.subarray(fixedBytes, fixedBytes + textBytes), crc32(header.subarray(0, 20)));
}

/** Length of the header of a record with this name. */
export function headerBytes(name: RecordName): number {
  return align(fixedBytes + Buffer.byteLength(`${name.kind}/${name.key}`));
}

/** Zeros after a payload, so that the next record is aligned. */
export function paddingBytes(payloadBytes: number): number {
  return align(payloadBytes) - payloadBytes;
}

/** Whether `header` is the undamaged header of exactly this record. */
export function headerMatches(header: Buffer, name: RecordName, payloadBytes: number, checksum: number): boolean {
  return header.equals(recordHeader(name, payloadBytes, checksum));
}

/** CRC-32 of a payload, as unsigned 32 bits. It finds torn and rotten bytes; it is no defence against an attacker. */
export function payloadChecksum(payload: Uint8Array): number {
  return crc32(payload);
}

/** `0007.shard` */
export function shardName(shard: number): string {
  return `${String(shard).padStart(4, '0')}.shard`;
}

/** The number of the shard file of this name; null where it is none. */
export function shardNumber(name: string): number | null {
  const found = /^(\d{4,})\.shard$/.exec(name)?.[1];
  return found === undefined ? null : Number(found);
}
