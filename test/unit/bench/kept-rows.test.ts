import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeptRows, numbersOf } from '../../../bench/kept-rows.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const settings = { budget: 'quick', fresh: 200 };

test('a row is made once and found again by the next command, of the same settings alone', async () => {
  const path = join(temporaryFolder(), 'deep', 'rows.jsonl');
  const first = new KeptRows<number>(path, settings);
  expect(await first.get({ task: 'specks', seed: 0 }, async () => 7)).toBe(7);
  const second = new KeptRows<number>(path, { fresh: 200, budget: 'quick' });
  const made: unknown[] = [];
  expect(await second.get({ seed: 0, task: 'specks' }, async () => made.push('again'))).toBe(7);
  expect(await second.get({ seed: 1, task: 'specks' }, async () => 8)).toBe(8);
  expect(made).toEqual([]);
  expect(second.all.map(({ row }) => row)).toEqual([7, 8]);
  const other = new KeptRows<number>(path, { ...settings, fresh: 100 });
  expect([other.all, other.others]).toEqual([[], 2]);
  // Each line says what it was measured with.
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ row }) => row !== undefined)).toEqual([
    {
      key: { task: 'specks', seed: 0 },
      settings,
      commit: expect.stringMatching(/^([0-9a-f]{10}\+?|unknown)$/),
      at: expect.any(String),
      row: 7,
    },
    {
      key: { seed: 1, task: 'specks' },
      settings: { fresh: 200, budget: 'quick' },
      commit: expect.any(String),
      at: expect.any(String),
      row: 8,
    },
  ]);
});

test('what was begun and did not end is made again, and told so; a torn line costs its row alone', async () => {
  const path = join(temporaryFolder(), 'rows.jsonl');
  const stopped = new KeptRows<number>(path, settings);
  await stopped.get({ seed: 0 }, async () => 1);
  await expect(stopped.get({ seed: 1 }, async () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  appendFileSync(path, '{"key":{"seed":2},"setti');
  const next = new KeptRows<boolean | number>(path, settings);
  expect(await next.get({ seed: 1 }, async (wasBegun) => wasBegun)).toBe(true);
  expect(await next.get({ seed: 2 }, async (wasBegun) => wasBegun)).toBe(false);
  expect(new KeptRows(path, settings).all.map(({ row }) => row)).toEqual([1, true, false]);
});

test('seeds are counted or listed', () => {
  expect(numbersOf(undefined, '3')).toEqual([0, 1, 2]);
  expect(numbersOf(['4', '2'], '3')).toEqual([4, 2]);
  expect([numbersOf(undefined, '0'), numbersOf(['x'], '3'), numbersOf(undefined, 'two')]).toEqual([null, null, null]);
});

test('rows of other files count as there and are left as they are; those that ended are written in one order', async () => {
  const folder = temporaryFolder();
  const [own, project, written] = ['own', 'project', 'written'].map((name) => join(folder, `${name}.jsonl`)) as [
    string,
    string,
    string,
  ];
  await new KeptRows<number>(project, settings).get({ seed: 1 }, async () => 1);
  const before = readFileSync(project, 'utf8');
  const rows = new KeptRows<number>(own, settings, [project]);
  expect(await rows.get({ seed: 1 }, async () => 9)).toBe(1);
  await rows.get({ seed: 0 }, async () => 0);
  await expect(rows.get({ seed: 2 }, async () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  expect(readFileSync(project, 'utf8')).toBe(before);
  expect(rows.write(written)).toBe(2);
  const lines = readFileSync(written, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).row)).toEqual([0, 1]);
  expect(new KeptRows<number>(written, settings).all.map(({ row }) => row)).toEqual([0, 1]);
});
