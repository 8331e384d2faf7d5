/** A model of several findings judged: the figures against scikit-learn's, each finding as a model of two classes, and what may be set. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ModelRecord } from '../../../../core/contract/index.ts';
import { evaluatedSet, requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { findingWarnings } from '../../../../core/services/evaluation/finding-warnings.ts';
import { judgeAtThreshold, judgedCases } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeSubgroups } from '../../../../core/services/evaluation/judge-compare.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import {
  calibrate,
  setModelPositive,
  setReferBand,
  setThreshold,
} from '../../../../core/services/evaluation/judge-settings.ts';
import { evaluationBlocks } from '../../../../core/services/evaluation/metrics-block.ts';
import { auditEvents, type Library, modelByName } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { evaluatedModel } from '../../../support/questions.ts';
import { hasShared, sharedPath } from '../../../support/shared.ts';
import { testContext } from '../../../support/studies.ts';

const request = { model: 'm', split: 'test', pooling: 'mean' } as const;
const folder = sharedPath('fixtures-methods', 'metrics-multilabel');

function recordOf(library: Library): ModelRecord {
  const record = modelByName(library.db, 'm');
  if (record === undefined) throw new Error('the model is there');
  return record;
}

test.skipIf(!hasShared)('a report has the figures that scikit-learn has, finding by finding', () => {
  for (const file of readdirSync(folder)) {
    const json = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as {
      readonly logits: number[][];
      readonly marks: (number | null)[][];
      readonly per_finding: Record<string, number | null>[];
      readonly auc_macro: number | null;
      readonly average_precision_macro: number | null;
    };
    const names = json.per_finding.map((_, k) => `finding ${k}`);
    const library = temporaryLibrary();
    evaluatedModel(library, {
      target: 'finding',
      names,
      cases: json.marks.map((values, i) => ({ values, logits: json.logits[i] as number[] })),
      thresholds: names.map(() => 0.5),
    });
    const { image } = evaluationBlocks(testContext(library), request);
    // Logits are kept as 32-bit floats, which moves a Brier score and no ranking.
    expect(image.auc).toBeCloseTo(json.auc_macro as number, 9);
    expect(image.averagePrecision).toBeCloseTo(json.average_precision_macro as number, 9);
    image.perClass.forEach((own, k) => {
      const wanted = json.per_finding[k] as Record<string, number | null>;
      expect([own.known, own.n]).toEqual([wanted['known'], wanted['present']]);
      for (const [found, key] of [
        [own.auc, 'auc'],
        [own.averagePrecision, 'average_precision'],
        [own.sensitivity, 'sensitivity_at_0.5'],
        [own.specificity, 'specificity_at_0.5'],
      ] as const) {
        if (wanted[key] === null) expect(found).toBeNull();
        else expect(found).toBeCloseTo(wanted[key] as number, 9);
      }
      expect(own.unjudged).toBe(wanted['present'] === 0 ? 'neverPresent' : undefined);
    });
    expect([image.confusion, image.calibration, image.kappa, image.f1, image.points]).toEqual([[], [], null, null, []]);
  }
});

/** Two findings of eight images in six studies: "edema" told apart but for one; of "mass" half is known, none of it present in two studies. */
function twoFindings(library: Library, split: 'val' | 'test' = 'test'): void {
  const present = 1;
  const absent = 0;
  const unsure = 0.5;
  const [high, low] = [2, -2];
  evaluatedModel(library, {
    target: 'finding',
    names: ['edema', 'mass', 'rare'],
    thresholds: [0.5, 0.7, 0.5],
    split,
    cases: [
      { study: 0, values: [present, absent, null], logits: [high, low, 0] },
      { study: 0, values: [absent, present, null], logits: [low, high, 0] },
      { study: 1, values: [absent, null, null], logits: [low, high, 0] },
      { study: 1, values: [absent, absent, null], logits: [low, low, 0] },
      { study: 2, values: [present, unsure, null], logits: [high, high, 0] },
      { study: 3, values: [present, null, null], logits: [low, low, 0] },
      { study: 4, values: [absent, present, null], logits: [low, 0.5, 0] },
      { study: 5, values: [null, absent, null], logits: [high, low, 0] },
    ],
  });
}

test('each finding counts where it is known: uncertain is not known, and a study has what one of its images has', () => {
  const library = temporaryLibrary();
  twoFindings(library);
  const context = testContext(library);
  const { image, study } = evaluationBlocks(context, request);
  expect(
    image.perClass.map(({ name, known, n, sensitivity, specificity, unjudged }) => [
      name,
      known,
      n,
      sensitivity,
      specificity,
      unjudged,
    ]),
  ).toEqual([
    ['edema', 7, 3, 2 / 3, 1, undefined],
    // At its own threshold 0.7 the mass of probability 0.62 is missed.
    ['mass', 5, 2, 1 / 2, 1, undefined],
    ['rare', 0, 0, null, null, 'unknown'],
  ]);
  // 11 of the 12 known marks but for the edema and the mass that were missed.
  expect(image.accuracy).toBeCloseTo(10 / 12, 12);
  expect(image.n).toBe(8);
  expect(study.perClass.map(({ known, n }) => [known, n])).toEqual([
    [5, 3],
    [4, 2],
    [0, 0],
  ]);
  expect(findingWarnings(recordOf(library), image)).toEqual([
    'Cannot be judged, and is in no mean: “rare” (it is known for none of these cases).',
  ]);
});

