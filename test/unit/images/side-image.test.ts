import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import {
  adjustBrightness,
  adjustContrast,
  cropResizeBilinear,
  flipHorizontal,
  fromUint16,
  type GreyOrColourImage,
  type ImageChanges,
  normalise,
  PlainPasses,
  resizeBilinear,
  type Samples,
  SideImageMaker,
} from '../../../core/images/index.ts';
import { whole } from '../../../core/images/resize.ts';
import { SimdPasses } from '../../../core/services/features/side-images/simd-passes.ts';
import { drawAugmentation } from '../../../core/training/augment.ts';
import { assembled, assembledPath } from '../../../scripts/wasm/assemble.ts';

const size = 61;
const side = 24;
const random = Random.seeded(11);

/** The functions that are compared with torchvision and Pillow elsewhere, one after the other. */
function stepByStep(
  source: GreyOrColourImage,
  changes: ImageChanges | null,
  statistics: { mean: number[]; std: number[] },
  channels: number,
): Float32Array {
  if (changes === null) {
    return normalise(resizeBilinear(source, side, side), statistics.mean, statistics.std, channels);
  }
  let image = cropResizeBilinear(source, changes.crop, side, side);
  if (changes.flip) image = flipHorizontal(image);
  const { brightness, contrast } = changes;
  image = changes.brightnessFirst
    ? adjustContrast(adjustBrightness(image, brightness), contrast)
    : adjustBrightness(adjustContrast(image, contrast), brightness);
  return normalise(image, statistics.mean, statistics.std, channels);
}

test.each([
  [1, 3, 'one deviation', { mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] }],
  [1, 3, 'three deviations', { mean: [0.48, 0.45, 0.4], std: [0.22, 0.21, 0.25] }],
  [3, 3, 'three deviations', { mean: [0.48, 0.45, 0.4], std: [0.22, 0.21, 0.25] }],
  [1, 1, 'one deviation', { mean: [0.4], std: [0.2] }],
  [3, 1, 'three deviations', { mean: [0.48, 0.45, 0.4], std: [0.22, 0.21, 0.25] }],
] as const)(
  'a side image of %i channels for a network of %i, %s, is that of its parts, bit for bit',
  (from, to, _, given) => {
    const statistics = { mean: [...given.mean], std: [...given.std] };
    const makers = [
      new SideImageMaker(side, to, statistics),
      new SideImageMaker(side, to, statistics, new SimdPasses()),
    ];
    const length = to * side * side;
    for (let n = 0; n < 40; n++) {
      const samples = Uint16Array.from({ length: size * size * from }, () => random.uint32() >>> 16);
      const changes = n % 8 === 0 ? null : drawAugmentation(random, size, size, { flip: true });
      const expected = stepByStep(fromUint16(samples, size, size, from), changes, statistics, to);
      // In the middle of a batch, whose other images stay as they are.
      for (const maker of makers) {
        const batch = new Float32Array(3 * length).fill(7);
        maker.write({ width: size, height: size, channels: from, data: samples }, changes, batch, length);
        expect(batch.subarray(length, 2 * length)).toEqual(expected);
        expect(batch[length - 1]).toBe(7);
        expect(batch[2 * length]).toBe(7);
      }
    }
  },
);

/** Pillow's bilinear weights, written anew: the sum of a line in float64, that of a column rounded to float32 after each tap. */
function plainResample(image: GreyOrColourImage, region: ImageChanges['crop'], width: number, height: number) {
  const { channels, data } = image;
  const weights = (start: number, length: number, n: number) =>
    Array.from({ length: n }, (_, i) => {
      const scale = length / n;
      const wide = Math.max(1, scale);
      const center = start + (i + 0.5) * scale;
      const first = Math.max(start, Math.floor(center - wide + 0.5));
      const last = Math.min(start + length, Math.floor(center + wide + 0.5));
      const own = Array.from({ length: last - first }, (_, k) =>
        Math.max(0, 1 - Math.abs((k + first - center + 0.5) / wide)),
      );
      const sum = own.reduce((a, b) => a + b, 0);
      return { first, own: own.map((w) => w / sum) };
    });
  const out = new Float32Array(width * height * channels);
  weights(region.top, region.height, height).forEach((down, y) => {
    weights(region.left, region.width, width).forEach((across, x) => {
      for (let c = 0; c < channels; c++) {
        const line = (row: number): number =>
          across.own.reduce((sum, w, k) => sum + w * data[(row * image.width + across.first + k) * channels + c]!, 0);
        out[(y * width + x) * channels + c] = down.own.reduce(
          (sum, w, k) => Math.fround(sum + w * Math.fround(line(down.first + k))),
          0,
        );
      }
    });
  });
  return out;
}

