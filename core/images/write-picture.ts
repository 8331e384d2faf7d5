/** Pictures as PNG, by fast-png, which reads them too. */
import { encode } from 'fast-png';

/**
 * A PNG file of 8 bits a sample.
 * @param bytes [height, width, channels]; one channel is grey, three are RGB
 * @param level of compression, 1 (quick) to 9 (small)
 */
export function encodePng(
  bytes: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: 1 | 3 },
  level: 6 | 9,
): Uint8Array {
  return encode({ data: bytes, width, height, channels, depth: 8 }, { zlib: { level } });
}
