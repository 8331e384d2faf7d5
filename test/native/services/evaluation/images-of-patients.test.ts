/** Several images of a patient say no more than one of them, wherever a share of images has an interval. */
import { expect, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { judgeAtThreshold } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeSubgroups } from '../../../../core/services/evaluation/judge-compare.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { setReferBand } from '../../../../core/services/evaluation/judge-settings.ts';
import { evaluationBlocks } from '../../../../core/services/evaluation/metrics-block.ts';
import { referralReports } from '../../../../core/services/evaluation/referral.ts';
import { saveEvaluation } from '../../../../core/store/index.ts';
import { madeCases, testVersion } from '../../../support/judged-models.ts';
import { addModelOf, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

/** Every interval that a share of images has, and those that the model's rule of referral has, of a model of patients with `each` images that are the same. */
function intervalsOf(each: number) {
  const library = temporaryLibrary();
  const cases = madeCases(80).flatMap((made) => Array<typeof made>(each).fill(made));
  const patientOf = (image: number): number => Math.floor(image / each);
  const versionId = testVersion(library, cases, 'images', patientOf);
  const modelId = addModelOf(library, 'm', versionId, ['healthy', 'ill'], { threshold: 0.5, thresholdClass: 'ill' });
  const random = Random.seeded(5);
  const noise = madeCases(80).map(() => random.normal());
  const images = cases.map(({ isIll }, position) => {
    return { position, logits: Float32Array.of(0, (isIll ? 1 : -1) + (noise[patientOf(position)] as number)) };
  });
  saveEvaluation(library.writer, { modelId, split: 'test', images }, testTime);
  const context = testContext(library);
  const found = { cases: 80, accepted: 70, errors: 7, bound: 0.2 };
  const promise = { allowed: 0.2, part: 'test', level: 'image', pooling: 'mean', ...found } as const;
  setReferBand(context, 'm', { className: 'ill', low: 0.4, high: 0.6, promise });
  const request = { model: 'm', split: 'test', pooling: 'mean' } as const;
  const at = { level: 'image', classIndex: 1, threshold: 0.45 } as const;
  const report = judgeReport(context, request)?.image;
  const point = judgeAtThreshold(requireSet(context, request), { ...at, prevalence: 0.1 });
  const card = modelCard(context, 'm').results.find(({ level }) => level === 'image');
  const subgroups = judgeSubgroups(context, { ...request, ...at });
  return {
    n: report?.n,
    report: report?.classes.flatMap(({ sensitivity, specificity, precision, calibration }) => [
      ...[sensitivity, specificity, precision].map(({ interval }) => interval),
      ...calibration.map(({ observed }) => observed.interval),
    ]),
    // A curve of four times as many images has more points; the first is of all of them.
    coverage: report?.coverage[0]?.errorInterval,
    evaluate: evaluationBlocks(context, request).image.perClass.flatMap((own) => [
      own.sensitivityInterval,
      own.specificityInterval,
      own.precisionInterval,
    ]),
    card: [card?.sensitivity?.interval, card?.specificity?.interval],
    threshold: [point.sensitivity, point.specificity, point.accuracy, point.ppv, point.npv].map((own) => own.interval),
    ratios: [point.positiveLikelihoodRatio.interval, point.negativeLikelihoodRatio.interval],
    subgroups: subgroups.flatMap(({ sensitivity, specificity }) => [sensitivity.interval, specificity.interval]),
    referral: referralReports(context, request).map(({ errorInterval }) => errorInterval),
  };
}

/** Numbers to nine places, so that what is summed in another order is equal. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, own: unknown) => (typeof own === 'number' ? Number(own.toFixed(9)) : own));

test('every image four times has the intervals of every image once', () => {
  const { n: once, ...first } = intervalsOf(1);
  const { n: four, ...second } = intervalsOf(4);
  expect([once, four]).toEqual([80, 320]);
  expect(first.subgroups.length).toBeGreaterThan(2);
  expect(first.referral).toHaveLength(1);
  expect(rounded(second)).toEqual(rounded(first));
});
