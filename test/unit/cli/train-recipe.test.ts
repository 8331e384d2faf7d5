import { expect, test } from 'vitest';
import { UsageError } from '../../../core/cli/command.ts';
import { recipeOf } from '../../../core/cli/commands/train.ts';

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
