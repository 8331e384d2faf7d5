/** `frame://sidelight/thumbnail/<instanceId>/<frame>?size=<pixels>`: a PNG file. */

import { AppError } from '../base/errors.ts';
import type { InstanceId } from '../contract/index.ts';
import type { Asset } from '../contract/ipc/port.ts';
import { thumbnail, thumbnailSize } from '../services/pixels/thumbnails.ts';
import type { CoreContext } from './context.ts';

export async function thumbnailAsset(
  rest: readonly string[],
  query: URLSearchParams,
  { services, decoders }: CoreContext,
): Promise<Asset> {
  const [instanceId, frame, size] = [rest[0], rest[1] ?? '0', query.get('size') ?? '192'].map(Number);
  if (!Number.isSafeInteger(instanceId) || !Number.isSafeInteger(frame) || !Number.isFinite(size)) {
    throw new AppError('FILE_NOT_FOUND', 'The window asked for a picture that is not there.');
  }
  try {
    const bytes = await thumbnail(
      services.library,
      decoders.renderer,
      (instanceId ?? 0) as InstanceId,
      frame ?? 0,
      thumbnailSize(size ?? 192),
    );
    return { contentType: 'image/png', headers: {}, bytes };
  } catch (error) {
    // An image that cannot be shown is nothing unusual in a library; the page says so in its place.
    if (!(error instanceof AppError)) throw error;
    return { contentType: 'image/png', headers: { 'x-problem': error.code }, bytes: new Uint8Array() };
  }
}
