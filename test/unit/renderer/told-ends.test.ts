/** Which ends of jobs the window tells wherever the user is. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { repositoryRoot } from '../../support/shared.ts';

type Ended = Extract<JobView, { kind: 'export' | 'classify' }>;

/** The page's sources belong to another project, with the types of a browser. */
const { isEndTold } = (await import(join(repositoryRoot, 'renderer/app/told-ends.ts'))) as {
  isEndTold(job: Ended): boolean;
};

const ended = (state: string, payload: object | null, kind = 'classify') => ({ kind, state, payload }) as Ended;

test('of a watched folder a classification that failed is told, one of many that succeeded is not, and one that its user ordered is', () => {
  expect(isEndTold(ended('succeeded', { watchId: 1 }))).toBe(false);
  expect(isEndTold(ended('cancelled', { watchId: 1 }))).toBe(false);
  expect(isEndTold(ended('failed', { watchId: 1 }))).toBe(true);
  expect(isEndTold(ended('succeeded', { watchId: 1, retries: 4 }))).toBe(true);
  expect(isEndTold(ended('succeeded', {}))).toBe(true);
  expect(isEndTold(ended('succeeded', null))).toBe(true);
  expect(isEndTold(ended('succeeded', {}, 'export'))).toBe(true);
});
