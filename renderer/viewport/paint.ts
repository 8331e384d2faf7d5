/**
 * Grey values to screen pixels: the window functions of PS3.3 C.11.2.1.2 and C.11.2.1.3 with 256 grey levels. The page draws with
 * its own copy of three formulas because it may not reach into the core; a test holds both against each other on real files.
 */
import type { DisplayWindow } from '../../core/contract/index.ts';

/** The part of a loaded frame that painting needs. */
export interface Paintable {
  readonly samples: Uint8Array | Int16Array | Uint16Array | Float32Array;
  readonly channels: 1 | 3;
  readonly min: number;
  readonly max: number;
}

/** Display value in [0, 1] of a value. */
export function windowFunction({ shape, center, width }: DisplayWindow): (value: number) => number {
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (shape === 'LINEAR_EXACT') return (value) => clamp((value - center) / width + 0.5);
  if (width <= 1) return (value) => (value <= center - 0.5 ? 0 : 1);
  return (value) => clamp((value - (center - 0.5)) / (width - 1) + 0.5);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/**
 * Paints a frame into 32-bit pixels (little endian RGBA, opaque). `isInverted` is the sum of what the instance says (MONOCHROME1)
 * and what the reader chose. Colour knows no window.
 */
export function paint(frame: Paintable, window: DisplayWindow | null, isInverted: boolean, out: Uint32Array): void {
  if (frame.channels === 3 || window === null) paintColour(frame.samples, isInverted, out);
  else if (frame.samples instanceof Float32Array) paintValues(frame.samples, window, isInverted, out);
  else paintThroughTable(frame, window, isInverted, out);
}

function paintColour(samples: Paintable['samples'], isInverted: boolean, out: Uint32Array): void {
  const flip = isInverted ? 0xffffff : 0;
  for (let i = 0; i < out.length; i++) {
    const r = samples[3 * i] as number;
    const g = samples[3 * i + 1] as number;
    const b = samples[3 * i + 2] as number;
    out[i] = 0xff000000 | ((r | (g << 8) | (b << 16)) ^ flip);
  }
}

function grey(display: number, isInverted: boolean): number {
  // NaN (a parametric map without a value) is drawn black.
  const level = Math.round(255 * (isInverted ? 1 - display : display)) || 0;
  return 0xff000000 | (level * 0x010101);
}

function paintValues(samples: Float32Array, window: DisplayWindow, isInverted: boolean, out: Uint32Array): void {
  const display = windowFunction(window);
  for (let i = 0; i < out.length; i++) out[i] = grey(display(samples[i] as number), isInverted);
}

/** Whole values have at most 65,536 different ones, so the window is computed once for each. */
function paintThroughTable(frame: Paintable, window: DisplayWindow, isInverted: boolean, out: Uint32Array): void {
  const display = windowFunction(window);
  const first = frame.min;
  const table = new Uint32Array(frame.max - first + 1);
  for (let i = 0; i < table.length; i++) table[i] = grey(display(first + i), isInverted);
  const { samples } = frame;
  for (let i = 0; i < out.length; i++) out[i] = table[(samples[i] as number) - first] as number;
}
