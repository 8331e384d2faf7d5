/** How far the networks of the folds agree about an answer, and which answers go to a reader, of every kind of answer. */
import { expect, test } from 'vitest';
import type { ModelRecord } from '../../../../core/contract/index.ts';
import { predictionsCsv } from '../../../../core/services/classification/csv.ts';
import { foldAgreement, referredNames } from '../../../../core/services/classification/fold-agreement.ts';

const base = {
  name: 'm',
  lpmHash: 'a'.repeat(64),
  threshold: null,
  thresholdClass: null,
  positiveClass: null,
  referBand: null,
  findings: [],
};
const classes = { ...base, target: 'class', classes: ['normal', 'mass', 'cyst'] } as unknown as ModelRecord;
const two = {
  ...base,
  target: 'class',
  classes: ['normal', 'mass'],
  threshold: 0.3,
  thresholdClass: 'mass',
} as unknown as ModelRecord;
const findings = {
  ...base,
  target: 'finding',
  classes: ['nodule', 'effusion'],
  findings: [
    { threshold: 0.5, referBand: { low: 0.4, high: 0.5 } },
    { threshold: 0.2, referBand: null },
  ],
} as unknown as ModelRecord;
const numbers = { ...base, target: 'quantity', classes: ['bone age (months)'] } as unknown as ModelRecord;

const said = (
  decision: string,
  probabilities: number[],
  foldAnswers: number[][],
  findingThresholds: number[] = [],
  value: number | null = null,
) => ({ decision, probabilities, foldAnswers, findingThresholds, value, threshold: null, thresholdClass: null });

test('of classes those networks agree whose own answer is the same, by the threshold that it was decided with', () => {
  const answer = said(
    'mass',
    [0.3, 0.6, 0.1],
    [
      [0.2, 0.7, 0.1],
      [0.5, 0.4, 0.1],
      [0.1, 0.8, 0.1],
    ],
  );
  expect(foldAgreement(classes, answer)).toEqual([
    { name: 'mass', answer: 'mass', agreeing: 2, folds: 3, low: 0.4, high: 0.8 },
  ]);
  // From 0.3 on it is "mass": 0.35 says so, too.
  const low = said(
    'mass',
    [0.6, 0.4],
    [
      [0.65, 0.35],
      [0.8, 0.2],
    ],
  );
  expect(foldAgreement(two, { ...low, threshold: 0.3, thresholdClass: 'mass' })).toEqual([
    { name: 'mass', answer: 'mass', agreeing: 1, folds: 2, low: 0.2, high: 0.35 },
  ]);
  // From 0.15 on it was then, whatever the model's threshold is by now; and so was the other class from 0.85 on.
  for (const cut of [
    { threshold: 0.15, thresholdClass: 'mass' },
    { threshold: 0.85, thresholdClass: 'normal' },
  ]) {
    expect(foldAgreement(two, { ...low, ...cut })).toEqual([
      { name: 'mass', answer: 'mass', agreeing: 2, folds: 2, low: 0.2, high: 0.35 },
    ]);
  }
});

test('of findings each has its own count by its own threshold; of numbers there is the range alone', () => {
  const answer = said(
    'effusion',
    [0.45, 0.3],
    [
      [0.4, 0.1],
      [0.6, 0.3],
      [0.35, 0.5],
    ],
    [0.5, 0.2],
  );
  expect(foldAgreement(findings, answer)).toEqual([
    { name: 'nodule', answer: 'absent', agreeing: 2, folds: 3, low: 0.35, high: 0.6 },
    { name: 'effusion', answer: 'present', agreeing: 2, folds: 3, low: 0.1, high: 0.5 },
  ]);
  expect(foldAgreement(numbers, said('61.5', [], [[60], [63]], [], 61.5))).toEqual([
    { name: 'bone age (months)', answer: '61.5', agreeing: null, folds: 2, low: 60, high: 63 },
  ]);
  expect(foldAgreement(classes, said('mass', [0.3, 0.6, 0.1], []))).toEqual([]);
});

test('what goes to a reader is the answer in the band, or those findings whose probability lies in theirs', () => {
  const banded = { ...two, referBand: { className: 'mass', low: 0.2, high: 0.5 } };
  expect(referredNames(banded, said('mass', [0.6, 0.4], []))).toEqual(['mass']);
  expect(referredNames(banded, said('mass', [0.5, 0.5], []))).toEqual([]);
  expect(referredNames(two, said('mass', [0.6, 0.4], []))).toBeNull();
  expect(referredNames(findings, said('none', [0.45, 0.1], []))).toEqual(['nodule']);
  expect(referredNames(findings, said('nodule', [0.9, 0.1], []))).toEqual([]);
  const without = { ...findings, findings: findings.findings.map((own) => ({ ...own, referBand: null })) };
  expect(referredNames(without, said('none', [0.45, 0.1], []))).toBeNull();
});

test('results files of several findings name those that go to a reader, and have the folds of each', () => {
  const prediction = {
    level: 'study' as const,
    path: null,
    patientID: 'P',
    studyInstanceUID: '1.2',
    sopInstanceUID: null,
    frame: null,
    images: 1,
    contentHash: null,
    ...said(
      'none',
      [0.45, 0.1],
      [
        [0.4, 0.1],
        [0.6, 0.3],
      ],
      [0.5, 0.2],
    ),
    referred: ['nodule'],
  };
  const [header = '', row = ''] = predictionsCsv(findings, [prediction], []).split('\n');
  const cell = (name: string): string | undefined => row.split(',')[header.split(',').indexOf(name)];
  const names = ['referred', 'folds', 'foldsAgreeing_nodule', 'foldsLow_nodule', 'foldsHigh_effusion'];
  expect(names.map(cell)).toEqual(['nodule', '2', '1', '0.4', '0.3']);
});
