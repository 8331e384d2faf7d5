import { describe, expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { Random } from '../../../../core/base/random.ts';
import type { PatientId, SplitName } from '../../../../core/contract/index.ts';
import { checkSplits, drawSplits, type SplitPatient } from '../../../../core/services/datasets/split.ts';
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

function tally(list: readonly SplitPatient[], splits: ReadonlyMap<number, SplitName>): Record<string, string> {
  const names = [...new Set(list.flatMap(({ classes }) => [...classes]))];
  return Object.fromEntries(
    names.map((name) => {
      const of = (split: SplitName): number =>
        list.filter(({ patientId, classes }) => classes.has(name) && splits.get(patientId) === split).length;
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
    for (const [patientId, split] of first) expect(later.get(patientId)).toBe(split);
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

describe('checkSplits', () => {
  test('names the split that has no patients', () => {
    const list = patients(['a', 2], ['b', 2]);
    const given = new Map<PatientId, SplitName>([
      [patientId(1), 'train'],
      [patientId(2), 'test'],
      [patientId(3), 'train'],
      [patientId(4), 'test'],
    ]);
    expect(messageOf(() => checkSplits(list, drawSplits(list, given, Random.seeded(1))))).toBe(
      'SPLIT_IMPOSSIBLE: The data set has no validation patients (found: training 2, validation 0, test 2).',
    );
  });

  test('names the class that a split lacks', () => {
    const list = patients(['a', 3], ['b', 3]);
    const given = new Map<PatientId, SplitName>([
      [patientId(1), 'train'],
      [patientId(2), 'val'],
      [patientId(3), 'test'],
      [patientId(4), 'train'],
      [patientId(5), 'train'],
      [patientId(6), 'test'],
    ]);
    expect(messageOf(() => checkSplits(list, given))).toBe(
      'SPLIT_IMPOSSIBLE: Every class needs patients in every split; class "b" has none in validation.',
    );
  });
});
