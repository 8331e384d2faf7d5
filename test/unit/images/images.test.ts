import { describe, expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  combineStatistics,
  cropResizeBilinear,
  flipHorizontal,
  fromUint16,
  type GreyOrColourImage,
  imageStatistics,
  normalisationOf,
  normalise,
  noStatistics,
  resizeBilinear,
  toUint8,
  toUint16,
} from '../../../core/images/index.ts';

function image(width: number, height: number, channels: 1 | 3, values: readonly number[]): GreyOrColourImage {
  return { width, height, channels, data: Float32Array.from(values) };
}

const rounded = (data: Float32Array): number[] => [...data].map((v) => Number(v.toFixed(5)));

test('16-bit samples are the nearest ones, halves and what lies beyond the range included', () => {
  const halves = Array.from({ length: 65_536 }, (_, i) => (i - 0.5) / 65_535);
  const values = Float32Array.from(
    halves.flatMap((x) => [Math.fround(x) - 2 ** -26, x, Math.fround(x) + 2 ** -26, x + 0.3 / 65_535]),
  );
  const more = Float32Array.of(
    ...values.slice(0, 4),
    -1,
    -0,
    0,
    1,
    1.5,
    Number.POSITIVE_INFINITY,
    2 ** -140,
    Number.NaN,
  );
  for (const data of [values, more]) {
    const expected = Uint16Array.from(data, (x) => Math.round(Math.min(1, Math.max(0, x)) * 65_535));
    expect(toUint16({ width: data.length, height: 1, channels: 1, data })).toEqual(expected);
  }
});

describe('resizing', () => {
  test('halving a line widens the triangle to four taps: weights 1/8, 3/8, 3/8, 1/8 inside', () => {
    const line = image(8, 1, 1, [0, 0, 0, 1, 0, 0, 0, 0]);
    expect(rounded(resizeBilinear(line, 4, 1).data)).toEqual([0, 0.375, 0.125, 0]);
  });

  test('the same size gives the same picture', () => {
    const picture = image(2, 2, 3, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0]);
    expect(rounded(resizeBilinear(picture, 2, 2).data)).toEqual(rounded(picture.data));
  });

  test('a cropped region takes nothing from outside it', () => {
    const picture = image(4, 1, 1, [1, 0, 0, 1]);
    expect(rounded(cropResizeBilinear(picture, { left: 1, top: 0, width: 2, height: 1 }, 4, 1).data)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe('normalisation', () => {
  test('grey is repeated over three planes', () => {
    expect([...normalise(image(2, 1, 1, [0, 1]), [0.5, 0.5, 0], [0.5, 1, 1])]).toEqual([-1, 1, -0.5, 0.5, 0, 1]);
  });

  test('colour becomes planes', () => {
    expect([...normalise(image(1, 2, 3, [1, 2, 3, 4, 5, 6]), [0, 0, 0], [1, 1, 1])]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('of one channel grey stays one plane, and colour becomes its luma', () => {
    expect([...normalise(image(2, 1, 1, [0, 1]), [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], 1)]).toEqual([-2, 2]);
    const [luma] = normalise(image(1, 1, 3, [1, 0.5, 0]), [0, 0, 0], [1, 1, 1], 1);
    expect(luma).toBeCloseTo(0.299 + 0.5 * 0.587, 6);
    // Mean and deviation of three channels become one of each.
    const [scaled] = normalise(image(1, 1, 1, [1]), [1, 0, 0], [1, 2, 3], 1);
    expect(scaled).toBeCloseTo((1 - 0.299) / (0.299 + 2 * 0.587 + 3 * 0.114), 6);
  });

  test('statistics of parts are those of the whole', () => {
    const parts = [image(2, 1, 1, [0, 0.5]), image(1, 1, 3, [1, 0.25, 0])].map(imageStatistics);
    const { mean, std } = normalisationOf(parts.reduce(combineStatistics, noStatistics));
    expect(mean.map((v) => Number(v.toFixed(9)))).toEqual([0.5, 0.25, 0.166666667]);
    expect(std[0]).toBeCloseTo(Math.sqrt(1 / 6), 9);
    expect(std[1]).toBeCloseTo(Math.sqrt(0.125 / 3), 9);
  });

  test('a flat data set divides by 1', () => {
    expect(normalisationOf(imageStatistics(image(2, 1, 1, [0.5, 0.5]))).std).toEqual([1, 1, 1]);
  });
});

describe('augmentation', () => {
  test('a flip exchanges left and right, pixel by pixel', () => {
    expect([...flipHorizontal(image(2, 1, 3, [1, 2, 3, 4, 5, 6])).data]).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('brightness multiplies and is kept in range', () => {
    expect(rounded(adjustBrightness(image(2, 1, 1, [0.5, 0.9]), 1.2).data)).toEqual([0.6, 1]);
  });

  test('contrast turns about the mean of the grey picture', () => {
    expect(rounded(adjustContrast(image(2, 1, 1, [0.4, 0.6]), 0.5).data)).toEqual([0.45, 0.55]);
  });
});

describe('stored samples', () => {
  test('sixteen bits come back to within half a step', () => {
    const stored = fromUint16(toUint16(image(3, 1, 1, [0, 0.123456, 1])), 3, 1, 1);
    expect(Math.abs((stored.data[1] ?? 0) - 0.123456)).toBeLessThan(0.5 / 65_535 + 1e-7);
    expect([stored.data[0], stored.data[2]]).toEqual([0, 1]);
  });

  test('eight bits are rounded and clamped', () => {
    expect([...toUint8(image(3, 1, 1, [-0.1, 0.5, 1.5]))]).toEqual([0, 128, 255]);
  });
});
