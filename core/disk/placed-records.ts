/**
 * Reads records straight to where they are wanted, in a thread that may wait for the disk: no buffer of its own between the system's memory and
 * a batch, however many pieces a record falls into there.
 */
import { closeSync, openSync, readvSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { systemError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';

/** Where the bytes of a record lie. */
export interface RecordPlace {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** What the bytes must sum to (CRC-32); null where they have been verified before. */
  readonly checksum: number | null;
}

/** What is wrong with a record that cannot be read. */
export type RecordDamage = 'is not there' | 'ends too early' | 'has a wrong checksum' | 'has a wrong size';

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
   * @throws DISK_FAILED, LIBRARY_READ_ONLY
   */
  read(place: RecordPlace, parts: readonly Uint8Array[]): RecordDamage | null {
    try {
      if (!readFully(this.#handleOf(place.path), place.offset, parts)) return 'ends too early';
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'ends too early';
      throw systemError(error, `the feature cache ${redact(place.path)}`);
    }
    if (place.checksum === null) return null;
    let sum = 0;
    for (const part of parts) sum = crc32(part, sum);
    return sum === place.checksum ? null : 'has a wrong checksum';
  }

  /** Closes its files. It may be used again. */
  close(): void {
    for (const handle of this.#open.values()) closeSync(handle);
    this.#open.clear();
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
