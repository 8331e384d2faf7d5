/**
 * A look at an image's pixels while its file is read for import: what its samples are, and whether a person would see anything.
 *
 * Looked into are PNG and TIFF, and DICOM whose pixels are uncompressed, up to `mostLookedAt`. JPEG was made for a screen, and compressed
 * DICOM would make an import as slow as an encode; it is judged no further than its header.
 */
import { AppError } from '../../base/errors.ts';
import { type DicomFile, decodeFrame, renderDecoded, renderFrame } from '../../dicom/index.ts';
import { parseDicom } from '../../dicom/parse.ts';
import { signDoubt } from '../../dicom/sign-doubt.ts';
import { looksLikePicture, type OpenedPicture, openPicture, type SampleRange } from '../../images/index.ts';
import type { SampleLook } from '../../store/index.ts';

/** Bytes of a file; larger ones are not looked into, because reading them twice would be felt. */
export const mostLookedAt = 128 * 1024 * 1024;

/** An image is called black or white when all but one in a thousand of its samples lie in the last sixteenth of the range. */
export const exceptions = 0.001;
export const lastPart = 1 / 16;

/**
 * The values that one in a thousand samples lies below and above: what is left of black and white without a few hot pixels. Samples that are no
 * numbers (NaN where a scientific program has no value) are none of them.
 */
export function spreadOf(samples: ArrayLike<number>): SampleRange {
  const sorted = Float64Array.from(samples)
    .filter((sample) => Number.isFinite(sample))
    .sort();
  const n = sorted.length;
  if (n === 0) return [0, 0];
  const cut = Math.floor(exceptions * n);
  return [sorted[cut] as number, sorted[n - 1 - cut] as number];
}

/** The notice that a person would see nothing, or undefined. `spread` and `range` are in the same units. */
export function emptiness([dark, bright]: SampleRange, [low, high]: SampleRange): AppError | undefined {
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0);
  if (share(bright) < lastPart) return empty('black');
  return share(dark) > 1 - lastPart ? empty('white') : undefined;
}

function empty(what: 'black' | 'white'): AppError {
  return new AppError(
    'IMAGE_LOOKS_EMPTY',
    `The file can be read, but the image is ${what} to the eye: 999 of 1000 samples lie in the ${what === 'black' ? 'lowest' : 'highest'} sixteenth of the range drawn.`,
  );
}

/** What a picture's samples are; the range of those that leave it open, and how they are spread. */
export function lookAtPicture(picture: OpenedPicture): SampleLook {
  const [dark, bright] = spreadOf(picture.sample());
  const { open } = picture;
  if (open === null) return { kind: null, low: 0, high: 1, dark, bright };
  return { kind: open.kind, low: open.low, high: open.high, dark, bright };
}

/** What the middle frame of an uncompressed DICOM file, decoded once, says that a person should know: of its samples, and of how it is drawn. */
export function doubtsOfFrame(file: DicomFile, frames: number): AppError[] {
  const frame = Math.floor((frames - 1) / 2);
  try {
    const decoded = decodeFrame(file, frame);
    const drawn = renderDecoded(file.dataSet, decoded, frame);
    return [emptinessOf(drawn.data), signDoubt(decoded)].flatMap((notice) => notice ?? []);
  } catch (thrown) {
    if (thrown instanceof AppError) return [unread(thrown)];
    throw thrown;
  }
}

/** The notice of a file whose pixels cannot be read. It is imported: the file may be mended, or be read by a later version. */
export function unread({ code, message, action }: AppError): AppError {
  return new AppError(code, `${message} Images that cannot be read are not used for training.`, {
    action,
  });
}

function emptinessOf(data: Float32Array): AppError | undefined {
  const step = Math.max(1, Math.floor(data.length / 65_536));
  const some = Float32Array.from({ length: Math.floor(data.length / step) }, (_, i) => data[i * step] as number);
  return emptiness(spreadOf(some), [0, 1]);
}

/** What decoding says of a file that is broken; other errors say that this process cannot tell. */
const brokenCodes: ReadonlySet<string> = new Set(['DICOM_DECODE_FAILED', 'DICOM_TRUNCATED', 'DICOM_MALFORMED']);

/**
 * Whether the first, the middle and the last frame of a DICOM file can be decoded; null where only the decoders of other threads could tell
 * (JPEG 2000).
 */
export function canBeDecoded(bytes: Uint8Array, frames: number): boolean | null {
  try {
    const file = parseDicom(bytes);
    for (const frame of new Set([0, Math.floor((frames - 1) / 2), frames - 1])) renderFrame(file, frame);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return brokenCodes.has(thrown.code) ? false : null;
  }
}

/** Nothing was seen, and nothing has to be: the format says what is black and white. */
export const plainLook: SampleLook = { kind: null, low: 0, high: 1, dark: 0, bright: 1 };

/** True for PNG, JPEG and TIFF; a DICOM file whose preamble is a TIFF header (both at once) is DICOM. */
export function isPictureFile(bytes: Uint8Array): boolean {
  return looksLikePicture(bytes) && Buffer.from(bytes.subarray(128, 132)).toString('latin1') !== 'DICM';
}

/** What the samples of a whole file are; plain where it is no picture, or one that cannot be read. */
export function lookAtBytes(bytes: Uint8Array): SampleLook {
  if (!isPictureFile(bytes) || bytes[0] === 0xff || bytes.length > mostLookedAt) return plainLook;
  try {
    return lookAtPicture(openPicture(bytes, 'the picture'));
  } catch (thrown) {
    if (thrown instanceof AppError) return plainLook;
    throw thrown;
  }
}
