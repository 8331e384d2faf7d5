/** What is measured, what is decided by it, and the table: a method that is not trained stands in it with what was measured. */
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { Method } from '../../../../core/contract/index.ts';
import { plainVit } from '../../../../core/models/index.ts';
import { renderComparison } from '../../../../core/report/comparison.ts';
import { comparisonNotes } from '../../../../core/report/comparison-words.ts';
import { decideTrainings } from '../../../../core/services/comparison/decide.ts';
import { type MeasureStep, methodMemory } from '../../../../core/services/comparison/memory.ts';
import { doneOf } from '../../../../core/services/comparison/promise.ts';
import { comparisonTable } from '../../../../core/services/comparison/table.ts';
import { comparedMethods, recipeOfMethod, trainingOf } from '../../../../core/services/comparison/trainings.ts';
import { comparisonCsv } from '../../../../core/services/comparison/write.ts';
import { comparisonFacts } from '../../../support/comparisons.ts';

describe('what is trained', () => {
  const cost = (method: Method, trainingMb: number | null, promisedSeconds: number | null) => ({
    method,
    trainingMb,
    promisedSeconds,
  });
  const limits = { hours: 1, memoryMb: 1000 };

  test('are the quickest that fit memory and time together', () => {
    const decided = decideTrainings(
      [
        cost('fpt+', 100, 2000),
        cost('full', 900, 9000),
        cost('lora', 1001, 10),
        cost('linear', 5, 30),
        cost('fpt', 200, 1600),
      ],
      limits,
    );
    // 30 + 1,600 s leave 1,970 of the 3,600 s, and 2,000 do not fit them.
    expect(Object.fromEntries(decided)).toEqual({
      linear: null,
      fpt: null,
      'fpt+': 'time',
      full: 'time',
      lora: 'memory',
    });
  });

  test('is nothing in no time; what was not measured is not trained', () => {
    expect([...decideTrainings([cost('linear', 5, 0)], { ...limits, hours: 0 }).values()]).toEqual(['time']);
    const decided = decideTrainings([cost('full', null, null), cost('fpt', 100, null)], limits);
    expect([...decided.values()].sort()).toEqual(['memory', 'time']);
  });
});

describe('the memory of a step', () => {
  const lpm = plainVit({ width: 64, layers: 2, heads: 2, patch: 16, imageSize: 64 });
  const shape = { inputSize: 64, tokenRatio: 0.2, classes: 2, batch: 16, microBatch: 2 };
  const asked: number[] = [];
  const straight: MeasureStep = async (_, images) => {
    asked.push(images);
    return 100 + 50 * images;
  };

  test('is measured with the whole batch where that fits', async () => {
    expect(await methodMemory(lpm, 'fpt+', shape, 10_000, straight)).toEqual({
      memoryMb: 900,
      isMemoryEstimated: false,
      trainingMb: 900,
    });
    expect(await methodMemory(lpm, 'full', shape, 10_000, straight)).toEqual({
      memoryMb: 900,
      isMemoryEstimated: false,
      trainingMb: 200,
    });
  });

  test('is carried on from one and two images where it does not, and said so', async () => {
    asked.length = 0;
    expect(await methodMemory(lpm, 'full', shape, 1000, straight)).toEqual({
      memoryMb: 900,
      isMemoryEstimated: true,
      trainingMb: 200,
    });
    expect(asked).toEqual([1, 2]);
  });

  // As `stepCost` measured it: a ViT of width 384 and eight blocks at 256 pixels, with 1, 2, 4 and 8 images.
  const vit = plainVit({ width: 384, layers: 8, heads: 6, patch: 16, imageSize: 256 });
  const measured = {
    full: [867, 870, 937, 1172],
    lora: [211, 263, 359, 570],
  } as const;

  test.each(['full', 'lora'] as const)(
    'of %s is carried on from one image where two do not fit, and from two that tell nothing, by what the graph says',
    async (method) => {
      const mb = measured[method];
      const asked: number[] = [];
      const measure: MeasureStep = async (_, images) => {
        asked.push(images);
        return mb[Math.log2(images)] as number;
      };
      const eight = { inputSize: 256, tokenRatio: 0.2, classes: 2, batch: 8, microBatch: 4 };
      // Just as much as one image needs.
      const from1 = await methodMemory(vit, method, eight, mb[0] / 0.6, measure);
      expect([from1.isMemoryEstimated, asked]).toEqual([true, [1]]);
      expect((from1.memoryMb ?? 0) / mb[3]).toBeGreaterThan(0.95);
      expect((from1.memoryMb ?? 0) / mb[3]).toBeLessThan(1.25);
      expect((from1.trainingMb ?? 0) / mb[2]).toBeLessThan(1.25);
      asked.length = 0;
      const from2 = await methodMemory(vit, method, eight, (0.95 * mb[3]) / 0.6, measure);
      expect([from2.isMemoryEstimated, asked]).toEqual([true, [1, 2]]);
      expect((from2.memoryMb ?? 0) / mb[3]).toBeGreaterThan(0.95);
      expect((from2.memoryMb ?? 0) / mb[3]).toBeLessThan(1.1);
    },
  );

  test('of a process that dies is not known', async () => {
    expect(await methodMemory(lpm, 'fpt+', shape, 10_000, async () => null)).toMatchObject({
      memoryMb: null,
      trainingMb: null,
    });
  });

  test('is not tried where the parameters alone do not fit', async () => {
    asked.length = 0;
    expect(await methodMemory(lpm, 'full', shape, 1, straight)).toMatchObject({ memoryMb: null });
    expect(asked).toEqual([]);
  });
});

