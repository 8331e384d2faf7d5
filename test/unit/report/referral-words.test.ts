/** What is said of a rule of referral. */
import { expect, test } from 'vitest';
import type { EvaluateReport, ReferPromise, ReferralOutcome } from '../../../core/contract/index.ts';
import { referralLines, referralWords } from '../../../core/report/referral-words.ts';
import { sampleReport } from '../../support/report-sample.ts';

const promise: ReferPromise = {
  ...{ allowed: 0.05, part: 'cross-validation', level: 'image', pooling: 'mean' },
  ...{ cases: 499, accepted: 400, errors: 1, bound: 0.048 },
};
const outcome = (own: { readonly patients?: number }, isRefit = false): ReferralOutcome => ({
  isRefit,
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

test('of a refit it is said that the promise was found on the networks of the folds, when it is found and when it is kept', () => {
  expect(referralWords(outcome({}))).not.toContain('folds');
  expect(referralWords(outcome({}, true))).toContain(
    '(upper bound 4.8 %). That was found on the networks of the folds;',
  );
  const evaluation = sampleReport.methods[0]?.evaluation as EvaluateReport;
  const told = (isRefit: boolean): string[] => {
    const band = { className: null, low: 0, high: 0.9, promise };
    const row = { finding: null, band, isRefit, level: 'image', cases: 60, accepted: 50, errors: 2 } as const;
    return referralLines({ ...evaluation, referral: [{ ...row, errorInterval: null }] });
  };
  expect(told(false)).toEqual([expect.stringContaining('(promised: at most 5 % wrong)')]);
  expect(told(true)).toEqual([
    expect.stringContaining('(promised of the networks of the folds, not of this refit: at most 5 % wrong)'),
  ]);
});