test('a finding is judged as a model of two classes: report, threshold, cases, subgroups and card', () => {
  const library = temporaryLibrary();
  twoFindings(library);
  const context = testContext(library);
  const ofMass = { ...request, finding: 'mass' };
  const report = judgeReport(context, ofMass);
  expect(report).toMatchObject({
    finding: 'mass',
    model: { classes: ['absent', 'present'], positiveClass: 'present', threshold: 0.7 },
    image: {
      n: 5,
      findings: {
        judged: 2,
        findings: [{ name: 'edema' }, { name: 'mass', known: 5 }, { name: 'rare', unjudged: 'unknown' }],
      },
    },
  });
  expect(report?.image.auc.value).toBe(report?.image.findings?.findings[1]?.auc.value);
  const set = requireSet(context, ofMass);
  const at = judgeAtThreshold(set, { level: 'image', classIndex: 1, threshold: 0.5, prevalence: 0.1 });
  expect(at.counts).toEqual({ truePositive: 2, falsePositive: 0, falseNegative: 0, trueNegative: 3 });
  const missed = judgedCases(set, 'image', { classIndex: 1, threshold: 0.7, isWrong: true });
  expect(missed.map(({ truth, decision }) => [truth, decision])).toEqual([[1, 0]]);
  expect(judgeSubgroups(context, { ...ofMass, level: 'image', classIndex: 1, threshold: 0.5 })).toEqual([]);
  // Nothing is known of it here, which is an evaluation all the same.
  expect(judgeReport(context, { ...request, finding: 'rare' })?.image).toMatchObject({ n: 0, auc: { value: null } });
  const card = modelCard(context, 'm');
  expect(card.results.filter(({ level }) => level === 'image').map(({ finding, n }) => [finding, n])).toEqual([
    [null, 8],
    ['edema', 7],
    ['mass', 5],
    ['rare', 0],
  ]);
  expect(card.counts.find(({ name }) => name === 'mass')).toMatchObject({ images: 6 });
});

test('a finding that is not the model’s, or none, is refused with the names that there are', () => {
  const library = temporaryLibrary();
  twoFindings(library);
  const context = testContext(library);
  expect(() => evaluatedSet(context, request)).toThrow(
    /finding by finding: none was named; it has "edema", "mass", "rare"/,
  );
  expect(() => evaluatedSet(context, { ...request, finding: 'oedema' })).toThrow(/no finding "oedema"/);
  expect(() => setModelPositive(context, 'm', 'edema')).toThrow(/none of its names is the positive one/);
  expect(() => setThreshold(context, 'm', { threshold: 0.4, thresholdClass: 'edema' }, 'val', 'edema')).toThrow(
    /tells apart/,
  );
});

test('threshold and band are set for one finding; calibration moves all thresholds along and no decision', () => {
  const library = temporaryLibrary();
  twoFindings(library, 'val');
  const context = testContext(library);
  const ofMass = { model: 'm', split: 'val', pooling: 'mean', finding: 'mass' } as const;
  setThreshold(context, 'm', { threshold: 0.55, thresholdClass: 'present' }, 'val', 'mass');
  setReferBand(context, 'm', { className: 'present', low: 0.4, high: 0.65 }, 'mass');
  expect(recordOf(library).findings).toEqual([
    { threshold: 0.5, referBand: null },
    { threshold: 0.55, referBand: { low: 0.4, high: 0.65 } },
    { threshold: 0.5, referBand: null },
  ]);
  // The mass of probability 0.62 lies in the band.
  const referred = () =>
    judgedCases(requireSet(context, ofMass), 'image', { classIndex: 1, threshold: 0.55 }).filter((c) => c.isReferred);
  expect(referred()).toHaveLength(1);
  const decisions = () =>
    ['edema', 'mass'].map((finding) =>
      judgedCases(requireSet(context, { ...ofMass, finding }), 'image', {
        classIndex: 1,
        threshold: recordOf(library).findings[finding === 'edema' ? 0 : 1]?.threshold ?? 0,
      })
        .map(({ instanceId, decision }) => `${instanceId}:${decision}`)
        .sort(),
    );
  const before = decisions();
  expect(calibrate(context, 'm').temperature).not.toBe(1);
  expect(recordOf(library).findings[1]?.threshold).not.toBe(0.55);
  expect(decisions()).toEqual(before);
  // A band is of the probabilities that were.
  expect(recordOf(library).findings[1]?.referBand).toBeNull();
  expect(auditEvents(library.db).filter(({ action }) => action === 'model.thresholdSet')).toMatchObject([
    { details: { finding: 'mass', from: 0.7, to: 0.55, split: 'val' } },
  ]);
});
