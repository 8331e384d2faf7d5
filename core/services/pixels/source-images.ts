/**
 * Images as the networks read them: decoded once, resized to the LPM's input size, kept with 16 bits a sample.
 * The LPM reads this image; the side network reads a smaller one cut from it; augmentation crops from it.
 */

import { availableParallelism } from 'node:os';
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import { redact } from '../../base/redact.ts';
import type { InstanceId } from '../../contract/index.ts';
import { frameSpacing, parseDicom } from '../../dicom/index.ts';
import type { RecordStore } from '../../features/index.ts';
import {
  fromUint16,
  type GreyOrColourImage,
  looksLikePicture,
  type RangeRule,
  readPicture,
  type Samples,
  toUint16,
} from '../../images/index.ts';
import { readInstance } from '../files/files.ts';
import { emptiness, spreadOf } from '../files/look.ts';
import { checkSpace } from '../records/disk-space.ts';
import { imageKey } from '../records/record-stores.ts';
import type { ServiceContext } from '../session/context.ts';
import { type ProblemCollector, survivable } from '../session/problems.ts';
import { openDecodePool } from './decode/pool.ts';
import { type Fit, fitImage } from './fit.ts';

/** The kind under which resized images are stored. */
export const imageKind = 'image';

/** One frame of an instance. */
export interface FrameReference {
  readonly instanceId: InstanceId;
  readonly frame: number;
  readonly sopInstanceUID: string;
}

/** Decodes frames in threads that a hostile file may take down. */
export interface Renderer {
  /**
   * Frame `frame` of a file's bytes (DICOM, PNG, JPEG, TIFF) as a float image in [0, 1], in the size of `fit` or as it is. `rule` draws
   * pictures whose samples are open; without it each is drawn by its own range. `name` must be redacted.
   */
  render(bytes: Uint8Array, frame: number, name: string, fit?: Fit, rule?: RangeRule): Promise<GreyOrColourImage>;
  close(): Promise<void>;
}

/** A renderer; close it, or the process stays alive. */
export function openRenderer(): Renderer {
  const pool = openDecodePool({ workers: Math.min(4, availableParallelism()) });
  return {
    // A file may be TIFF and DICOM at once (the preamble holds the TIFF header); import takes it as DICOM, so here too.
    render: async (bytes, frame, name, fit, rule = 'own') => {
      if (!looksLikePicture(bytes) || hasPreamble(bytes)) return await pool.renderFrame(bytes, frame, fit);
      const picture = readPicture(bytes, name, rule);
      return fit === undefined ? picture : fitImage(picture, fit);
    },
    close: () => pool.close(),
  };
}

/** Whether bytes begin as a DICOM file does. */
export function hasPreamble(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(128, 132)).toString('latin1') === 'DICM';
}

/** The height of a pixel in its widths, of frame `frame` of a file's bytes: a whole frame is drawn so, as in the patient. */
export function pixelAspectOf(bytes: Uint8Array, frame: number): number {
  if (looksLikePicture(bytes) && !hasPreamble(bytes)) return 1;
  return frameSpacing(parseDicom(bytes).dataSet, frame).pixelAspect;
}

/** The image squeezed to a square of `size` pixels, as training and classifying both see it. */
export function squareImage(image: GreyOrColourImage, size: number): GreyOrColourImage {
  const square = fitImage(image, { square: size });
  // Through 16 bits here too, so that an image classified from a file and one from the cache give the same result.
  return fromUint16(toUint16(square), size, size, square.channels);
}

/** Images decoded ahead of the one that is being stored: each takes a few tens of megabytes. */
const decodedAhead = 3;

/** Stored images after which the disk is asked again for room for the rest. */
const measuredEvery = 16;

/**
 * Decodes and stores what is missing, in the order of `frames`. Frames that cannot be decoded are added to `problems`
 * and left out; those that are black or white to the eye are added too, and are there.
 * @throws DISK_FULL before the disk is, where images turn out to be larger than it has room for; CANCELLED
 * @returns which of `frames` are there afterwards
 */
export async function prepareSources(
  context: ServiceContext,
  store: RecordStore,
  size: number,
  rule: RangeRule,
  frames: readonly FrameReference[],
  problems: ProblemCollector,
): Promise<boolean[]> {
  const isThere = (frame: FrameReference): boolean => store.has(imageKind, imageKey(frame.instanceId, frame.frame));
  const missing = frames.filter((frame) => !isThere(frame));
  if (missing.length > 0) {
    const renderer = openRenderer();
    const decode = async (frame: FrameReference): Promise<Uint16Array> => {
      const bytes = await readInstance(context.library, frame.instanceId);
      const name = redact(frame.sopInstanceUID);
      return toUint16(await renderer.render(bytes, frame.frame, name, { square: size }, rule));
    };
    const written = { images: 0, bytes: 0 };
    try {
      const ahead: Promise<Uint16Array>[] = [];
      for (const [i, frame] of missing.entries()) {
        throwIfCancelled(context.signal, 'Decoding');
        for (let k = i + ahead.length; k < Math.min(missing.length, i + decodedAhead); k++) {
          const decoding = decode(missing[k] as FrameReference);
          decoding.catch(() => {}); // Awaited, and reported, when its turn comes.
          ahead.push(decoding);
        }
        try {
          const samples = (await ahead.shift()) as Uint16Array;
          const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
          store.append(imageKind, imageKey(frame.instanceId, frame.frame), bytes);
          written.images++;
          written.bytes += bytes.byteLength;
          // What images take is known only now: those of colour three times what was reckoned with.
          if (written.images % measuredEvery === 0) {
            checkSpace(context, (written.bytes / written.images) * (missing.length - i - 1));
          }
          const empty = emptySource(samples);
          if (empty !== undefined) problems.add(empty, frame.sopInstanceUID);
        } catch (thrown) {
          problems.add(survivable(thrown), frame.sopInstanceUID);
        }
        context.progress({ stage: 'decoding', done: i + 1, total: missing.length, unit: 'images' });
      }
      store.flush();
    } finally {
      await renderer.close();
    }
  }
  return frames.map(isThere);
}

/** Samples of an image that are looked at to see whether it is black or white. */
const lookedAt = 16_384;

/**
 * The notice that a person would see nothing of an image. An import looks into what is not compressed; this is after decoding, so it is said of
 * compressed images too.
 */
function emptySource(samples: Uint16Array): AppError | undefined {
  const step = Math.max(1, Math.floor(samples.length / lookedAt));
  const some = Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => samples[i * step] as number);
  return emptiness(spreadOf(some), [0, 65_535]);
}

/** A stored image. */
export async function readSource(
  store: Pick<RecordStore, 'read'>,
  size: number,
  frame: Pick<FrameReference, 'instanceId' | 'frame'>,
): Promise<GreyOrColourImage> {
  const { data, channels } = samplesOf(await store.read(imageKind, imageKey(frame.instanceId, frame.frame)), size);
  return fromUint16(data, size, size, channels);
}

/** The samples of a stored image: its own bytes, as they lie in the store. @throws FEATURES_DAMAGED where they fit no image of `size` pixels */
export function samplesOf(bytes: Uint8Array, size: number): Samples & { readonly data: Uint16Array } {
  const data = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const channels = data.length / (size * size);
  if (channels !== 1 && channels !== 3) {
    throw new AppError(
      'FEATURES_DAMAGED',
      `A stored image has ${data.length} samples, which fits no ${size} px image.`,
    );
  }
  return { width: size, height: size, channels, data };
}
