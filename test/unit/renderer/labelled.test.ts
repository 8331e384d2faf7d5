import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadingItem } from '../../../core/contract/index.ts';
import { repositoryRoot } from '../../support/shared.ts';

/** The page's sources belong to another project, with the types of a browser. */
const { isLabelled } = (await import(join(repositoryRoot, 'renderer/screens/read/labelled.ts'))) as {
  isLabelled(item: ReadingItem, at: number | null, isShared: boolean): boolean;
};

const item = (fields: Partial<ReadingItem>): ReadingItem =>
  ({ label: null, reference: null, answers: [], standing: [], ...fields }) as ReadingItem;

test('where one person reads an imported label counts as labelled, where several do only what the reader has said', () => {
  const imported = item({ reference: 'mass' });
  expect([isLabelled(imported, null, false), isLabelled(imported, null, true)]).toEqual([true, false]);
  expect(isLabelled(item({ label: 'normal', reference: 'mass' }), null, true)).toBe(true);
});

test('of several findings each is labelled by itself, and by the reader where several read', () => {
  const half = item({
    answers: ['present', null],
    standing: [
      { reference: 'present', isDisputed: false },
      { reference: 'absent', isDisputed: false },
    ],
  });
  expect([0, 1, null].map((at) => isLabelled(half, at, false))).toEqual([true, true, true]);
  expect([0, 1, null].map((at) => isLabelled(half, at, true))).toEqual([true, false, false]);
});
