import { expect, test } from 'vitest';
import { filesOf, recipeSets } from '../../../bench/recipe-sets.ts';
import { tasks } from '../../../bench/tasks/index.ts';

test('every task of the bench and the demo have a table', () => {
  expect([...recipeSets].sort()).toEqual([...Object.keys(tasks), 'demo'].sort());
});

test.each(recipeSets)(
  '%s: no patient is learned from and judged, none in two seeds, and every class is in every split',
  (task) => {
    const patientOf = (name: string): string => name.split(/[-.]/)[0] ?? '';
    const seeds = [0, 1].map((seed) => filesOf({ task, studies: 60, seed }, 90));
    for (const files of seeds) {
      const splits = Map.groupBy(files, ({ split }) => split);
      const patients = [...splits.values()].map((own) => new Set(own.map(({ name }) => patientOf(name))));
      expect(new Set(patients.flatMap((own) => [...own])).size).toBe(patients.reduce((sum, { size }) => sum + size, 0));
      for (const own of splits.values()) {
        expect(new Set(own.map(({ label }) => label))).toEqual(new Set(files.map(({ label }) => label)));
      }
      // Names are what is painted already: one name is one image.
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    }
    const [a, b] = seeds.map((files) =>
      files.filter(({ split }) => split !== 'test').map(({ name }) => patientOf(name)),
    );
    expect(a?.filter((patient) => b?.includes(patient))).toEqual([]);
    const [fresh, again] = seeds.map((files) => files.filter(({ split }) => split === 'test').map(({ name }) => name));
    expect(fresh).toEqual(again);
  },
);

test.each(recipeSets)(
  '%s: a name has one label in cells of every size, for what is painted is not painted again',
  (task) => {
    const labels = new Map<string, Set<string>>();
    for (const [studies, fresh] of [
      [60, 200],
      [120, 100],
      [300, 30],
    ] as const) {
      for (const { name, label } of filesOf({ task, studies, seed: 0 }, fresh)) {
        labels.set(name, (labels.get(name) ?? new Set()).add(label));
      }
    }
    expect([...labels].filter(([, own]) => own.size !== 1)).toEqual([]);
  },
);

test('a patient of the demo stays in one split, and four fifths of the studies are training', () => {
  const files = filesOf({ task: 'demo', studies: 120, seed: 3 }, 0);
  const studies = (split: string): number =>
    new Set(files.filter((file) => file.split === split).map(({ name }) => name.split('-').slice(0, 2).join())).size;
  expect(studies('train') + studies('val')).toBe(120);
  expect(Math.abs(studies('train') - 96)).toBeLessThanOrEqual(2);
});
