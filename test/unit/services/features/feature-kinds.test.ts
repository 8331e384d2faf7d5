import { expect, test } from 'vitest';
import { featureKinds } from '../../../../core/services/features/feature-kinds.ts';

test.each(Object.entries(featureKinds))('%s of pictures that another range draws are kept apart', (_, { storeKey }) => {
  const key = (rule: Parameters<typeof storeKey>[1]['rule']): string =>
    JSON.stringify(
      storeKey(
        {} as Parameters<typeof storeKey>[0],
        { inputSize: 224, tokens: 'global', tokenRatio: 0.2, layers: [1, 2, 3], rule },
        { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      ),
    );
  expect(key({ uint16: [0, 4095] })).not.toBe(key({}));
  expect(key({ uint16: [0, 4095] })).not.toBe(key({ uint16: [0, 1023] }));
});
