import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EvaluationPart } from '../../../core/contract/index.ts';
import { repositoryRoot } from '../../support/shared.ts';

interface Row {
  readonly record: { readonly folds: number };
  readonly evaluated: readonly EvaluationPart[];
}
/** The page's sources belong to another project, with the types of a browser. */
const { firstPart, partsOf } = (await import(join(repositoryRoot, 'renderer/screens/judge/choices.ts'))) as {
  firstPart: (row: Row, wanted?: EvaluationPart) => EvaluationPart;
  partsOf: (row: Row) => readonly EvaluationPart[];
};

const row = (folds: number, ...evaluated: readonly EvaluationPart[]) => ({ record: { folds }, evaluated });

test('a model of folds is judged on its cross-validation and on test, others on the parts of their data set', () => {
  expect(partsOf(row(5, 'cross-validation'))).toEqual(['cross-validation', 'test']);
  expect(partsOf(row(1))).toEqual(['train', 'val', 'test']);
});

test('what was evaluated on other cases than those of test is shown first, and what is wanted where it can be', () => {
  expect(firstPart(row(5, 'cross-validation'))).toBe('cross-validation');
  expect(firstPart(row(5, 'cross-validation', 'test'))).toBe('cross-validation');
  expect(firstPart(row(1, 'test', 'val'))).toBe('val');
  expect(firstPart(row(1))).toBe('test');
  expect(firstPart(row(5, 'cross-validation'), 'test')).toBe('test');
  expect(firstPart(row(5, 'cross-validation'), 'val')).toBe('cross-validation');
  expect(firstPart(row(1, 'val'), 'cross-validation')).toBe('val');
});
