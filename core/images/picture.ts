/** Pictures as floats: the one form in which the model's input travels before it is normalised. */
import { invariant } from '../base/errors.ts';

/** `data` is [height, width, channels], values in [0, 1], never rounded to eight bits. */
export interface GreyOrColourImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** The image as 16-bit samples [height, width, channels] (value * 65535, rounded), the form in which side-image sources are stored. */
export function toUint16(image: GreyOrColourImage): Uint16Array {
  const out = new Uint16Array(image.data.length);
  const { data } = image;
  for (let i = 0; i < out.length; i++) {
    const value = data[i] as number;
    // A float32 times 65,535 has 40 digits in base 2 and a half more is exact: cut off, that is the rounded value.
    out[i] = (value > 0 ? Math.min(1, value) : 0) * 65_535 + 0.5;
  }
  return out;
}

/** What each 16-bit sample stands for: a look-up is several times quicker than a division, and every training step makes millions. */
export const valueOf16 = Float32Array.from({ length: 65_536 }, (_, sample) => sample / 65_535);

/** The image of samples that `toUint16` made. */
export function fromUint16(samples: Uint16Array, width: number, height: number, channels: 1 | 3): GreyOrColourImage {
  invariant(
    samples.length === width * height * channels,
    `fromUint16: ${samples.length} samples for ${width} x ${height}`,
  );
  const data = new Float32Array(samples.length);
  for (let i = 0; i < data.length; i++) data[i] = valueOf16[samples[i] as number] as number;
  return { width, height, channels, data };
}

/** The image as 8-bit samples [height, width, channels], for previews and reports. */
export function toUint8(image: GreyOrColourImage): Uint8Array {
  const out = new Uint8Array(image.data.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.round(Math.min(1, Math.max(0, image.data[i] as number)) * 255);
  return out;
}
