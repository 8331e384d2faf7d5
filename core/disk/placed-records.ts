/**
 * Reads records straight to where they are wanted, in a thread that may wait for the disk: no buffer of its own between the system's memory and
 * a batch, however many pieces a record falls into there.
 */
import { closeSync, existsSync, fstatSync, openSync, readvSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { AppError, systemError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';

/** Where the bytes of a record lie. */
export interface RecordPlace {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** What the bytes must sum to (CRC-32); null where nobody knows. */
  readonly checksum: number | null;
  /** Whether they have been summed before and were right: they are not summed again while the file is as in `file`. */
  readonly isVerified: boolean;
  /** The file as it was before they were summed, or before they are; null where nobody knows. */
  readonly file: FileState | null;
}

/** What tells that a file was written to. */
export interface FileState {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The file in `path` as it is now; null where that cannot be said. */
export function fileStateOf(path: string): FileState | null {
  try {
    return stateIn(statSync(path));
  } catch {
    // Whoever reads it meets the same and says it.
    return null;
  }
}

/** What is wrong with a record that cannot be read. */
export type RecordDamage = 'is not there' | 'ends too early' | 'has a wrong checksum' | 'has a wrong size';

/**
 * What is wrong with a record in `path` whose reading failed with `thrown`: only its file is gone. Where all of its folder is, the library is not
 * reached, and nothing of it is damaged.
 * @throws DISK_FAILED; FILE_UNREADABLE where the right to read was taken away
 */
export function damageOf(thrown: unknown, path: string): RecordDamage {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const what = `the feature cache ${redact(path)}`;
  if (code === 'EACCES' || code === 'EPERM') {
    throw new AppError('FILE_UNREADABLE', `You may not read ${what} (${code}).`, {
      action:
        'Get back the right to read the files of the library, then run the same command again; what was saved is kept.',
      cause: thrown,
    });
  }
  if (code === 'ENOENT' && existsSync(dirname(path))) return 'ends too early';
  throw systemError(thrown, what);
}

/** Pieces of a record that lie in one input of a batch, `bytes` long each: piece i of example b begins at byte b * step + i * apart. */
export interface RecordBlocks {
  readonly input: string;
  readonly bytes: number;
  readonly count: number;
  readonly apart: number;
  readonly step: number;
}

/** Bytes of a record that lies in these pieces. */
export function bytesIn(blocks: readonly RecordBlocks[]): number {
  return blocks.reduce((sum, { bytes, count }) => sum + bytes * count, 0);
}

/**
 * The places of example `b`'s record in a batch, in the order of the record's bytes, for `PlacedReader.read`.
 * @param inputs the bytes of each input of the batch
 */
export function placesOf(
  blocks: readonly RecordBlocks[],
  inputs: Readonly<Record<string, Uint8Array>>,
  b: number,
): Uint8Array[] {
  return blocks.flatMap(({ input, bytes, count, apart, step }) =>
    Array.from({ length: count }, (_, i) => {
      const from = b * step + i * apart;
      return (inputs[input] as Uint8Array).subarray(from, from + bytes);
    }),
  );
}

/** Files that are kept open, one after the other in the order of their last use. */
const mostOpen = 64;

export class PlacedReader {
  readonly #open = new Map<string, number>();

  /**
   * Reads a record into `parts`, one after the other, which are as long as it is together. Gives what is wrong with it, or null.
   * @throws DISK_FAILED, FILE_UNREADABLE
   */
  read({ path, offset, checksum, isVerified, file }: RecordPlace, parts: readonly Uint8Array[]): RecordDamage | null {
    let isSummed = checksum !== null && !isVerified;
    try {
      const handle = this.#handleOf(path);
      if (!readFully(handle, offset, parts)) return 'ends too early';
      // Looked at afterwards: what was written to it while it was read shows, too.
      isSummed ||= checksum !== null && !isAs(file, handle);
    } catch (error) {
      this.#forget(path);
      return damageOf(error, path);
    }
    if (!isSummed) return null;
    let sum = 0;
    for (const part of parts) sum = crc32(part, sum);
    return sum === checksum ? null : 'has a wrong checksum';
  }

  /** Closes its files. It may be used again. */
  close(): void {
    for (const handle of this.#open.values()) closeSync(handle);
    this.#open.clear();
  }

  /** Lets go of a file that could not be read: a share that comes back knows its old handle no more. */
  #forget(path: string): void {
    const handle = this.#open.get(path);
    this.#open.delete(path);
    try {
      if (handle !== undefined) closeSync(handle);
    } catch {
      // It cannot even be closed, and nobody uses it any more; what is wrong is told by whoever read.
    }
  }

  #handleOf(path: string): number {
    const handle = this.#open.get(path) ?? openSync(path, 'r');
    this.#open.delete(path);
    this.#open.set(path, handle);
    if (this.#open.size > mostOpen) {
      const [oldest, unused] = this.#open.entries().next().value as [string, number];
      this.#open.delete(oldest);
      closeSync(unused);
    }
    return handle;
  }
}

function stateIn({ size, mtimeMs }: Stats): FileState {
  return { sizeBytes: size, modifiedMs: mtimeMs };
}

/** Whether a file was as it is; unknown is nothing. */
export function isSameState(known: FileState | null, now: FileState | null): boolean {
  return known !== null && known.sizeBytes === now?.sizeBytes && known.modifiedMs === now.modifiedMs;
}

function isAs(known: FileState | null, handle: number): boolean {
  return isSameState(known, stateIn(fstatSync(handle)));
}

/** Fills all of `parts` from `offset` on; the system may give less than it is asked for. Gives whether the file was long enough. */
function readFully(handle: number, offset: number, parts: readonly Uint8Array[]): boolean {
  let rest = parts.filter((part) => part.byteLength > 0);
  let at = offset;
  while (rest.length > 0) {
    let done = readvSync(handle, rest, at);
    if (done === 0) return false;
    at += done;
    rest = rest.flatMap((part) => {
      const taken = Math.min(done, part.byteLength);
      done -= taken;
      return taken === part.byteLength ? [] : [part.subarray(taken)];
    });
  }
  return true;
}
