/** Modality values to display values in [0, 1]: window, VOI LUT Sequence, or the whole range (PS3.3 C.11.2). */
import type { DicomDataSet } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';
import { lookUp, readLut } from './lut.ts';

export interface Voi {
  readonly kind: 'window' | 'lut';
  /** The display value in [0, 1] of a modality value. */
  readonly apply: (value: number) => number;
}

export type WindowFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/**
 * The transformation the instance asks for: its first usable window, else its first VOI LUT; undefined when it has neither.
 * Further windows are alternatives for a reader to choose from and play no part here.
 */
export function readVoi(dataSet: DicomDataSet, frame: number, valuesAreSigned: boolean): Voi | undefined {
  const window = readWindows(dataSet, frame)[0];
  if (window !== undefined) return { kind: 'window', apply: windowOf(window.shape, window.center, window.width) };
  const lut = readVoiLut(dataSet, frame, valuesAreSigned);
  return lut === undefined ? undefined : { kind: 'lut', apply: lut.apply };
}

/** Every usable window of the instance, in its order. */
export function readWindows(
  dataSet: DicomDataSet,
  frame: number,
): { shape: WindowFunction; center: number; width: number; name: string }[] {
  const source = frameAttributes(dataSet, 'frameVOILUTSequence', frame);
  const centers = source.numbers('windowCenter');
  const widths = source.numbers('windowWidth');
  const names = source.texts('windowCenterWidthExplanation');
  const shape = windowFunction(source.text('voiLUTFunction'));
  return centers.slice(0, widths.length).flatMap((center, i) => {
    const width = widths[i] as number;
    // LINEAR is defined from 1 on, the others above 0; a width of 0 is found in files and means nothing.
    return width >= (shape === 'LINEAR' ? 1 : Number.MIN_VALUE) ? [{ shape, center, width, name: names[i] ?? '' }] : [];
  });
}

/** The first VOI LUT: display values in [0, 1] of modality values; `most` is the largest output of the table as stored. */
export function readVoiLut(
  dataSet: DicomDataSet,
  frame: number,
  valuesAreSigned: boolean,
): { apply: (value: number) => number; most: number } | undefined {
  const item = frameAttributes(dataSet, 'frameVOILUTSequence', frame).items('voiLUTSequence')[0];
  if (item === undefined) return undefined;
  const table = readLut(item, valuesAreSigned);
  return { apply: (value) => lookUp(table, value) / table.most, most: table.most };
}

function windowFunction(text: string | undefined): WindowFunction {
  return text === 'LINEAR_EXACT' || text === 'SIGMOID' ? text : 'LINEAR';
}

/** The window functions of C.11.2.1.2.1 and C.11.2.1.3, output range [0, 1]. */
export function windowOf(shape: WindowFunction, center: number, width: number): (value: number) => number {
  if (shape === 'SIGMOID') return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  if (shape === 'LINEAR_EXACT') return (value) => clamp((value - center) / width + 0.5);
  // Width 1 is a step: values up to center - 0.5 are black.
  if (width === 1) return (value) => (value <= center - 0.5 ? 0 : 1);
  return (value) => clamp((value - (center - 0.5)) / (width - 1) + 0.5);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