test.each([
  [1, 24, 17],
  [3, 24, 17],
  [1, 90, 101],
  [3, 61, 5],
] as const)('%i channels resampled to %i x %i are plain sums in one order, bit for bit', (channels, width, height) => {
  const data = Float32Array.from({ length: size * size * channels }, () => random.uniform());
  const image = { width: size, height: size, channels, data };
  for (let n = 0; n < 4; n++) {
    const { crop } = drawAugmentation(random, size, size, { flip: false });
    expect(cropResizeBilinear(image, crop, width, height).data).toEqual(plainResample(image, crop, width, height));
  }
});

test('vector instructions give the bits of plain passes for every sample, for floats, and for images of any size after each other', () => {
  const makers = [new PlainPasses(), new SimdPasses()];
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const floats = Float32Array.from({ length: 53 * 37 * 3 }, () => random.uniform());
  const images: Samples[] = [
    { width: 256, height: 256, channels: 1, data: all },
    { width: 53, height: 37, channels: 3, data: floats },
    { width: 1, height: 1, channels: 1, data: Uint16Array.of(40_000) },
    { width: 700, height: 90, channels: 1, data: Uint16Array.from({ length: 63_000 }, () => random.uint32() >>> 16) },
    { width: 90, height: 233, channels: 3, data: Uint16Array.from({ length: 62_910 }, () => random.uint32() >>> 16) },
  ];
  for (const image of images) {
    for (const size of [256, 31, 17, 1]) {
      for (const isMirrored of [false, true]) {
        for (const factor of [0, 0.3, 1, 1.7]) {
          const count = size ** 2 * image.channels;
          const [expected, found] = makers.map((passes) => {
            const values = passes.resample(image, whole(image), size, isMirrored);
            const resampled = values.slice(0, count);
            passes.blend(count, factor, factor - 0.9);
            const blended = values.slice(0, count);
            const scaled = new Float32Array(size ** 2 + 2).fill(7);
            passes.scale(image.channels - 1, image.channels, size ** 2, 0.48, 0.22, scaled, 1);
            return { resampled, blended, scaled };
          });
          expect(found).toEqual(expected);
        }
      }
    }
  }
});

test('where no more memory is to be had images are made without vector instructions, and with them again where there is', () => {
  const passes = new SimdPasses();
  const grow = vi.spyOn(
    (globalThis as unknown as { WebAssembly: { Memory: { prototype: { grow(): number } } } }).WebAssembly.Memory
      .prototype,
    'grow',
  );
  grow.mockImplementation(() => {
    throw new RangeError('no room');
  });
  const statistics = { mean: [0.4], std: [0.2] };
  const large: Samples = { width: 300, height: 300, channels: 1, data: new Uint16Array(90_000).fill(9_000) };
  const tiny: Samples = {
    width: 3,
    height: 3,
    channels: 1,
    data: Uint16Array.from({ length: 9 }, (_, i) => i * 7_000),
  };
  for (const [image, size] of [
    [large, 200],
    [tiny, 4],
    [large, 200],
  ] as const) {
    const changes = { crop: whole(image), flip: true, brightness: 1.2, contrast: 0.7, brightnessFirst: false };
    const [found, expected] = [passes, new PlainPasses()].map((walker) => {
      const out = new Float32Array(size ** 2);
      new SideImageMaker(size, 1, statistics, walker).write(image, changes, out, 0);
      return out;
    });
    expect(found).toEqual(expected);
  }
  expect(grow).toHaveBeenCalled();
  grow.mockRestore();
});

test('the instructions are those of their text', async () => {
  expect(readFileSync(assembledPath, 'utf8')).toBe(await assembled());
});
