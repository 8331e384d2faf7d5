import { expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { importOptionsSchema, nameSchema, parseOptions, trainOptionsSchema } from '../../../core/contract/index.ts';

test('defaults are those of the published recipe', () => {
  expect(parseOptions(trainOptionsSchema, { dataset: 'd', lpm: 'l' })).toEqual({
    dataset: 'd',
    lpm: 'l',
    method: 'fpt+',
    epochs: 20,
    batch: 16,
    lr: 1e-4,
    seed: 0,
    classWeights: 'none',
    flip: true,
    augment: true,
    folds: 1,
    repeats: 1,
    deliver: 'folds',
    optimiser: 'adamw',
    weightDecay: 0.1,
    inputSize: 512,
    tokens: 'global',
    uncertain: 'unknown',
    tokenRatio: 0.2,
    normalisation: 'dataset',
    microBatch: 2,
    recipe: 'published',
    budget: 'quick',
  });
});

test('every wrong option is named at once, an unknown one too', () => {
  try {
    parseOptions(importOptionsSchema, { paths: [], dataset: 'a/b', copied: true });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    const { code, message } = error as AppError;
    expect(code).toBe('BAD_INPUT');
    for (const part of ['paths:', 'dataset: no slashes', 'copied']) expect(message).toContain(part);
  }
});

test('a name is one line without path separators, in any language', () => {
  const accepted = ['mammo 2026', 'Schädel-CT', '胸部', 'fpt+'];
  const refused = ['', 'a/b', 'a\\b', 'a\nb', 'x'.repeat(121)];
  expect(accepted.map((name) => nameSchema.safeParse(name).success)).not.toContain(false);
  expect(refused.map((name) => nameSchema.safeParse(name).success)).not.toContain(true);
});
