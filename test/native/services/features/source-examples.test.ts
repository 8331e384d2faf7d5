import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { tensorsOf } from '../../../../core/engine/index.ts';
import { MemoryBudget } from '../../../../core/features/index.ts';
import { networkConfig, plainVit } from '../../../../core/models/index.ts';
import { exampleSource } from '../../../../core/services/features/source-examples.ts';
import { targets } from '../../../../core/targets/index.ts';
import { instanceId } from '../../../support/ids.ts';

test('a batch is put together in the memory of one that was given back, and in no other', async () => {
  const size = 32;
  const lpm = plainVit({ width: 64, layers: 4, heads: 2, patch: 16, imageSize: size });
  const config = networkConfig(lpm, { method: 'side-only', classes: 2, inputSize: size });
  let reads = 0;
  const read = async (_: string, key: string) => {
    reads++;
    return new Uint8Array(new Uint16Array(size * size).fill(1000 * (1 + Number(key.split('/')[0]))).buffer);
  };
  const images = [0, 1, 2].map((n) => ({ instanceId: instanceId(n), frame: 0, classIndex: 0, values: [] }));
  const memory = new MemoryBudget(2 ** 30).holder();
  const source = exampleSource({ sources: { read }, records: new Map(), memory }, config, images, {
    inputSize: size,
    statistics: { mean: [0, 0, 0], std: [1, 1, 1] },
    target: targets.class,
    reading: { uncertain: 'unknown', scale: null },
  });
  const brighter = {
    ...{ crop: { top: 0, left: 0, height: size, width: size }, flip: false },
    ...{ brightness: 2, contrast: 1, brightnessFirst: true },
  };
  const first = await source.load([0, 1], [null, null]);
  const second = await source.load([1, 2], [null, brighter]);
  const values = (inputs: typeof first) =>
    [...(tensorsOf(inputs)['image']?.data ?? [])].filter((_, i) => i % (3 * 128 ** 2) === 0);
  const near = (samples: readonly number[]) => samples.map((x) => expect.closeTo(x / 65_535, 6));
  expect(values(first)).toEqual(near([1000, 2000]));
  expect(values(second)).toEqual(near([2000, 6000]));
  // Image 1 was held, since nothing changes it.
  expect(reads).toBe(3);
  source.release?.(first);
  const third = await source.load([2, 0], [null, null]);
  expect(tensorsOf(third)['image']?.data).toBe(tensorsOf(first)['image']?.data);
  expect(values(third)).toEqual(near([3000, 1000]));
  expect(values(second)).toEqual(near([2000, 6000]));
  // Given back twice, it is there once.
  source.release?.(third);
  source.release?.(third);
  const [a, b] = [await source.load([0, 1], [null, null]), await source.load([0, 1], [null, null])];
  expect(tensorsOf(a)['image']?.data).not.toBe(tensorsOf(b)['image']?.data);
});

test('while a batch is put together others have their turn after every image', async () => {
  const size = 32;
  const lpm = plainVit({ width: 64, layers: 4, heads: 2, patch: 16, imageSize: size });
  const config = networkConfig(lpm, { method: 'side-only', classes: 2, inputSize: size });
  const sources = { read: async () => new Uint8Array(new Uint16Array(size * size).fill(1000).buffer) };
  const images = Array.from({ length: 12 }, (_, n) => ({
    instanceId: instanceId(n),
    ...{ frame: 0, classIndex: 0, values: [] },
  }));
  const source = exampleSource({ sources, records: new Map() }, config, images, {
    inputSize: size,
    statistics: { mean: [0, 0, 0], std: [1, 1, 1] },
    target: targets.class,
    reading: { uncertain: 'unknown', scale: null },
  });
  let isLoading = true;
  let turns = 0;
  const others = (async () => {
    while (isLoading) {
      await nextTurn();
      turns++;
    }
  })();
  const all = images.map(({ instanceId }) => instanceId);
  const { image } = await source.load(
    all,
    all.map(() => null),
  );
  isLoading = false;
  await others;
  expect(image?.shape[0]).toBe(12);
  expect(turns).toBeGreaterThanOrEqual(12);
});
