/** What the window says of a rule of referral. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReferPromise } from '../../../core/contract/index.ts';
import { i18n } from '../../../renderer/i18n/index.svelte.ts';
import { promiseText } from '../../../renderer/screens/judge/promise-text.ts';

const promise: ReferPromise = {
  ...{ allowed: 0.05, part: 'cross-validation', level: 'image', pooling: 'mean' },
  ...{ cases: 499, accepted: 400, errors: 1, bound: 0.048 },
};
const folds = { folds: 5, networks: 5 };
const refit = { folds: 5, networks: 1 };
beforeEach(() => vi.stubGlobal('document', { documentElement: {} }));
afterEach(() => {
  i18n.use('en');
  vi.unstubAllGlobals();
});

test('the bound is told as one of patients where some of them have several answers', () => {
  expect(promiseText({ ...promise, patients: 400 }, folds)).toMatch(/\(one-sided upper bound 4\.8\s?%\)\.$/);
  expect(promiseText(promise, folds)).toMatch(/\(one-sided upper bound 4\.8\s?%\)\.$/);
  expect(promiseText({ ...promise, patients: 120 }, folds)).toMatch(
    /\(one-sided upper bound 4\.8\s?% over 120 patients who count alike\)\.$/,
  );
  i18n.use('de');
  expect(promiseText({ ...promise, patients: 120 }, folds)).toMatch(
    /\(einseitige obere Grenze 4,8\s?% über 120 Patienten, die gleich zählen\)\.$/,
  );
});

test('of a refit it is said that the promise was found on the networks of the folds', () => {
  expect(promiseText(promise, folds)).not.toMatch(/folds|refit/);
  expect(promiseText(promise, { folds: 1, networks: 1 })).not.toMatch(/folds|refit/);
  expect(promiseText(promise, refit)).toContain(
    'found on the networks of the folds. This model, a refit, learned from all these',
  );
  i18n.use('de');
  expect(promiseText(promise, refit)).toContain('an den Netzen der Kreuzvalidierung gefunden');
  expect(promiseText(promise, folds)).not.toContain('Netzen');
});
