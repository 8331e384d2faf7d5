/** What the decode pool and its threads say to each other; see core/base/channel.ts. */
import type { DecodedFrame, RenderedImage } from '../../../dicom/index.ts';
import type { Fit } from '../fit.ts';

interface FrameRequest {
  /** A path, or the bytes of a file. */
  readonly source: string | Uint8Array;
  readonly frame: number;
}

export interface DecodeCalls {
  /** The image that the model sees, in the size of `fit` or as it is. */
  image: { input: FrameRequest & { readonly fit: Fit | undefined }; output: RenderedImage };
  /** The samples as stored. */
  samples: { input: FrameRequest; output: DecodedFrame };
}

export interface DecodeNews {
  /** The file is read; the frame's time begins. */
  started: null;
  /** The thread's memory has grown past what it may keep: it answers this request and no further one. */
  outgrown: null;
}

/** What a thread is started with. */
export interface DecodeThreadData {
  /** Codec heaps never shrink; past this much the thread is replaced. */
  readonly heapLimitBytes: number;
}
