/**
 * A frame for a viewport: grey values before the window, so that the reader's window works on their whole range, and every window
 * that the instance names. Drawing the values through the first window gives what `renderDecoded` gives.
 *
 * Grey: modality values. An instance with a VOI LUT and no window hands out what that table makes of them, with a window over the
 * table's whole output: the table is a curve that no centre and width can express. Colour: RGB with eight bits.
 */
import type { DicomDataSet } from './data-set.ts';
import type { DecodedFrame } from './decoded-frame.ts';
import { frameAttributes } from './functional-groups.ts';
import { modalityUnit, readModality } from './modality.ts';
import { isShownInverted } from './presentation.ts';
import { renderDecoded, wholeRangeOf } from './render.ts';
import { readVoiLut, readWindows, type WindowFunction } from './voi.ts';

export interface DisplayedWindow {
  readonly shape: WindowFunction;
  readonly center: number;
  readonly width: number;
  /** The instance's explanation, '' when it gives none. */
  readonly name: string;
}

export interface DisplayFrame {
  readonly rows: number;
  readonly columns: number;
  readonly channels: 1 | 3;
  /** [rows, columns] or [rows, columns, 3]. */
  readonly samples: Uint8Array | Int16Array | Uint16Array | Float32Array;
  readonly min: number;
  readonly max: number;
  /** The one to start with first; empty for colour. */
  readonly windows: readonly DisplayedWindow[];
  /** False where the instance names neither a window nor a VOI LUT, so that the one above is the range of this frame alone. */
  readonly hasOwnWindow: boolean;
  readonly isInverted: boolean;
  /** What the values are measured in; '' where nobody says, and for what a VOI LUT made of them. */
  readonly unit: string;
}

/** The frame's values for display. Throws as `renderDecoded` does. */
export function displayFrame(dataSet: DicomDataSet, decoded: DecodedFrame, frame: number): DisplayFrame {
  const size = { rows: decoded.rows, columns: decoded.columns };
  const { photometricInterpretation: photometric, samplesPerPixel } = decoded;
  if (samplesPerPixel !== 1 || !/^MONOCHROME[12]$/.test(photometric)) {
    const { data } = renderDecoded(dataSet, decoded, frame);
    const samples = Uint8Array.from(data, (value) => Math.round(255 * value));
    const colour = {
      channels: 3,
      min: 0,
      max: 255,
      windows: [],
      hasOwnWindow: true,
      isInverted: false,
      unit: '',
    } as const;
    return { ...size, ...colour, samples };
  }
  const isInverted = isShownInverted(dataSet, photometric);
  const modality = readModality(dataSet, frame, decoded);
  let windows = readWindows(dataSet, frame);
  const lut = windows.length > 0 ? undefined : readVoiLut(dataSet, frame, modality.range);
  const apply = lut === undefined ? modality.apply : (stored: number) => lut.apply(modality.apply(stored)) * lut.most;
  const hasOwnWindow = windows.length > 0 || lut !== undefined;
  if (windows.length === 0) {
    const [low, high] = lut === undefined ? wholeRangeOf(dataSet, decoded, modality) : [0, lut.most];
    // A frame of one value is drawn black, as the window of width 1 above it does.
    const span = high > low ? { center: (low + high) / 2, width: high - low } : { center: low + 1, width: 1 };
    windows = [{ shape: 'LINEAR_EXACT', ...span, name: '' }];
  }
  const unit = lut === undefined ? modalityUnit(dataSet, frame) : '';
  return { ...size, channels: 1, ...valuesOf(decoded, apply), windows, hasOwnWindow, isInverted, unit };
}

function valuesOf(
  decoded: DecodedFrame,
  apply: (stored: number) => number,
): Pick<DisplayFrame, 'samples' | 'min' | 'max'> {
  const values = new Float32Array(decoded.samples.length);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let isWhole = true;
  const known = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const stored = decoded.samples[i] as number;
    let value = known.get(stored);
    if (value === undefined) {
      value = apply(stored);
      if (known.size < 65_536) known.set(stored, value);
    }
    values[i] = value;
    // A parametric map may hold infinity, where something was divided by nothing: no number that a header could tell.
    if (value < min && value > Number.NEGATIVE_INFINITY) min = value;
    if (value > max && value < Number.POSITIVE_INFINITY) max = value;
    if (isWhole && !Number.isInteger(value)) isWhole = false;
  }
  if (!(min <= max)) return { samples: values, min: 0, max: 0 };
  const whole = isWhole && decoded.samples.BYTES_PER_ELEMENT <= 4;
  if (whole && min >= 0 && max <= 65_535) return { samples: Uint16Array.from(values), min, max };
  if (whole && min >= -32_768 && max <= 32_767) return { samples: Int16Array.from(values), min, max };
  return { samples: values, min, max };
}

/**
 * Letters at the image's edges, from Image Orientation (Patient) or Patient Orientation; '' where neither tells.
 * An oblique direction has up to three letters, the strongest first (PS3.3 C.7.6.1.1.1).
 */
export function edgeLetters(dataSet: DicomDataSet, frame: number): Record<'left' | 'right' | 'top' | 'bottom', string> {
  const cosines = frameAttributes(dataSet, 'planeOrientationSequence', frame).numbers('imageOrientationPatient');
  if (cosines.length >= 6 && cosines.some((value) => value !== 0)) {
    const right = lettersOf(cosines.slice(0, 3));
    const bottom = lettersOf(cosines.slice(3, 6));
    return { left: opposite(right), right, top: opposite(bottom), bottom };
  }
  const [right = '', bottom = ''] = dataSet.texts('patientOrientation');
  if (!/^[APRLHF]{0,3}$/.test(right) || !/^[APRLHF]{0,3}$/.test(bottom)) {
    return { left: '', right: '', top: '', bottom: '' };
  }
  return { left: opposite(right), right, top: opposite(bottom), bottom };
}

const axes = [
  ['L', 'R'],
  ['P', 'A'],
  ['H', 'F'],
] as const;

function lettersOf(direction: readonly number[]): string {
  return direction
    .map((value, axis) => ({ value, letter: (axes[axis] as readonly [string, string])[value > 0 ? 0 : 1] }))
    .filter(({ value }) => Math.abs(value) > 0.1)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .map(({ letter }) => letter)
    .join('');
}

const opposites: Readonly<Record<string, string>> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };

function opposite(letters: string): string {
  return [...letters].map((letter) => opposites[letter] ?? '').join('');
}
