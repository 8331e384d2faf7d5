/** `frame://sidelight/pixels/<instanceId>/<frame>`: what the viewport draws; see core/contract/ipc/frames.ts. */

import { AppError } from '../../base/errors.ts';
import type { InstanceId } from '../../contract/index.ts';
import type { Asset } from '../../contract/ipc/port.ts';
import { frameBlock } from '../../services/pixels/display-frame.ts';
import type { CoreContext } from '../context.ts';

/** @throws FILE_NOT_FOUND for an address that names no frame; else as reading and decoding do */
export async function pixels(
  rest: readonly string[],
  _: URLSearchParams,
  { services, decoders }: CoreContext,
): Promise<Asset> {
  const [instanceId, frame] = rest.map(Number);
  if (!Number.isInteger(instanceId) || !Number.isInteger(frame) || rest.length !== 2) {
    throw new AppError('FILE_NOT_FOUND', 'The window asked for a frame that is not there.');
  }
  const bytes = await frameBlock(services, decoders.viewport, instanceId as InstanceId, frame as number);
  return { contentType: 'application/octet-stream', headers: {}, bytes };
}
