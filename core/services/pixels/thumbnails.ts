/** Small pictures of frames for lists: rendered as everywhere else, kept by the content of their file, gone with their patient. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import type { InstanceId } from '../../contract/index.ts';
import { replaceFile } from '../../disk/index.ts';
import { instanceById, type Library } from '../../store/index.ts';
import { readInstance } from '../files/files.ts';
import { thumbnailFolder } from '../records/erase-images.ts';
import { pictureFile } from './png.ts';
import type { Renderer } from './source-images.ts';

/** Longest side in pixels; few sizes, so that a frame is kept once or twice and not at every zoom. */
export const thumbnailSizes = [96, 192, 384] as const;

/** The smallest kept size that fills `wanted` pixels. */
export function thumbnailSize(wanted: number): number {
  return thumbnailSizes.find((size) => size >= wanted) ?? 384;
}

/** In the names of thumbnails since images are read as they are now: those of before may be white, black, squeezed or lying on their side. */
const reading = 'r3';

/**
 * The PNG file of a frame's thumbnail.
 * @throws FILE_NOT_FOUND for an instance that is not there or whose file is gone, and what decoding throws
 */
export async function thumbnail(
  library: Library,
  renderer: Renderer,
  instanceId: InstanceId,
  frame: number,
  size: number,
): Promise<Uint8Array> {
  const instance = instanceById(library.db, instanceId);
  if (instance === undefined || frame < 0 || frame >= instance.numberOfFrames) {
    throw new AppError('FILE_NOT_FOUND', 'There is no such image in the library.');
  }
  const path = join(
    thumbnailFolder(library, instance.contentHash),
    `${instance.contentHash}-${frame}-${size}-${reading}.png`,
  );
  if (existsSync(path)) return readFileSync(path);
  const bytes = await readInstance(library, instanceId);
  const png = pictureFile(await renderer.render(bytes, frame, redact(instance.sopInstanceUID), { longestSide: size }));
  if (library.mode === 'write') keep(path, png);
  return png;
}

/** Keeps it for the next time. Where it cannot be kept it is made again then: who has to make room on a full disk wants to see what is there. */
function keep(path: string, png: Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, [png], { flushesName: false });
  } catch {
    // Whatever has to be kept says that the disk is full.
  }
}
