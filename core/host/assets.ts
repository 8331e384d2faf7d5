/**
 * Bytes that the window loads by address instead of by call: pictures of frames and thumbnails.
 * The addresses are those of core/contract/frame-address.ts; `path` is what follows the host.
 */
import { AppError } from '../base/errors.ts';
import { type FrameKind, frameOrigin } from '../contract/frame-address.ts';
import type { Asset } from '../contract/ipc/port.ts';
import type { CoreContext } from './context.ts';
import { pixels } from './handlers/frames.ts';
import { renderedFrame } from './rendered.ts';
import { thumbnailAsset } from './thumbnail-asset.ts';

type AssetHandler = (rest: readonly string[], query: URLSearchParams, context: CoreContext) => Promise<Asset>;

/** By first part of the path. */
const kinds: Readonly<Record<string, AssetHandler>> = {
  pixels,
  rendered: renderedFrame,
  thumbnail: thumbnailAsset,
} satisfies Record<FrameKind, AssetHandler>;

/** @throws FILE_NOT_FOUND for an address that names nothing */
export async function assetAt(path: string, context: CoreContext): Promise<Asset> {
  const url = new URL(path, frameOrigin);
  const [kind = '', ...rest] = url.pathname.split('/').filter((part) => part !== '');
  const handler = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (handler === undefined) throw new AppError('FILE_NOT_FOUND', 'The window asked for a picture that is not there.');
  return await handler(rest, url.searchParams, context);
}
