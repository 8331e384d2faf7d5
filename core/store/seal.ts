/**
 * A checksum of the database at rest.
 *
 * SQLite has no checksums of its own: a bit that rots inside a value goes unnoticed. So whoever closes a library after writing leaves
 * `sidelight.seal` (size and CRC-32 of the file), and whoever opens it for writing takes the seal away first. A seal that is there
 * and does not fit therefore means that the bytes changed while nobody had the library open.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { flushFolder, replaceFile } from '../disk/index.ts';

export const databaseName = 'sidelight.sqlite';
const sealName = 'sidelight.seal';
const pieceBytes = 4 * 2 ** 20;

/** `broken`: the file is not what it was when the library was closed. `none`: nothing to compare with (a crash, an old library). */
export type SealState = 'none' | 'intact' | 'broken';

interface Seal {
  readonly bytes: number;
  readonly crc32: number;
}

/** Whether the database of `folder` is what it was when the library was last closed. Reads the whole file when there is a seal. */
export function sealState(folder: string): SealState {
  const seal = readSeal(folder);
  const path = join(folder, databaseName);
  const log = `${path}-wal`;
  if (seal === undefined || (existsSync(log) && statSync(log).size > 0)) return 'none';
  if (!existsSync(path) || statSync(path).size !== seal.bytes) return 'broken';
  return checksumOf(path) === seal.crc32 ? 'intact' : 'broken';
}

/** Size that the sealed file had, or undefined. */
export function sealedBytes(folder: string): number | undefined {
  return readSeal(folder)?.bytes;
}

/** Takes the seal away, durably: were it to come back after a power cut, it would accuse a sound file. */
export function breakSeal(folder: string): void {
  const path = join(folder, sealName);
  if (!existsSync(path)) return;
  rmSync(path);
  flushFolder(folder);
}

/** Seals a closed database. Without room for the seal the library is as good as before, only less can be checked later. */
export function sealDatabase(folder: string): void {
  const path = join(folder, databaseName);
  const log = `${path}-wal`;
  if (!existsSync(path) || (existsSync(log) && statSync(log).size > 0)) return;
  try {
    const seal: Seal = { bytes: statSync(path).size, crc32: checksumOf(path) };
    replaceFile(join(folder, sealName), [Buffer.from(JSON.stringify(seal))], { flushesName: false });
  } catch {
    // A full or broken disk has spoken already where it mattered: at the commit.
  }
}

function readSeal(folder: string): Seal | undefined {
  const path = join(folder, sealName);
  if (!existsSync(path)) return undefined;
  try {
    const seal = JSON.parse(readFileSync(path, 'utf8')) as Partial<Seal> | null;
    if (typeof seal?.bytes !== 'number' || typeof seal.crc32 !== 'number') return undefined;
    return { bytes: seal.bytes, crc32: seal.crc32 };
  } catch {
    // A torn or unreadable seal proves nothing about the database.
    return undefined;
  }
}

function checksumOf(path: string): number {
  const handle = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    let checksum = 0;
    for (;;) {
      const read = readSync(handle, piece, 0, piece.length, null);
      if (read === 0) return checksum;
      checksum = crc32(piece.subarray(0, read), checksum);
    }
  } finally {
    closeSync(handle);
  }
}
