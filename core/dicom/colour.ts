/** Colour frames to RGB in [0, 1] (PS3.3 C.7.6.3.1.2), without rounding to eight bits in between. */
import { AppError } from '../base/errors.ts';
import type { DecodedFrame } from './decoded-frame.ts';
import { type LookUpTable, lookUp } from './lut.ts';

/** Converts one pixel's samples, scaled to [0, 1], in place. */
type ToRgb = (rgb: Float32Array, at: number) => void;

const half = 128 / 255;

function ybrFull(rgb: Float32Array, at: number): void {
  const y = rgb[at] as number;
  const cb = (rgb[at + 1] as number) - half;
  const cr = (rgb[at + 2] as number) - half;
  rgb[at] = clamp(y + 1.402 * cr);
  rgb[at + 1] = clamp(y - 0.344136286 * cb - 0.714136286 * cr);
  rgb[at + 2] = clamp(y + 1.772 * cb);
}

function ybrPartial(rgb: Float32Array, at: number): void {
  const y = 1.164383562 * ((rgb[at] as number) - 16 / 255);
  const cb = (rgb[at + 1] as number) - half;
  const cr = (rgb[at + 2] as number) - half;
  rgb[at] = clamp(y + 1.596026786 * cr);
  rgb[at + 1] = clamp(y - 0.39176229 * cb - 0.812967647 * cr);
  rgb[at + 2] = clamp(y + 2.017232143 * cb);
}

/** A photometric interpretation without a row is refused by name. RCT and ICT are undone by the JPEG 2000 decoder. */
const conversions: Readonly<Record<string, ToRgb | undefined>> = {
  RGB: () => {},
  YBR_FULL: ybrFull,
  YBR_FULL_422: ybrFull,
  YBR_PARTIAL_422: ybrPartial,
  YBR_PARTIAL_420: ybrPartial,
};

/** [rows, columns, 3] of a frame with three samples a pixel. Throws DICOM_UNSUPPORTED_PIXELS for other colour models. */
export function renderColour(frame: DecodedFrame): Float32Array {
  const toRgb = conversions[frame.photometricInterpretation];
  if (frame.samplesPerPixel !== 3 || toRgb === undefined) {
    throw new AppError(
      'DICOM_UNSUPPORTED_PIXELS',
      `Pixels have ${frame.samplesPerPixel} samples of ${frame.photometricInterpretation}; ` +
        `read are MONOCHROME1, MONOCHROME2 and PALETTE COLOR with 1, and ${Object.keys(conversions).join(', ')} with 3.`,
    );
  }
  const { samples } = frame;
  const out = new Float32Array(samples.length);
  const most = 2 ** frame.bitsStored - 1;
  const shift = frame.isSigned ? 2 ** (frame.bitsStored - 1) : 0;
  for (let i = 0; i < samples.length; i++) out[i] = clamp(((samples[i] as number) + shift) / most);
  for (let i = 0; i < out.length; i += 3) toRgb(out, i);
  return out;
}

/** [rows, columns, 3] of palette indices. */
export function renderPalette(frame: DecodedFrame, palette: readonly LookUpTable[]): Float32Array {
  const out = new Float32Array(frame.samples.length * 3);
  palette.forEach((table, colour) => {
    for (let i = 0; i < frame.samples.length; i++) {
      out[3 * i + colour] = lookUp(table, frame.samples[i] as number) / table.most;
    }
  });
  return out;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
