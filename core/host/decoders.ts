/** The core process's decoders. Their threads start when first needed, and idle ones do not keep the process alive. */
import { type DecodePool, openDecodePool } from '../services/pixels/decode/pool.ts';
import { openRenderer, type Renderer } from '../services/pixels/source-images.ts';

export interface Decoders {
  /** Of thumbnails, and of images as the networks see them. */
  readonly renderer: Renderer;
  /** Of the viewport alone. One thread: a reader waits for one picture at a time, and never behind a page of thumbnails. */
  readonly viewport: DecodePool;
  /** Ends the threads; pictures under way fail with CANCELLED. */
  close(): Promise<void>;
}

/** Both decoders. No thread is started yet. */
export function openDecoders(): Decoders {
  const renderer = openRenderer();
  const viewport = openDecodePool({ workers: 1 });
  return {
    renderer,
    viewport,
    close: async () => {
      await renderer.close();
      await viewport.close();
    },
  };
}
