/** A criterion is refused before anything is computed where it does not fit, and where its batch would come in parts. */
import { expect, test } from 'vitest';
import { measureOptionsSchema, targetKinds } from '../../../../core/contract/index.ts';
import { criterionFor } from '../../../../core/services/training/criterion.ts';
import { targets } from '../../../../core/targets/index.ts';

const options = measureOptionsSchema.parse({
  dataset: 'knees',
  lpm: 'tiny',
  method: 'full',
  batch: 16,
  microBatch: 16,
});

test.each(targetKinds)(
  'every criterion that fits %s is allowed, and the first is taken where none is named',
  (kind) => {
    expect(criterionFor(kind, options)).toBe(targets[kind].criteria[0]);
    for (const criterion of targets[kind].criteria) {
      expect(() => criterionFor(kind, { ...options, criterion })).not.toThrow();
    }
  },
);

test('a criterion of something else is refused with those that fit', () => {
  expect(() => criterionFor('class', { ...options, criterion: 'kappa' })).toThrow(
    'The criterion kappa does not fit classes; allowed: cross-entropy, label-smoothing, focal.',
  );
});

test('kappa is of a whole batch: not of one example, and not in parts', () => {
  const asked = { ...options, criterion: 'kappa' as const };
  expect(() => criterionFor('grade', { ...asked, batch: 1 })).toThrow('found a batch of 1, allowed 2 or more');
  expect(() => criterionFor('grade', { ...asked, microBatch: 2 })).toThrow(
    'needs the whole batch of 16 at once; found 2 images at a time',
  );
  // Methods that are never computed in parts have the setting too, and do not read it.
  expect(() => criterionFor('grade', { ...asked, method: 'linear', microBatch: 2 })).not.toThrow();
});
