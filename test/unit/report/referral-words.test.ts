/** What is said of a rule of referral. */
import { expect, test } from 'vitest';
import type { ReferPromise, ReferralOutcome } from '../../../core/contract/index.ts';
import { referralWords } from '../../../core/report/referral-words.ts';

const promise: ReferPromise = {
  ...{ allowed: 0.05, part: 'cross-validation', level: 'image', pooling: 'mean' },
  ...{ cases: 499, accepted: 400, errors: 1, bound: 0.048 },
};
const outcome = (own: { readonly patients?: number }): ReferralOutcome => ({
  ...{ finding: null, allowed: 0.05, part: 'cross-validation', level: 'image', refused: null },
  band: { className: null, low: 0, high: 0.9, promise: { ...promise, ...own } },
});

test('the bound is told as one of patients where some of them have several answers, and as it was where each has one', () => {
  const plain =
    'at most 5 % of the answers that are not referred are wrong, with 95 % certainty: 99 of 499 images (19.8 %) are referred; of the ' +
    'other 400, 1 were wrong (upper bound 4.8 %';
  expect(referralWords(outcome({ patients: 400 }))).toBe(`${plain}).`);
  expect(referralWords(outcome({}))).toBe(`${plain}).`);
  expect(referralWords(outcome({ patients: 120 }))).toBe(`${plain} over 120 patients who count alike).`);
});
