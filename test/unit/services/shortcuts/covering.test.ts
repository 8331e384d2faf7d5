/** What covering a region does to answers, where patients have several images. */
import { expect, test } from 'vitest';
import type { ModelRecord } from '../../../../core/contract/index.ts';
import { type CoveredAnswers, regionResult } from '../../../../core/services/shortcuts/covering.ts';

const record = {
  target: 'class',
  classes: ['normal', 'mass'],
  positiveClass: 'mass',
  threshold: 0.5,
  thresholdClass: 'mass',
  findings: [],
} as unknown as ModelRecord;

/** `patients` of each class with `images` each; covered, the truth is less probable by what `fall` says of a patient. */
function asked(patients: number, images: number, fall: (patient: number) => number) {
  const truths: number[] = [];
  const answers: CoveredAnswers[] = [];
  for (let patient = 0; patient < 2 * patients; patient++) {
    const truth = patient % 2;
    const rightly = (p: number) => Float64Array.from(truth === 1 ? [1 - p, p] : [p, 1 - p]);
    for (let i = 0; i < images; i++) {
      truths.push(truth);
      answers.push({ patient, whole: rightly(0.9), covered: { corners: rightly(0.9 - fall(patient) - i / 1000) } });
    }
  }
  return { of: { record, truths: Float64Array.from(truths) }, answers };
}

const verdictOf = ({ of, answers }: ReturnType<typeof asked>) => regionResult(of, answers, 'corners').verdict;

test('of many images of a few patients nothing is told; ten images of five patients of each class are enough', () => {
  const falls = (patient: number): number => 0.2 + patient / 100;
  expect(verdictOf(asked(2, 12, falls))).toBe('untold');
  expect(verdictOf(asked(4, 6, falls))).toBe('untold');
  expect(verdictOf(asked(2, 12, () => 0))).toBe('untold');
  expect(verdictOf(asked(5, 1, falls))).toBe('untold');
  expect(verdictOf(asked(5, 2, falls))).toBe('hangsOnIt');
  expect(verdictOf(asked(5, 2, (patient) => patient / 1000))).toBe('free');
});

test('a finding of which nothing is told hides none that hangs on the region', () => {
  const findings = {
    ...record,
    target: 'finding',
    classes: ['rare', 'common'],
    findings: [{ threshold: 0.5 }, { threshold: 0.5 }],
  } as unknown as ModelRecord;
  const truths: number[] = [];
  const answers: CoveredAnswers[] = [];
  for (let patient = 0; patient < 24; patient++) {
    const [rare, common] = [patient < 2 ? 1 : 0, patient % 2];
    for (let i = 0; i < 6; i++) {
      truths.push(rare, common);
      const rightly = (truth: number, p: number): number => (truth === 1 ? p : 1 - p);
      const answer = (a: number, b: number) => Float64Array.of(rightly(rare, a), rightly(common, b));
      answers.push({
        patient,
        whole: answer(0.9, 0.9),
        covered: { corners: answer(0.3 - patient / 500, 0.75 - patient / 500) },
      });
    }
  }
  const { name, verdict } = regionResult({ record: findings, truths: Float64Array.from(truths) }, answers, 'corners');
  expect([name, verdict]).toEqual(['common', 'hangsOnIt']);
});
