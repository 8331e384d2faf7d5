/**
 * Addresses of pictures that the core makes and the page loads: `frame://sidelight/<kind>/<instanceId>/<frame>`. The page builds
 * them here, main serves the scheme, and the core has a handler for every kind.
 */
import type { InstanceId } from './ids.ts';

export const frameScheme = 'frame';
/** What every address begins with; others of the scheme are refused. */
export const frameOrigin = `${frameScheme}://sidelight`;

/**
 * `pixels`: what the viewport draws (ipc/frames.ts). `rendered`: the whole frame as a model's pipeline renders it. `thumbnail`: a small
 * PNG.
 */
export type FrameKind = 'pixels' | 'rendered' | 'thumbnail';

export interface FrameOf {
  readonly instanceId: InstanceId | number;
  readonly frame: number;
}

/** The address of a picture of a frame. */
export function frameAddress(kind: FrameKind, { instanceId, frame }: FrameOf): string {
  return `${frameOrigin}/${kind}/${instanceId}/${frame}`;
}

/** The address of a frame's thumbnail that fills `size` pixels of the screen. */
export function thumbnailAddress(of: FrameOf, size: number): string {
  return `${frameAddress('thumbnail', of)}?size=${Math.round(size)}`;
}
