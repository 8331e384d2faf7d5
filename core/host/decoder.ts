/** The core process's one pool of decoders: thumbnails and viewports share it. Idle threads do not keep the process alive. */
import { openRenderer, type Renderer } from '../services/pixels/source-images.ts';

let opened: Renderer | undefined;

/** The pool, opened at its first use. */
export function decoder(): Renderer {
  opened ??= openRenderer();
  return opened;
}
