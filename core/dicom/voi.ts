/** Modality values to display values in [0, 1]: window, VOI LUT Sequence, or the whole range (PS3.3 C.11.2). */
import type { DicomDataSet } from './data-set.ts';
import { frameAttributes } from './functional-groups.ts';
import { type InputRange, lookUp, lutItem, readLut } from './lut.ts';

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
export function readVoi(dataSet: DicomDataSet, frame: number, values: InputRange): Voi | undefined {
  const window = readWindows(dataSet, frame)[0];
  if (window !== undefined) return { kind: 'window', apply: windowOf(window.shape, window.center, window.width) };
  const lut = readVoiLut(dataSet, frame, values);
  return lut === undefined ? undefined : { kind: 'lut', apply: lut.apply };
}

/**
 * Every usable window of the instance, in its order. Center, width and name belong together by their place in the list, so an empty
 * value costs its own window only.
 *
 * LINEAR is defined for widths from 1 on, the others above 0 (C.11.2.1.2). A width between 0 and 1 under LINEAR is written for values
 * in fractions (a map of 0 to 0.5), where LINEAR's half steps mean nothing; it is read as LINEAR_EXACT, which is the same line without
 * them. A width of 0 or less is found in files and means nothing.
 */
export function readWindows(
  dataSet: DicomDataSet,
  frame: number,
): { shape: WindowFunction; center: number; width: number; name: string }[] {
  const source = frameAttributes(dataSet, 'frameVOILUTSequence', frame);
  const centers = source.numberList('windowCenter');
  const widths = source.numberList('windowWidth');
  const names = source.texts('windowCenterWidthExplanation');
  const said = windowFunction(source.text('voiLUTFunction'));
  return centers.flatMap((center, i) => {
    const width = widths[i];
    if (center === undefined || width === undefined || !(width > 0)) return [];
    const shape = said === 'LINEAR' && width < 1 ? 'LINEAR_EXACT' : said;
    return [{ shape, center, width, name: names[i] ?? '' }];
  });
}

/** The first VOI LUT: display values in [0, 1] of modality values; `most` is the largest output of the table as stored. */
export function readVoiLut(
  dataSet: DicomDataSet,
  frame: number,
  values: InputRange,
): { apply: (value: number) => number; most: number } | undefined {
  const item = lutItem(frameAttributes(dataSet, 'frameVOILUTSequence', frame), 'voiLUTSequence');
  if (item === undefined) return undefined;
  const table = readLut(item, values);
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
