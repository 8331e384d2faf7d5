import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KeptRows } from '../../../bench/kept-rows.ts';
import { publishedRows, recipePage, recipePagePath, recipeSettings } from '../../../bench/recipe-page.ts';
import { type DoneCell, doneOf, gridOf, keyOf, type RecipeRow, recipeSummary } from '../../../bench/recipe-table.ts';

const row = (auc: number): RecipeRow => ({ auc, accuracy: 0.5, seconds: 3, interval: [0.8, 0.95], winner: 'x' });

test('the page is written from the rows that the project keeps', () => {
  const rows = new KeptRows<RecipeRow>(publishedRows, recipeSettings);
  expect(rows.others).toBe(0);
  expect(recipePage(rows)).toBe(readFileSync(recipePagePath, 'utf8'));
});

test('no row of the project was measured on a changed checkout', () => {
  const rows = new KeptRows<RecipeRow>(publishedRows, recipeSettings);
  expect(rows.all.filter(({ commit }) => !/^[0-9a-f]{10}$/.test(commit))).toEqual([]);
});

test('a cell is whole when every training of its grid is there, and its bound is the best of them', () => {
  const cell = { task: 'specks', studies: 60, seed: 0 };
  const kept = new Map<string, RecipeRow>();
  const rows = { of: (key: object) => kept.get(JSON.stringify(key)) };
  const put = (what: string, auc: number) => kept.set(JSON.stringify(keyOf(cell, what)), row(auc));
  put('auto', 0.9);
  put('published', 0.6);
  put('linear', 0.8);
  const names = gridOf(cell, 'thorough').map(({ name }) => name);
  expect(names).toHaveLength(18);
  for (const [i, name] of names.slice(1).entries()) put(name, 0.7 + i / 100);
  expect(doneOf(rows, cell, 'thorough')).toBeNull();
  put(names[0] ?? '', 0.99);
  expect(doneOf(rows, cell, 'thorough')?.grid).toMatchObject({ auc: 0.99, winner: names[0], seconds: 54 });
  expect(doneOf(rows, cell, 'none')?.grid).toBeNull();
});

test('where one of a grid is perfect, the cell is whole without those after it, but not without those before', () => {
  const cell = { task: 'specks', studies: 60, seed: 0 };
  const kept = new Map<string, RecipeRow>();
  const rows = { of: (key: object) => kept.get(JSON.stringify(key)) };
  const put = (what: string, auc: number) => kept.set(JSON.stringify(keyOf(cell, what)), row(auc));
  for (const what of ['auto', 'published', 'linear']) put(what, 0.9);
  const [first = '', second = ''] = gridOf(cell, 'thorough').map(({ name }) => name);
  put(second, 1);
  expect(doneOf(rows, cell, 'thorough')).toBeNull();
  put(first, 0.999);
  expect(doneOf(rows, cell, 'thorough')?.grid).toMatchObject({ auc: 1, winner: second, seconds: 6 });
});

test('the summary says how far the search is from the bound and from the others', () => {
  const done = [0.9, 0.98].map(
    (auc, seed): DoneCell => ({
      ...{ task: 'specks', studies: 60, seed },
      auto: { ...row(auc), winner: 'x', interval: [0.8, 0.95] },
      ...{ published: row(0.6), linear: row(0.95), grid: { ...row(0.96), winner: 'y' } },
    }),
  );
  expect(recipeSummary(done, 200)).toEqual([
    'Below the best of the grid on the fresh studies: 0.020 in the mean, at most 0.060.',
    'Above the published recipe: 0.340 in the mean, at least 0.300, at most 0.380.',
    'Above linear: -0.010 in the mean, at least -0.050, at most 0.030.',
    'The interval of the out-of-fold AUC holds the AUC on 200 fresh studies in 1 of 2.',
  ]);
});
