import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { networkConfig, plainVit } from '../../../../core/models/index.ts';
import { exampleSource } from '../../../../core/services/features/source-examples.ts';
import { targets } from '../../../../core/targets/index.ts';
import { instanceId } from '../../../support/ids.ts';

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
