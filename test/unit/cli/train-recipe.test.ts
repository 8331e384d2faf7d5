import { expect, test } from 'vitest';
import { UsageError } from '../../../core/cli/command.ts';
import { recipeOf } from '../../../core/cli/commands/train.ts';
import { methodsOf } from '../../../core/cli/methods-option.ts';
import { methods } from '../../../core/contract/index.ts';

test('a search is the default; naming a part of what it decides is naming a recipe', () => {
  expect(recipeOf({ augment: true, batch: 8, inputSize: 224 })).toBe('auto');
  expect(recipeOf({ augment: true, recipe: 'auto', classWeights: 'balanced' })).toBe('auto');
  expect(recipeOf({ augment: true, recipe: 'published' })).toBe('published');
  expect(recipeOf({ augment: true, method: 'fpt+' })).toBe('published');
  expect(recipeOf({ augment: true, lr: 1e-3 })).toBe('published');
  expect(recipeOf({ augment: true, folds: 5 })).toBe('published');
  expect(recipeOf({ augment: false })).toBe('published');
  expect(recipeOf({ augment: true, resume: 'run-3' })).toBe('published');
});

test('a search and a part of its recipe at once are refused by name', () => {
  const refused = (): unknown => recipeOf({ augment: false, recipe: 'auto', lr: 1e-3 });
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow('--recipe auto finds --lr, --no-augment itself: leave them out, or give --recipe published.');
  expect(() => recipeOf({ augment: true, recipe: 'auto', resume: 'run-3' })).toThrow('--resume');
});

test('a list of methods is for a search: it is one, and beside a named recipe it is refused in words', () => {
  const methods = ['linear', 'lora'];
  expect(recipeOf({ methods })).toBe('auto');
  expect(recipeOf({ methods, recipe: 'auto' })).toBe('auto');
  for (const [asked, other] of [
    [{ recipe: 'published' }, '--recipe published'],
    [{ lr: 1e-3, folds: 3 }, '--lr, --folds'],
    [{ resume: 'run-1' }, '--resume'],
  ] as const) {
    expect(() => recipeOf({ ...asked, methods })).toThrow(
      `--methods is what a search tries, and with ${other} none is made: leave one of the two out.`,
    );
  }
  expect(() => recipeOf({ method: 'linear', methods })).toThrow(
    '(--method names one method, --methods a list to choose from)',
  );
});

test('methods are told by name, each once and in one order; every word that is none is named with what is allowed', () => {
  expect(methodsOf('--methods', ['lora', 'fpt+', 'lora'])).toEqual(['fpt+', 'lora']);
  expect(() => methodsOf('--methods', ['fpt', 'fpt++', 'Linear'])).toThrow(
    `--methods: found "fpt++", "Linear"; allowed: ${methods.join(', ')}.`,
  );
});
