import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  isSameRun,
  optionField,
  type RunSettings,
  storedRunSettingsSchema,
  storedSettingsOf,
  trainOptionsSchema,
} from '../../../core/contract/index.ts';

const shape = trainOptionsSchema.shape;
/** What runs of the first version stored. */
const first = {
  method: 'fpt+',
  epochs: 20,
  batch: 16,
  learningRate: 1e-4,
  weightDecay: 0.1,
  seed: 0,
  classWeights: 'none',
  flip: true,
  augment: true,
  earlyStop: null,
  inputSize: 512,
  tokens: 'global',
  tokenRatio: 0.2,
  normalisation: 'dataset',
} as const;
const settings: RunSettings = {
  ...first,
  folds: 1,
  repeats: 1,
  deliver: 'folds',
  criterion: 'cross-entropy',
  optimiser: 'adamw',
  uncertain: 'unknown',
};

describe('the settings of a run', () => {
  test('are the options of its training, under the names that stored runs have', () => {
    // Who chose them is no part of them: a run that a search began is that of the same options.
    const others = ['dataset', 'lpm', 'name', 'resume', 'recipe', 'budget', 'methods', 'again', 'on'];
    const asked = Object.keys(shape).filter((key) => !others.includes(key));
    const renamed = asked.map((key) => (key === 'lr' ? 'learningRate' : key));
    expect(Object.keys(storedRunSettingsSchema.shape).toSorted()).toEqual(renamed.toSorted());
  });

  test('have the limits of the options', () => {
    const wrong: readonly (readonly [keyof RunSettings, unknown])[] = [
      ['epochs', 10_001],
      ['batch', 0],
      ['learningRate', 11],
      ['tokenRatio', 0],
      ['microBatch', 1025],
      ['earlyStop', 0],
      ['folds', 11],
    ];
    for (const [key, value] of wrong) {
      const { success } = storedRunSettingsSchema.safeParse({ ...settings, [key]: value });
      expect([key, success]).toEqual([key, false]);
    }
  });

  test('stored before there was an option have its default; a new option is a part of them by itself', () => {
    const later = storedSettingsOf({ ...shape, smoothing: z.number().min(0).max(1).default(0) } as typeof shape);
    expect(later.parse(first)).toEqual({ ...settings, smoothing: 0 });
    expect(later.parse({ ...settings, smoothing: 0.1 })).toEqual({ ...settings, smoothing: 0.1 });
    expect(later.safeParse({ ...settings, smoothing: 2 }).success).toBe(false);
  });

  test('stored without what every run has are damaged, and so are those with something unknown', () => {
    for (const key of Object.keys(first)) {
      const { [key as keyof typeof first]: _, ...rest } = first;
      expect([key, storedRunSettingsSchema.safeParse(rest).success]).toEqual([key, false]);
    }
    expect(storedRunSettingsSchema.safeParse({ ...settings, unknown: 1 }).success).toBe(false);
  });

  test('are the same in any order, and others when one value differs', () => {
    const turned = Object.fromEntries(Object.entries(settings).toReversed()) as RunSettings;
    expect(isSameRun(turned, settings)).toBe(true);
    expect(isSameRun(first as RunSettings, settings)).toBe(true);
    expect(isSameRun({ ...settings, microBatch: undefined }, settings)).toBe(true);
    expect(isSameRun({ ...settings, microBatch: 2 }, settings)).toBe(false);
    expect(isSameRun({ ...settings, seed: 1 }, settings)).toBe(false);
  });
});

describe('the field of a form', () => {
  test('has the limits of the schema', () => {
    const number = { kind: 'number', isAbove: false, isWhole: true, isOptional: false };
    expect(optionField(shape.epochs)).toEqual({ ...number, min: 1, max: 10_000 });
    expect(optionField(shape.seed)).toEqual({ ...number, min: 0, max: null });
    expect(optionField(shape.earlyStop)).toEqual({ ...number, min: 0, isAbove: true, max: null, isOptional: true });
    expect(optionField(shape.lr)).toEqual({ ...number, min: 0, isAbove: true, isWhole: false, max: 10 });
    expect(optionField(shape.weightDecay)).toEqual({ ...number, min: 0, isWhole: false, max: null });
    expect(optionField(z.number())).toMatchObject({ min: Number.NEGATIVE_INFINITY, max: null });
  });

  test('offers the choices of the schema', () => {
    expect(optionField(shape.classWeights)).toEqual({ kind: 'choice', values: ['none', 'balanced', 'dynamic'] });
    expect(optionField(shape.flip)).toEqual({ kind: 'flag' });
    expect(optionField(shape.name)).toEqual({ kind: 'text' });
  });
});
