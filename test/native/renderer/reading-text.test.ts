/** What 8 bits did, told: never more than the figures allow. */
import { expect, test } from 'vitest';
import type { TriedInt8, TryInt8Report } from '../../../core/contract/index.ts';
import { differenceText, timeText, triedRows, triedSentence } from '../../../renderer/screens/train/reading-text.ts';
import { TrainState } from '../../../renderer/screens/train/train.svelte.ts';
import { connectPage } from './page-wire.ts';

const auc = {
  ...{ method: 'linear', images: 60, patients: 40, folds: 5, usual: 0.912, int8: 0.905 },
  difference: -0.007,
  interval: [-0.02, 0.006] as [number, number],
};
const report = {
  timeRatio: { median: 0.4, least: 0.38, most: 0.55 },
  keptTokenOverlap: { mean: 0.958, least: 0.9 },
  auc,
  machine: 'onnxruntime on cpu, 2 threads, another processor',
} as TryInt8Report;
const here = (of: TryInt8Report): TriedInt8 => ({ report: of, isOfHere: true, isOfNow: true });
const withAuc = (changes: Partial<typeof auc> | { interval: null }): TryInt8Report =>
  ({ ...report, auc: { ...auc, ...changes } }) as TryInt8Report;

test('time, places and AUC stand in one sentence and a row each', () => {
  expect(triedSentence(here(report))).toBe(
    'In 8 bits an image takes 40 % of the exact time, 96 % of the important places stay the same, and the AUC is 0.905 instead of 0.912.',
  );
  expect(triedRows(here(report)).map(({ value, range }) => [value, range])).toEqual([
    ['40 %', '38 % to 55 %'],
    ['96 %', 'at least 90 %'],
    ['0.912', ''],
    ['0.905', ''],
    ['−0.007', '−0.020 to +0.006 (95 %)'],
  ]);
  const timed = (median: number, most: number) =>
    timeText(here({ ...report, timeRatio: { median, least: 0.3, most } }));
  expect(timeText(here(report))).toBe('');
  expect(timed(0.97, 1.1)).toContain('next to nothing');
  expect(timed(0.5, 1.1)).toContain('not certain');
});

test('a difference is told only where it is told from none, and not of a handful of patients', () => {
  expect(differenceText(report)).toContain('cannot be told from none');
  expect(differenceText(withAuc({ interval: [-0.05, -0.01] }))).toMatch(/^Answers become worse: .*−0\.050 to −0\.010/);
  expect(differenceText(withAuc({ interval: [0.01, 0.02] }))).toContain('Do not count on a rise');
  expect(differenceText(withAuc({ interval: null }))).toContain('too few');
  expect(triedRows(here(withAuc({ patients: 6 }))).at(-1)?.range).toBe('too few patients');
  expect(differenceText(withAuc({ patients: 6, interval: [0, 0] }))).toContain('6 patients are too few');
});

test('without an AUC it says why, and claims nothing', () => {
  const none = { ...report, auc: { none: 'in English', why: 'folds' } } as TryInt8Report;
  expect(triedSentence(here(none))).toContain('no AUC was compared');
  expect(differenceText(none)).toMatch(/^Too few labelled patients/);
  expect(triedRows(here(none))).toHaveLength(2);
});

test('times of another machine are not told as those of this one, and what rounds to nothing has no minus', () => {
  const elsewhere = { ...here(report), isOfHere: false };
  expect(triedSentence(elsewhere)).toBe(
    'In 8 bits 96 % of the important places stay the same, and the AUC is 0.905 instead of 0.912.',
  );
  expect(timeText(elsewhere)).toContain('another processor');
  expect(triedRows(elsewhere).map(({ name }) => name)).not.toContain('Time for an image, of the exact way’s');
  expect(differenceText(withAuc({ interval: [-0.012, -0.0004] }))).toContain('−0.012 to +0.000');
});

test('a training is asked to read in 8 bits only where its method reads beforehand', async () => {
  const asked: unknown[] = [];
  const settings = {
    recipe: 'published',
    budget: 'quick',
    folds: 1,
    inputSize: 224,
    flip: true,
    augment: true,
    seed: 0,
  };
  const answers: Readonly<Record<string, unknown>> = {
    'training.defaults': {
      ...{ methods: ['fpt+', 'side-only', 'lora'], throughLpm: ['lora'], readBefore: ['fpt+'] },
      ...{ searched: { quick: ['fpt+', 'side-only'] }, recommended: 'fpt+', criteria: {}, settings },
    },
    'datasets.list': [{ name: 'd', target: 'class', isKeptApart: false }],
    'lpms.list': [{ id: 1, name: 'l' }],
    'training.check': { findings: [] },
    'training.promise': { promises: [], missing: [], freeBytes: 0, isBusy: false },
  };
  connectPage(async (name: string, input: { trainings?: { method: string; precision?: string }[] }) => {
    if (name === 'training.promise') asked.push(input.trainings?.map((one) => [one.method, one.precision]));
    return { ok: true, value: answers[name] ?? {} };
  });
  const train = new TrainState();
  await train.open({});
  await train.set({ precision: 'int8' });
  expect(asked.at(-1)).toEqual([['fpt+', 'int8']]);
  await train.toggle('side-only', true);
  expect(asked.at(-1)).toEqual([
    ['fpt+', 'int8'],
    ['side-only', undefined],
  ]);
  expect([train.hasReading, train.unread]).toEqual([true, ['side-only']]);
  await train.toggle('fpt+', false);
  expect(asked.at(-1)).toEqual([['side-only', undefined]]);
  expect(train.hasReading).toBe(false);
  // A search names no method of its own: one of those that it tries is enough.
  await train.set({ recipe: 'auto' });
  expect(asked.at(-1)).toEqual([['side-only', 'int8']]);
  await train.set({ methods: ['lora'] });
  expect(asked.at(-1)).toEqual([['side-only', undefined]]);
});
