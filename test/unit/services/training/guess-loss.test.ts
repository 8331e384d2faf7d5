import { expect, test } from 'vitest';
import { guessLoss } from '../../../../core/services/training/stuck-members.ts';
import { type Labels, targets } from '../../../../core/targets/index.ts';
import type { ExampleSource } from '../../../../core/training/loop.ts';

const source = (labels: Labels): ExampleSource => ({
  labels,
  imageSize: null,
  load: () => Promise.reject(new Error('nothing is loaded for a guess')),
});

test('guessing classes costs the entropy of their shares; with class weights, that of equal shares', () => {
  const network = { target: targets.class, classes: 2 };
  const images = source(Int32Array.of(0, 0, 0, 1));
  const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
  expect(guessLoss(network, { criterion: 'cross-entropy', classWeights: 'none' }, images)).toBeCloseTo(entropy, 9);
  expect(guessLoss(network, { criterion: 'cross-entropy', classWeights: 'balanced' }, images)).toBeCloseTo(Math.LN2, 9);
});

test('guessing findings costs the mean entropy of what is known; guessing numbers, their variance', () => {
  const findings = source(Float32Array.of(1, Number.NaN, 0, 1, 0, 0, 0, Number.NaN));
  const quarter = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
  const settings = { criterion: 'binary-cross-entropy', classWeights: 'none' } as const;
  expect(guessLoss({ target: targets.finding, classes: 2 }, settings, findings)).toBeCloseTo(
    (4 * quarter + 2 * Math.LN2) / 6,
    6,
  );
  const numbers = source(Float32Array.of(1, 2, 3, 6));
  expect(
    guessLoss(
      { target: targets.quantity, classes: 1 },
      { criterion: 'mean-squared-error', classWeights: 'none' },
      numbers,
    ),
  ).toBeCloseTo(3.5, 6);
});
