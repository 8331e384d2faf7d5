/**
 * Which samples of a picture are black and which are white.
 *
 * Pictures of eight bits and fewer, and JPEG, say it themselves. Samples of 16 and 32 bits, signed ones and floats do not: a format
 * that could hold 65,535 usually holds 12 bits, and floats hold whatever was computed. Their range is one rule for all pictures of a
 * data set, so that two of them can be compared: from the smallest to the largest value of its training images, which a file may
 * state itself (SMinSampleValue and SMaxSampleValue of TIFF, sBIT of PNG). The range is frozen with the data set's version and
 * carried by the model. A picture that stands alone (a thumbnail, a list) is drawn by its own range, as a DICOM frame without a window is.
 */
import { AppError } from '../base/errors.ts';

/** Kinds of samples whose format does not say what is black and white; each has its own range. */
export const sampleKinds = ['uint16', 'uint32', 'signed', 'float'] as const;
export type SampleKind = (typeof sampleKinds)[number];

/** What each kind is, what draws it, and what a file may state, as docs/pixels.md says it; `commonRange` is the rule. */
export const kindRules: Readonly<Record<SampleKind, { found: string; range: string; stated: string }>> = {
  uint16: {
    found: 'unsigned, 9 to 16 bits',
    range: '0 and 65535 where a sample is above 32767; else the smallest and largest value',
    stated: 'SMinSampleValue and SMaxSampleValue (TIFF), sBIT (PNG)',
  },
  uint32: {
    found: 'unsigned, 32 bits',
    range: '0 and 4294967295 where a sample is above 2147483647; else the smallest and largest value',
    stated: 'SMinSampleValue and SMaxSampleValue (TIFF)',
  },
  signed: {
    found: 'signed, 1 to 16 and 32 bits',
    range: 'the smallest and largest value',
    stated: 'SMinSampleValue and SMaxSampleValue (TIFF)',
  },
  float: {
    found: 'floats of 16, 32 and 64 bits',
    range: '0 and 1 where all samples lie there; else the smallest and largest value',
    stated: 'SMinSampleValue and SMaxSampleValue (TIFF)',
  },
};

/** The samples that are drawn black and white. */
export type SampleRange = readonly [low: number, high: number];

/** Ranges by kind; a kind without one is drawn by each picture's own. */
export type SampleRanges = Readonly<Partial<Record<SampleKind, SampleRange | undefined>>>;

/**
 * `own`: by the picture itself. `format`: by the largest number that the format holds, and floats by 0 to 1, which is how versions up to
 * 0.1.0 read, and with them the models that they trained. Ranges: a data set's.
 */
export type RangeRule = 'own' | 'format' | SampleRanges;

/** The open samples of one picture: what they are and which values they have or are said to have. */
export interface OpenSamples {
  readonly kind: SampleKind;
  /** Bits of a sample. */
  readonly bits: number;
  readonly low: number;
  readonly high: number;
}

/** The largest share of a picture's samples that may lie outside a data set's range: highlights and metal, no other scale. */
export const mostOutside = 0.05;

/**
 * The common range of pictures of one kind: smallest to largest. Unsigned samples that use their highest bit use their format, and
 * keep its range; floats within 0 to 1 are what most programs mean by black and white.
 */
export function commonRange(kind: SampleKind, extents: readonly SampleRange[]): SampleRange {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const [least, most] of extents) {
    low = Math.min(low, least);
    high = Math.max(high, most);
  }
  if (kind === 'uint16' && high > 0x7fff) return [0, 0xffff];
  if (kind === 'uint32' && high > 0x7fff_ffff) return [0, 0xffff_ffff];
  if (kind === 'float' && low >= 0 && high <= 1) return [0, 1];
  return low <= high ? [low, high] : [0, 0];
}

/** The range of a picture under a rule. */
export function rangeOf(open: OpenSamples, rule: RangeRule): SampleRange {
  if (rule === 'format') return formatRange(open);
  const ruled = rule === 'own' ? undefined : rule[open.kind];
  return ruled ?? commonRange(open.kind, [[open.low, open.high]]);
}

function formatRange({ kind, bits }: OpenSamples): SampleRange {
  if (kind === 'float') return [0, 1];
  return kind === 'signed' ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** Smallest and largest finite value; [0, 0] where there is none. */
export function extentOf(samples: ArrayLike<number>): SampleRange {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    if (value < low && value !== Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value !== Number.POSITIVE_INFINITY) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/**
 * Refuses a picture of another scale than its range was made from.
 * @throws IMAGE_OTHER_RANGE where a ruled range would cut a good part of the samples to black or white, or where unsigned samples that
 *   reach a sixteenth of the range at most would come out black
 */
export function checkInRange(samples: ArrayLike<number>, open: OpenSamples, [low, high]: SampleRange): void {
  if (open.low >= low && open.high <= high) {
    const isFaint = open.kind.startsWith('uint') && high > low && open.high - low <= (high - low) / 16;
    if (!isFaint) return;
    throw new AppError(
      'IMAGE_OTHER_RANGE',
      `The picture's samples run from ${text(open.low)} to ${text(open.high)}; the images learned from are drawn from ${text(low)} to ` +
        `${text(high)}, in which it is black.`,
    );
  }
  let outside = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    if (value < low || value > high) outside++;
  }
  if (outside <= mostOutside * samples.length) return;
  const percent = Math.round((100 * outside) / samples.length);
  throw new AppError(
    'IMAGE_OTHER_RANGE',
    `The picture's samples run from ${text(open.low)} to ${text(open.high)}; the images learned from are drawn from ${text(low)} to ` +
      `${text(high)}, and ${percent} % of the samples lie outside.`,
  );
}

function text(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
