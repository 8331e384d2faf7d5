/** A frame at its full resolution as the model's pipeline renders it, for the window to draw: `frame://sidelight/rendered/<instanceId>/<frame>`. */

import { AppError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import type { InstanceId } from '../contract/index.ts';
import type { Asset } from '../contract/ipc/port.ts';
import { toUint16 } from '../images/index.ts';
import { readInstance } from '../services/files/files.ts';
import { pixelAspectOf } from '../services/pixels/source-images.ts';
import { instanceById } from '../store/index.ts';
import type { CoreContext } from './context.ts';

/**
 * Samples of 16 bits, little-endian, row by row: 0 is black and 65,535 white of the window stored in the file. Size and channels
 * are in the headers `x-width`, `x-height`, `x-channels`; how high a pixel is in its widths, in `x-pixel-aspect`.
 * @throws FILE_NOT_FOUND
 */
export async function renderedFrame(
  [instance = '', frame = '0']: readonly string[],
  _query: URLSearchParams,
  { services, decoders }: CoreContext,
): Promise<Asset> {
  const found = instanceById(services.library.db, Number(instance) as InstanceId);
  if (found === undefined) throw new AppError('FILE_NOT_FOUND', 'The image is no longer in this library.');
  const bytes = await readInstance(services.library, found.id);
  const image = await decoders.renderer.render(bytes, Number(frame), redact(found.sopInstanceUID));
  const samples = toUint16(image);
  return {
    contentType: 'application/octet-stream',
    headers: {
      'x-width': String(image.width),
      'x-height': String(image.height),
      'x-pixel-aspect': String(pixelAspectOf(bytes, Number(frame))),
      'x-channels': String(image.channels),
    },
    bytes: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
  };
}
