/** Data sets that ask several questions of an image, or for a number: labels, counts, splits and frozen versions. */
import { expect, test } from 'vitest';
import type { InstanceId } from '../../../../core/contract/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { labelledExamples } from '../../../../core/services/datasets/examples.ts';
import {
  addLabel,
  addToDataset,
  answeredInstances,
  classNames,
  currentLabel,
  ensureDataset,
  eraseRows,
  erasureScope,
  insertLabel,
  type Library,
  listDatasets,
  questionsOf,
  readingHistory,
  versionImages,
} from '../../../../core/store/index.ts';

import { addPlacedInstance, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

/** A data set with one patient a row; a row says what is known of its findings. */
function fill(library: Library, rows: readonly Readonly<Record<string, string>>[], target: 'finding' | 'quantity') {
  const db = library.writer;
  return db.transaction(() => {
    const { id } = ensureDataset(db, 'd', 'middle', testTime, target);
    const instances = rows.map((row, n): InstanceId => {
      const instance = addPlacedInstance(db, madeInstance(n));
      addToDataset(db, id, instance, testTime);
      for (const [question, word] of Object.entries(row))
        addLabel(db, id, { kind: 'instance', id: instance }, word, 'r', testTime, question);
      return instance;
    });
    return { id, instances };
  });
}

const marks = (n: number) => ({
  edema: n % 2 === 0 ? 'present' : 'absent',
  ...(n % 3 === 0 ? {} : { mass: n % 3 === 1 ? 'present' : 'uncertain' }),
});

test('each finding is labelled, counted and taken into a version by itself', () => {
  const library = temporaryLibrary();
  const { id, instances } = fill(
    library,
    Array.from({ length: 12 }, (_, n) => marks(n)),
    'finding',
  );
  expect(questionsOf(library.db, id)).toEqual(['edema', 'mass']);
  expect(classNames(library.db, id)).toEqual(['edema', 'mass']);
  const first = { kind: 'instance', id: instances[0] as InstanceId } as const;
  expect(currentLabel(library.db, id, first, 'edema')).toBe('present');
  expect(currentLabel(library.db, id, first, 'mass')).toBeNull();
  expect(answeredInstances(library.db, id, ['edema', 'mass']).map(({ answers }) => answers)).toHaveLength(12);
  expect(listDatasets(library.db)[0]).toMatchObject({
    target: 'finding',
    labelledInstances: 12,
    classes: [
      { name: 'edema', instances: 12, patients: 12, marks: { present: 6, absent: 6, uncertain: 0 } },
      { name: 'mass', instances: 8, patients: 8, marks: { present: 4, absent: 0, uncertain: 4 } },
    ],
  });
  const version = freezeDataset(testContext(library), { dataset: 'd' });
  expect(version.classes).toEqual(['edema', 'mass']);
  const images = versionImages(library.db, version.id);
  expect(images.every(({ classIndex }) => classIndex === null)).toBe(true);
  const values = new Map(images.map(({ instanceId, values: own }) => [instanceId, own]));
  instances.forEach((instance, n) => {
    const { edema, mass } = marks(n) as { edema: string; mass?: string };
    const value = { present: 1, absent: 0, uncertain: 0.5 } as Record<string, number>;
    expect(values.get(instance)).toEqual([value[edema], mass === undefined ? null : value[mass]]);
  });
  // The same content is the same version; a mark more is another.
  expect(freezeDataset(testContext(library), { dataset: 'd' }).id).toBe(version.id);
  addLabel(library.writer, id, first, 'absent', 'r', testTime, 'mass');
  expect(freezeDataset(testContext(library), { dataset: 'd' }).id).not.toBe(version.id);
});

test('every part has its share of a finding that three patients have, and a rarer one stops nothing', () => {
  const library = temporaryLibrary();
  const rows = Array.from({ length: 40 }, (_, n) => ({
    common: n < 30 ? 'present' : 'absent',
    rare: n % 13 === 0 ? 'present' : 'absent',
    rarest: n === 5 ? 'present' : 'absent',
  }));
  fill(library, rows, 'finding');
  const version = freezeDataset(testContext(library), { dataset: 'd' });
  const images = versionImages(library.db, version.id);
  const rare = version.classes.indexOf('rare');
  const parts = images.filter(({ values }) => values[rare] === 1).map(({ split }) => split);
  expect(new Set(parts)).toEqual(new Set(['train', 'val', 'test']));
  expect(images).toHaveLength(40);
});

test('readers dispute about one finding without touching the others, and history names it', () => {
  const library = temporaryLibrary();
  const { id, instances } = fill(library, [{ edema: 'present', mass: 'absent' }], 'finding');
  const db = library.writer;
  const target = { kind: 'instance', id: instances[0] as InstanceId } as const;
  for (const [key, word] of [
    ['a', 'present'],
    ['b', 'absent'],
  ] as const) {
    db.run(`INSERT INTO readers (reader_key, name, created_at) VALUES (:key, :key, :now)`, { key, now: testTime });
    insertLabel(db, id, target, word, key, testTime, 'edema');
  }
  const [row] = answeredInstances(library.db, id, ['edema', 'mass']);
  expect(row).toMatchObject({ answers: [null, 'absent'], isDisputed: [true, false] });
  expect(readingHistory(library.db, id, target).map(({ text }) => text)).toContain('edema: present');
});

test('a finding of which nothing is known for training is refused before anything is frozen', () => {
  const library = temporaryLibrary();
  const rows = Array.from({ length: 9 }, () => ({ edema: 'present', mass: 'uncertain' }));
  fill(library, rows, 'finding');
  expect(() => freezeDataset(testContext(library), { dataset: 'd' })).toThrow(/"mass".*nothing is known/);
  expect(library.db.get('SELECT 1 FROM dataset_versions')).toBeUndefined();
});

test('a quantity is a number in its version, and parts are balanced over its range', () => {
  const library = temporaryLibrary();
  const rows = Array.from({ length: 40 }, (_, n) => ({ 'bone age': String(n * 4.5) }));
  fill(library, rows, 'quantity');
  const version = freezeDataset(testContext(library), { dataset: 'd' });
  expect(version).toMatchObject({ target: 'quantity', classes: ['bone age'] });
  const images = versionImages(library.db, version.id);
  expect(images.map(({ values }) => values[0]).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
    rows.map((row) => Number(row['bone age'])),
  );
  for (const split of ['train', 'val', 'test']) {
    const own = images.filter((image) => image.split === split).map(({ values }) => values[0] as number);
    expect(Math.min(...own)).toBeLessThan(72);
    expect(Math.max(...own)).toBeGreaterThan(108);
  }
});

test('a patient who is deleted leaves no answer behind, in labels or in versions', () => {
  const library = temporaryLibrary();
  const { id } = fill(
    library,
    Array.from({ length: 12 }, (_, n) => ({ edema: n % 2 === 0 ? 'present' : 'absent', mass: 'absent' })),
    'finding',
  );
  const version = freezeDataset(testContext(library), { dataset: 'd' });
  const db = library.writer;
  const count = (sql: string): number => library.db.get<{ n: number }>(sql)?.n ?? 0;
  expect(count('SELECT count(*) AS n FROM version_values')).toBe(24);
  eraseRows(db, erasureScope(db, { patientKey: 'patient-3' }), testTime);
  expect(count('SELECT count(*) AS n FROM version_values')).toBe(22);
  expect(count('SELECT count(*) AS n FROM labels')).toBe(22);
  expect(versionImages(library.db, version.id)).toHaveLength(11);
  expect(labelledExamples(library.db, { id, target: 'finding' })).toHaveLength(11);
});
