/** An optimiser is what its object in core/training/optimisers says: its graph keeps those vectors and no others, within its limits. */
import { describe, expect, test } from 'vitest';
import { optimiserNames } from '../../../core/contract/index.ts';
import { input } from '../../../core/graph/index.ts';
import { networkConfig, parameterLayout, plainVit } from '../../../core/models/index.ts';
import { buildUpdate } from '../../../core/training/accumulated-step.ts';
import { freshState } from '../../../core/training/loop.ts';
import { adamW } from '../../../core/training/optimisers/adamw.ts';
import { optimisers } from '../../../core/training/optimisers/index.ts';
import { stepOf } from '../../../core/training/optimisers/optimiser.ts';
import { comparisonWith, expectPromised, placesOf, sources } from '../../support/sources.ts';

const lpm = plainVit({ width: 32, layers: 3, heads: 2, patch: 8, imageSize: 64 });
const config = networkConfig(lpm, { method: 'linear', classes: 3, inputSize: 64 });
const { total } = parameterLayout(config);

describe.each(optimiserNames)('%s', (name) => {
  const { state, hyperparameters } = optimisers[name];

  test('reads and gives the vectors that it says it keeps, and the parameters', () => {
    const graph = buildUpdate(config, { optimiser: name });
    const inputs = graph.inputs.map((value) => [value.name, value.shape]);
    const vectors = ['params', 'gradient', ...state].map((vector) => [vector, [total]]);
    expect(inputs.filter(([vector]) => vector !== 'step').toSorted()).toEqual([...vectors, ['lr', []]].toSorted());
    const outputs = Object.entries(graph.outputs).map(([output, value]) => [output, value.shape]);
    expect(outputs).toEqual([...['params', ...state].map((vector) => [`next_${vector}`, [total]]), ['grad_norm', []]]);
  });

  test('begins with its vectors at 0', () => {
    const begin = freshState(new Float32Array(2), name);
    expect(Object.entries(begin.optimiser)).toEqual(state.map((vector) => [vector, new Float32Array(2)]));
  });

  test('has usual values within its limits', () => {
    for (const { value, min, below } of Object.values(hyperparameters)) {
      expect(value).toBeGreaterThanOrEqual(min);
      expect(value).toBeLessThan(below);
    }
  });
});

test('a hyper-parameter outside its limits is refused', () => {
  const vector = (name: string) => input(name, [2]);
  const inputs = {
    params: vector('params'),
    gradient: vector('gradient'),
    state: { m: vector('m'), v: vector('v') },
    step: input('step', []),
    lr: input('lr', []),
  };
  expect(() => stepOf(adamW, inputs, 0.1, { beta2: 1 })).toThrow('beta2 1, allowed from 0 to below 1');
  expect(() => stepOf(adamW, inputs, 0.1, { beta2: Number.NaN })).toThrow('beta2 NaN');
  expect(stepOf(adamW, inputs, 0.1, { beta2: 0.98 }).params.shape).toEqual([2]);
});

test('nothing compares an optimiser with a name: what differs is a field of its object', () => {
  const comparison = comparisonWith(optimiserNames);
  expect("optimiser === 'adamw'").toMatch(comparison);
  expect(sources.filter(({ text }) => comparison.test(text)).map(({ path }) => path)).toEqual([]);
});

test('an optimiser is named where CONTRIBUTING says that one is added, and nowhere else in the program', () => {
  const places = placesOf('sgd-nesterov');
  expect(places).toEqual([
    'core/contract/names.ts',
    'core/training/optimisers/index.ts',
    'renderer/i18n/de/train.ts',
    'renderer/i18n/en/train.ts',
  ]);
  // Its own object, and what its reference numbers are called.
  expectPromised('optimiser', places, ['core/training/optimisers/', 'test/parity/optimiser-case.ts']);
});
