import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { Random } from '../../../../core/base/random.ts';
import type { PatientId, SplitName } from '../../../../core/contract/index.ts';
import {
  type AssignedSplit,
  checkSplits,
  drawSplits,
  type SplitPatient,
} from '../../../../core/services/datasets/split.ts';
import { patientId } from '../../../support/ids.ts';

function patients(...counts: [name: string, patients: number][]): SplitPatient[] {
  const list = counts.flatMap(([name, n]) => Array.from({ length: n }, () => name));
  return list.map((name, i) => ({ patientId: patientId(i + 1), classes: new Set([name]) }));
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

function tally(
  list: readonly SplitPatient[],
  splits: ReadonlyMap<number, { readonly split: SplitName }>,
): Record<string, string> {
  const names = [...new Set(list.flatMap(({ classes }) => [...classes]))];
  return Object.fromEntries(
    names.map((name) => {
      const of = (split: SplitName): number =>
        list.filter(({ patientId, classes }) => classes.has(name) && splits.get(patientId)?.split === split).length;
      return [name, `${of('train')}/${of('val')}/${of('test')}`];
    }),
  );
}

describe('drawSplits', () => {
  test('gives each class 60, 20 and 20 % of its patients, and every split at least one', () => {
    const list = patients(['a', 3], ['b', 4], ['c', 5], ['d', 10], ['e', 100]);
    const splits = drawSplits(list, new Map(), Random.seeded(1));
    expect(tally(list, splits)).toEqual({ a: '1/1/1', b: '2/1/1', c: '3/1/1', d: '6/2/2', e: '60/20/20' });
  });

  test('is the same for the same seed and another for another', () => {
    const list = patients(['a', 30], ['b', 30]);
    const draw = (seed: number) => [...drawSplits(list, new Map(), Random.seeded(seed))].sort(([a], [b]) => a - b);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('leaves patients that have a split where they are and fills up around them', () => {
    const list = patients(['a', 10], ['b', 10]);
    const first = drawSplits(list.slice(0, 16), new Map(), Random.seeded(3));
    const later = drawSplits(list, first, Random.seeded(4));
    for (const [patientId, split] of first) expect(later.get(patientId)).toEqual(split);
    expect(tally(list, later)).toEqual({ a: '6/2/2', b: '6/2/2' });
  });

  test('deals a patient of two classes once, for the rarer', () => {
    const list = [...patients(['a', 20], ['b', 5])];
    const both = { patientId: patientId(99), classes: new Set(['a', 'b']) };
    const splits = drawSplits([...list, both], new Map(), Random.seeded(1));
    expect(splits.size).toBe(26);
    expect(splits.has(patientId(99))).toBe(true);
  });

  test('names the class that has too few patients, and how many it has', () => {
    expect(messageOf(() => drawSplits(patients(['rare', 1], ['b', 9]), new Map(), Random.seeded(1)))).toBe(
      'SPLIT_IMPOSSIBLE: Class "rare" has 1 patient; each class needs at least 3, one for each split.',
    );
  });
});

/** Splits that a file gives, by patients' numbers. */
function givenSplits(...splits: readonly (SplitName | null)[]): Map<PatientId, AssignedSplit> {
  return new Map(
    splits.flatMap((split, i) => (split === null ? [] : [[patientId(i + 1), { split, origin: 'given' }] as const])),
  );
}

describe('splits that a file gives', () => {
  const draw = (list: readonly SplitPatient[], given: ReadonlyMap<PatientId, AssignedSplit>, seed = 1) =>
    drawSplits(list, given, Random.seeded(seed));

  test('nobody is added to the test patients of the file', () => {
    const list = patients(['a', 20], ['b', 20]);
    const given = givenSplits('test', 'test', ...Array<null>(18).fill(null), 'test', 'test');
    const splits = draw(list, given);
    expect(tally(list, splits)).toEqual({ a: '14/4/2', b: '14/4/2' });
    expect([...splits.values()].filter(({ split }) => split === 'test').map(({ origin }) => origin)).toEqual(
      Array(4).fill('given'),
    );
    expect(() => checkSplits(list, splits)).not.toThrow();
  });

  test('training and test alone give a quarter of the training patients to validation, the same for the same seed', () => {
    const list = patients(['a', 10], ['b', 10]);
    const official = [...Array<SplitName>(8).fill('train'), 'test', 'test'] as const;
    const given = givenSplits(...official, ...official);
    const splits = draw(list, given);
    expect(tally(list, splits)).toEqual({ a: '6/2/2', b: '6/2/2' });
    expect([...splits.values()].filter(({ split }) => split === 'val').map(({ origin }) => origin)).toEqual(
      Array(4).fill('cut'),
    );
    expect(draw(list, given)).toEqual(splits);
    expect(draw(list, given, 2)).not.toEqual(splits);
    // Once cut they stay, whatever the seed.
    expect(draw(list, splits, 2)).toEqual(splits);
  });

  test('what a file gives as validation is not added to from its training', () => {
    const list = patients(['a', 4], ['b', 3]);
    const splits = draw(list, givenSplits('train', 'train', 'val', 'test', 'train', 'train', 'test'));
    expect(tally(list, splits)).toEqual({ a: '2/1/1', b: '2/0/1' });
  });

  test('the last training patient of a class is not cut', () => {
    const list = [
      { patientId: patientId(1), classes: new Set(['a', 'b']) },
      { patientId: patientId(2), classes: new Set(['a']) },
      { patientId: patientId(3), classes: new Set(['a', 'b']) },
    ];
    const splits = draw(list, givenSplits('train', 'train', 'test'));
    expect(tally(list, splits)).toEqual({ a: '1/1/1', b: '1/0/1' });
  });
});

describe('checkSplits', () => {
  test('names the split that has no patients', () => {
    const list = patients(['a', 2], ['b', 2]);
    const given = givenSplits('train', 'test', 'train', 'test');
    expect(messageOf(() => checkSplits(list, drawSplits(list, given, Random.seeded(1))))).toBe(
      'SPLIT_IMPOSSIBLE: The data set has no validation patients (found: training 2, validation 0, test 2).',
    );
  });

  test('names the class that a split lacks', () => {
    const list = patients(['a', 3], ['b', 3]);
    const given = givenSplits('train', 'val', 'test', 'train', 'train', 'test');
    expect(messageOf(() => checkSplits(list, given))).toBe(
      'SPLIT_IMPOSSIBLE: Every class needs patients in every split; class "b" has none in validation.',
    );
  });
});
