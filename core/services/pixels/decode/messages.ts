/** What the decode pool and its workers say to each other. */
import type { SerialisedError } from '../../../base/errors.ts';
import type { DecodedFrame, RenderedImage } from '../../../dicom/index.ts';
import type { Fit } from '../fit.ts';

export interface DecodeRequest {
  /** A path, or the bytes of a file. */
  readonly source: string | Uint8Array;
  readonly frame: number;
  readonly want: 'image' | 'samples';
  /** The size of an image; as it is where undefined. */
  readonly fit: Fit | undefined;
}

export type DecodeReply =
  /** The file is read; the frame's time begins. */
  | { readonly kind: 'started' }
  | { readonly kind: 'rendered'; readonly image: RenderedImage }
  | { readonly kind: 'decoded'; readonly decoded: DecodedFrame }
  | { readonly kind: 'failed'; readonly error: SerialisedError };
