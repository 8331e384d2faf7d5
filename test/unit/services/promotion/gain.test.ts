/** How models of findings and of numbers are compared, on cases whose figures can be said by hand. */
import { expect, test } from 'vitest';
import type { ModelRecord, TargetKind } from '../../../../core/contract/index.ts';
import type { PairedCases } from '../../../../core/services/promotion/common-cases.ts';
import { rulerOf } from '../../../../core/services/promotion/gain.ts';

function cases(
  target: TargetKind,
  classes: readonly string[],
  rows: readonly { readonly truth: number[]; readonly own: number[]; readonly before: number[] }[],
): PairedCases {
  const of = (key: 'truth' | 'own' | 'before'): Float64Array => Float64Array.from(rows.flatMap((row) => row[key]));
  return {
    record: { target, classes, positiveClass: null, labelScale: { mean: 10, deviation: 2 } } as unknown as ModelRecord,
    columns: classes.length,
    truths: of('truth'),
    answers: of('own'),
    before: of('before'),
    patients: rows.map((_, i) => i),
    members: rows.map(() => []),
  };
}

test('of numbers a smaller error is a gain, in their unit and on what is known', () => {
  const made = cases(
    'quantity',
    ['age'],
    [
      { truth: [10], own: [11], before: [13] },
      { truth: [20], own: [19], before: [17] },
      { truth: [Number.NaN], own: [99], before: [0] },
    ],
  );
  const ruler = rulerOf(made);
  expect([ruler.figure, ruler.own(made).value, ruler.gain(made)]).toEqual([
    'absoluteError',
    1,
    { value: 2, interval: [2, 2] },
  ]);
  // Always answering the training images' mean, 10, is 0 and 10 off.
  expect(ruler.gainOverGuessing(made).value).toBe(4);
  expect(ruler.rarer(made)).toBeNull();
});

test('of findings it is the mean AUC over those that can be judged, and each has its own', () => {
  const known = [0, 0, 1, 1];
  const made = cases(
    'finding',
    ['mass', 'never'],
    known.map((mark, i) => ({
      truth: [mark, 0],
      own: [[0.1, 0.2, 0.8, 0.9][i] as number, 0.5],
      before: [[0.1, 0.85, 0.8, 0.9][i] as number, 0.5],
    })),
  );
  const ruler = rulerOf(made);
  // Of four pairs of a present and an absent case the one before has one the wrong way round.
  expect([ruler.figure, ruler.own(made).value, ruler.gain(made).value]).toEqual(['auc', 1, 0.25]);
  expect(ruler.names(made).map(({ name, gain }) => [name, gain.value])).toEqual([
    ['mass', 0.25],
    ['never', null],
  ]);
  expect([ruler.gainOverGuessing(made).value, ruler.rarer(made)]).toEqual([0.5, 2]);
});

test('of classes patients of the commonest one are not rare', () => {
  const made = cases(
    'class',
    ['a', 'b'],
    [0, 0, 0, 1].map((truth) => ({ truth: [truth], own: [0.5, 0.5], before: [0.5, 0.5] })),
  );
  expect(rulerOf(made).rarer({ ...made, truths: Float64Array.of(0, 0, 0, 1) })).toBe(1);
});
