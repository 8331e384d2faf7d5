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
    'other 400, 1 were wrong (one-sided upper bound 4.8 %';
  expect(referralWords(outcome({ patients: 400 }))).toBe(`${plain}).`);
  expect(referralWords(outcome({}))).toBe(`${plain}).`);
  expect(referralWords(outcome({ patients: 120 }))).toBe(`${plain} over 120 patients who count alike).`);
});

test('of a refit it is said that the promise was found on the networks of the folds, when it is found and when it is kept', () => {
  expect(referralWords(outcome({}))).not.toContain('folds');
  expect(referralWords(outcome({}, true))).toContain(
    '(one-sided upper bound 4.8 %). That was found on the networks of the folds;',
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

test('beside the promise it is said what an interval that reaches above it is; one that lies wholly above or below needs no word', () => {
  const evaluation = sampleReport.methods[0]?.evaluation as EvaluateReport;
  const told = (split: EvaluateReport['split'], errorInterval: [number, number]): string => {
    const band = { className: null, low: 0, high: 0.9, promise };
    const row = { finding: null, band, isRefit: false, level: 'image', cases: 60, accepted: 50, errors: 2 } as const;
    return referralLines({ ...evaluation, split, referral: [{ ...row, errorInterval }] }).join();
  };
  expect(told('test', [0.011, 0.135])).toContain(
    '2 are wrong (4 %; two-sided 95 % interval 1.1 % to 13.5 %). The interval reaches above the promise without contradicting it: ' +
      'it leaves 2.5 % on either side, where the promise leaves 5 % above alone.',
  );
  expect(told('cross-validation', [0.011, 0.135])).toContain('counts out-of-fold answers as fewer than they are');
  for (const interval of [
    [0.06, 0.2],
    [0.01, 0.05],
  ] as [number, number][]) {
    expect(told('test', interval)).not.toContain('reaches above');
  }
});
