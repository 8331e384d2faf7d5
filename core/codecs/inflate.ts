/** Inflating with a limit that holds while inflating, so that a small file cannot fill the memory. */
import { Inflate, Unzlib } from 'fflate';
import { toError } from '../base/errors.ts';
import { CodecError } from './codec-error.ts';

/** Input is handed over in pieces of this size; deflate grows at most 1,032 times, so a piece yields at most 4 MB. */
const pieceBytes = 4096;

/**
 * The inflated bytes of a raw deflate stream and whether it came to its end within `limit` bytes; when it did not, the first
 * `limit` bytes at least. Throws CodecError when the stream is damaged.
 */
export function inflateRaw(
  deflated: Uint8Array,
  limit: number,
): { readonly bytes: Uint8Array; readonly complete: boolean } {
  const parts: Uint8Array[] = [];
  let size = 0;
  let complete = false;
  const inflate = new Inflate((part, final) => {
    parts.push(part);
    size += part.length;
    complete ||= final;
  });
  try {
    for (let at = 0; at < deflated.length && size <= limit && !complete; at += pieceBytes) {
      const piece = deflated.subarray(at, at + pieceBytes);
      inflate.push(piece, at + pieceBytes >= deflated.length);
    }
  } catch (thrown) {
    throw new CodecError(`deflated data is damaged (${toError(thrown).message})`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, complete: complete && size <= limit };
}

/** True when a zlib stream in pieces inflates to at most `limit` bytes; nothing is kept. Throws CodecError when it is damaged. */
export function inflatedLengthWithin(pieces: Iterable<Uint8Array>, limit: number): boolean {
  let size = 0;
  const inflate = new Unzlib((part) => {
    size += part.length;
  });
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length && size <= limit; at += pieceBytes)
        inflate.push(piece.subarray(at, at + pieceBytes));
    }
  } catch (thrown) {
    throw new CodecError(`deflated data is damaged (${toError(thrown).message})`);
  }
  return size <= limit;
}
