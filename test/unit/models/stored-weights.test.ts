import { describe, expect, test } from 'vitest';
import type { AppError } from '../../../core/base/errors.ts';
import { arrangeWeights, type NetworkConfig, namedShapes, parameterLayout } from '../../../core/models/index.ts';
import { appErrorOf } from '../../support/thrown.ts';

/** Three parameters: the head of a linear model has a weight [2, 3] and a bias [2]. */
const config: NetworkConfig = {
  lpm: { width: 3, heads: 1, patch: 8, eps: 1e-6, channels: 3 },
  method: 'linear',
  layers: 1,
  classes: 2,
  sideSize: 8,
  sideWidth: 1,
  prompts: 1,
  tokens: 1,
};
const layout = parameterLayout(config);
const weight = { name: 'head.weight', shape: [2, 3] };
const bias = { name: 'head.bias', shape: [2] };
const vector = Float32Array.of(1, 2, 3, 4, 5, 6, 10, 20);

function refusal(stored: Parameters<typeof arrangeWeights>[1], values = vector): AppError {
  return appErrorOf(() => arrangeWeights(layout, stored, [values], 'model "m"'));
}

describe('stored weights', () => {
  test('in the order of the network come back as they are', () => {
    expect(namedShapes(layout)).toEqual([weight, bias]);
    expect(arrangeWeights(layout, [weight, bias], [vector], 'model "m"')[0]).toBe(vector);
  });

  test('in another order are put into the order of the network, every vector alike', () => {
    const other = Float32Array.of(10, 20, 1, 2, 3, 4, 5, 6);
    expect(arrangeWeights(layout, [bias, weight], [other, other.map((x) => -x)], 'model "m"')).toEqual([
      vector,
      vector.map((x) => -x),
    ]);
  });

  test('of other parameters are refused: all differences are named, and what to do', () => {
    const error = refusal([{ name: 'head.weight', shape: [3, 2] }, { name: 'body', shape: [1] }, weight]);
    expect(error.code).toBe('WEIGHTS_INVALID');
    expect(error.message).toBe(
      'The weights of model "m" are not those of its network: "head.weight" is [3, 2] instead of [2, 3]; "body" is unknown; ' +
        '"head.weight" is there twice; "head.bias" is missing.',
    );
    expect(error.action).toContain('train again');
  });

  test('whose names are of equal sizes but others are refused, not taken by their place', () => {
    expect(refusal([weight, { name: 'head.offset', shape: [2] }]).message).toContain('"head.offset" is unknown');
    expect(refusal([{ name: 'head.weight', shape: [6] }, bias]).message).toContain('[6] instead of [2, 3]');
  });

  test('of another length than their list are refused with both numbers', () => {
    expect(refusal([weight, bias], vector.subarray(1)).message).toBe(
      'The weights of model "m" are 7 numbers; its list of parameters has 8.',
    );
  });
});
