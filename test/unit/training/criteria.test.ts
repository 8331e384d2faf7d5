/** A criterion is what its object in core/training/criteria says: the step's graph reads the labels that it names. */
import { expect, test } from 'vitest';
import { criterionNames } from '../../../core/contract/index.ts';
import { networkConfig, plainVit } from '../../../core/models/index.ts';
import { buildGradient } from '../../../core/training/accumulated-step.ts';
import { criteria } from '../../../core/training/criteria/index.ts';
import { buildTrainStep } from '../../../core/training/train-step.ts';
import { comparisonWith, expectPromised, placesOf, sources } from '../../support/sources.ts';

const lpm = plainVit({ width: 32, layers: 3, heads: 2, patch: 8, imageSize: 64 });
const config = networkConfig(lpm, { method: 'linear', classes: 3, inputSize: 64 });

test.each(criterionNames)('%s has the labels that it names as inputs of the step, whole or in parts', (criterion) => {
  const options = { batch: 4, criterion, weighted: true };
  for (const graph of [buildTrainStep(config, options), buildGradient(config, options)]) {
    const inputs = Object.fromEntries(graph.inputs.map(({ name, shape, dtype }) => [name ?? '', { shape, dtype }]));
    expect(inputs).toMatchObject(criteria[criterion].labels(4, 3));
    expect(inputs['class_weights']?.shape).toEqual([3]);
  }
});

test('nothing compares a criterion with a name: what differs is a field of its object', () => {
  const comparison = comparisonWith(criterionNames);
  expect("criterion === 'cross-entropy'").toMatch(comparison);
  expect(sources.filter(({ text }) => comparison.test(text)).map(({ path }) => path)).toEqual([]);
});

test('a criterion is named where CONTRIBUTING says that one is added, and nowhere else in the program', () => {
  const places = placesOf('cross-entropy');
  expect(places).toEqual([
    'core/contract/names.ts',
    'core/training/criteria/index.ts',
    'renderer/i18n/de/train.ts',
    'renderer/i18n/en/train.ts',
  ]);
  // Its own object, and what its reference numbers are called.
  expectPromised('criterion', places, ['core/training/criteria/', 'test/parity/criterion-case.ts']);
});