describe('the table', () => {
  const table = comparisonTable(comparisonFacts());
  const row = (method: Method) => table.methods.find((one) => one.method === method);

  test('has a row for each method in the order that was measured, and the scores of those that were trained', () => {
    expect(table.methods.map(({ method, state }) => [method, state])).toEqual([
      ['fpt+', 'trained'],
      ['full', 'untrained'],
      ['lora', 'untrained'],
      ['linear', 'failed'],
    ]);
    // 10,000 of 1,000,000 parameters and 50 of 2,000 MB.
    expect(row('fpt+')).toMatchObject({ learnableShare: 0.01, memoryShare: 0.025, auc: 0.9, epochSeconds: 2 });
    expect(row('fpt+')?.ppe).toBeCloseTo(90 * Math.exp(-Math.log10(1.01)), 12);
    expect(row('fpt+')?.pme).toBeCloseTo(90 * Math.exp(-Math.log10(1.025)), 12);
  });

  test('keeps what was measured of methods that were not trained', () => {
    expect(row('full')).toMatchObject({ untrained: 'time', memoryShare: 1, auc: null, ppe: null, pme: null });
    // Ten steps of 3 s.
    expect(row('full')).toMatchObject({ epochSeconds: 30, isEpochEstimated: true });
    expect(row('lora')).toMatchObject({
      untrained: 'memory',
      epochSeconds: null,
      isEpochEstimated: false,
      memoryMb: 1800,
    });
    expect(row('linear')?.failure).toBe('The loss is no number. [TRAINING_DIVERGED]');
  });

  test('has no share of memory and no PME where full fine-tuning could not be measured', () => {
    const facts = comparisonFacts();
    const without = comparisonTable({ ...facts, plan: { ...facts.plan, fullMemoryMb: null } });
    expect(without.methods[0]).toMatchObject({ memoryShare: null, pme: null, ppe: row('fpt+')?.ppe });
    expect(comparisonNotes(without).join(' ')).toContain('could not be measured here');
  });

  test('is written as CSV and as a report, with every method', () => {
    const rows = parse(comparisonCsv(table), { columns: true, bom: true }) as Record<string, string>[];
    expect(rows.map(({ method, state }) => `${method} ${state}`)).toEqual([
      'fpt+ trained',
      'full untrained',
      'lora untrained',
      'linear failed',
    ]);
    expect(rows[0]).toMatchObject({ auc: '0.9', aucLow: '0.85', aucOfSeeds: '0.88 0.92', seeds: '2', memoryMb: '50' });
    expect(rows[1]).toMatchObject({ auc: '', reason: 'not trained: time (about 2.5 h)', memoryEstimated: 'true' });
    const html = renderComparison(table);
    for (const { method } of table.methods) expect(html).toContain(`<td class="method">${method}<`);
    expect(html).toContain('not trained: memory (takes 1200 MB)');
    expect(html).toContain('aria-label="AUC against memory"');
    expect(html).toContain('aria-label="AUC against parameters"');
    expect(html).toContain('Each model answered 20 test patients (40 images) once');
  });

  test('of nothing that was trained has no charts and says so', () => {
    const html = renderComparison(comparisonTable({ ...comparisonFacts(), trained: new Map() }));
    expect(html).not.toContain('<svg');
    expect(html).toContain('Nothing was trained');
  });
});

test('recipes: each method at its own rate, or all as published; epochs may be named', () => {
  const own = { recipe: 'by-method', epochs: undefined, lpmEpochs: undefined } as const;
  expect(recipeOfMethod('linear', own)).toEqual({ epochs: 80, lr: 1e-2 });
  expect(recipeOfMethod('fpt+', own)).toEqual({ epochs: 80, lr: 1e-3 });
  expect(recipeOfMethod('full', own)).toEqual({ epochs: 8, lr: 1e-4 });
  expect(recipeOfMethod('linear', { ...own, recipe: 'published' })).toEqual({ epochs: 20, lr: 1e-4 });
  expect(recipeOfMethod('lora', { ...own, epochs: 3, lpmEpochs: 2 }).epochs).toBe(2);
  const options = {
    dataset: 'd',
    lpm: 'l',
    methods: ['linear', 'fpt+', 'linear'] as Method[],
    seeds: 2,
    inputSize: 512,
    batch: 4,
  };
  expect(comparedMethods(options)).toEqual(['fpt+', 'linear']);
  const training = trainingOf({ ...options, ...own, evaluateOn: 'test', hours: 1 }, 'linear', 1);
  expect(training).toMatchObject({ method: 'linear', seed: 1, epochs: 80, lr: 1e-2, batch: 4, recipe: 'published' });
});

test('how much of a training is done follows its promise', () => {
  const stage = (name: 'decoding' | 'training', seconds: number) => ({ stage: name, seconds, parts: [] });
  const promise = { seconds: 10, low: 8, high: 12, diskBytes: 0, stages: [stage('decoding', 4), stage('training', 6)] };
  expect(doneOf(promise, { stage: 'decoding', done: 1, total: 2, unit: 'images' })).toBe(0.2);
  expect(doneOf(promise, { stage: 'training', done: 1, total: 2, unit: 'steps' })).toBe(0.7);
  expect(doneOf(promise, { stage: 'encoding', done: 1, total: 2, unit: 'images' })).toBe(0);
  expect(doneOf(null, { stage: 'training', done: 1, total: 4, unit: 'steps' })).toBe(0.25);
});
