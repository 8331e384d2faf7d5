/** A model of numbers judged: what is told of it, against figures made by hand, and what is not. */
import { expect, test } from 'vitest';
import { evaluateLines } from '../../../../core/cli/commands/evaluate.ts';
import { evaluateReportSchema, type ModelRecord } from '../../../../core/contract/index.ts';
import { evaluatedSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { evidenceObstacle } from '../../../../core/services/evaluation/evidence-obstacles.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { compareModels } from '../../../../core/services/evaluation/judge-compare.ts';
import { judgeReport, numbersReport } from '../../../../core/services/evaluation/judge-report.ts';
import { calibrate } from '../../../../core/services/evaluation/judge-settings.ts';
import { evaluationBlocks } from '../../../../core/services/evaluation/metrics-block.ts';
import { auditEvents, type Library, modelByName } from '../../../../core/store/index.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { evaluatedModel } from '../../../support/questions.ts';
import { testContext } from '../../../support/studies.ts';

const request = { model: 'm', split: 'test', pooling: 'mean' } as const;

/** Bone ages 10, 20, 30, 40, 40 and 60; answers are 2, −2, 4, 0, 8 and 0 off. The last study has two images with different numbers. */
function boneAges(library: Library): void {
  const scale = { mean: 30, deviation: 10 };
  const image = (study: number, truth: number, answer: number) => ({
    study,
    values: [truth],
    logits: [(answer - scale.mean) / scale.deviation],
  });
  evaluatedModel(library, {
    target: 'quantity',
    names: ['bone age'],
    labelScale: scale,
    cases: [image(0, 10, 12), image(1, 20, 18), image(2, 30, 34), image(3, 40, 40), image(4, 40, 48), image(4, 60, 60)],
  });
}

test('errors, bias and limits are those made by hand; what means nothing of numbers is not there', () => {
  const library = temporaryLibrary();
  boneAges(library);
  const context = testContext(library);
  const { image, study, mixedStudies } = evaluationBlocks(context, request);
  const value = Object.fromEntries(image.figures.map(({ figure, value: own }) => [figure, own]));
  // Differences 2, -2, 4, 0, 8, 0: absolute 16 in all, squared 88; the labels' mean is 100/3 and their squared distances add up to 1533⅓.
  expect(value['absoluteError']).toBeCloseTo(16 / 6, 6);
  expect(value['rootMeanSquaredError']).toBeCloseTo(Math.sqrt(88 / 6), 6);
  expect(value['rSquared']).toBeCloseTo(1 - 88 / (4600 / 3), 6);
  const deviation = Math.sqrt((88 - 6 * 4) / 5);
  expect(image.agreement?.bias.value).toBeCloseTo(2, 6);
  expect(image.agreement?.low.value).toBeCloseTo(2 - 1.959963985 * deviation, 5);
  expect(image.agreement?.high.value).toBeCloseTo(2 + 1.959963985 * deviation, 5);
  expect(image.figures.every(({ interval }) => interval !== null)).toBe(true);
  expect(image.points).toHaveLength(6);
  expect([image.auc, image.accuracy, image.sensitivity, image.threshold, image.confusion, image.perClass]).toEqual([
    ...[null, null, null, null],
    ...[[], []],
  ]);
  // A study whose images have different numbers has none of its own.
  expect(study.n).toBe(4);
  expect(mixedStudies).toHaveLength(1);
});

test('Judge has every case, the furthest off first, and the same figures; looks at test cases are noted', () => {
  const library = temporaryLibrary();
  boneAges(library);
  const context = testContext(library);
  const report = numbersReport(context, request);
  expect(report?.image.cases.map(({ truth, answer }) => [truth, Math.round(answer)]).slice(0, 2)).toEqual([
    [40, 48],
    [30, 34],
  ]);
  const { image } = evaluationBlocks(context, request);
  expect(report?.image.figures.map(({ figure, estimate }) => ({ figure, ...estimate }))).toEqual(image.figures);
  // Its answers were made by hand here: nobody asked the model.
  expect(report?.testEvaluations).toBe(0);
  expect(auditEvents(library.db).some(({ action }) => action === 'model.judged')).toBe(true);
  const [own] = compareModels(context, { ...request, level: 'image' });
  expect(own).toMatchObject({
    auc: { value: null },
    absoluteError: image.figures[0]?.value === null ? {} : { value: image.figures[0]?.value },
  });
  expect(modelCard(context, 'm').results[1]).toMatchObject({ level: 'image', auc: { value: null }, sensitivity: null });
  expect(modelCard(context, 'm').results[1]?.bias?.value).toBeCloseTo(2, 6);
});

test('the command line prints errors in their unit and no AUC', () => {
  const library = temporaryLibrary();
  boneAges(library);
  const { image, study } = evaluationBlocks(testContext(library), request);
  const lines = evaluateLines(
    evaluateReportSchema.parse({
      ...{ model: 'm', split: 'test', dataset: 'asked', version: 1, method: 'side-only', target: 'quantity' },
      ...{ classes: ['bone age'], positiveClass: null, positiveClassSource: null, warnings: [], studyPooling: 'mean' },
      ...{ seconds: 1, peakMb: null, problems: [], image, study },
    }),
  ).join('\n');
  expect(lines).toMatch(/mean absolute error, in the unit of the numbers \(95 % interval\) +2\.667/);
  expect(lines).not.toMatch(/AUC|sensitivity|confusion|Decisions/);
});

test('what needs classes is refused with a clear word', () => {
  const library = temporaryLibrary();
  boneAges(library);
  const context = testContext(library);
  expect(() => judgeReport(context, request)).toThrow(/a quantity in numbers/);
  expect(() => evaluatedSet(context, { ...request, finding: 'bone age' })).toThrow(/a quantity in numbers/);
  expect(() => calibrate(context, 'm')).toThrow(/no probabilities to calibrate/);
  const attending = { ...(modelByName(library.db, 'm') as ModelRecord), method: 'fpt+' } as const;
  expect(evidenceObstacle(context, attending)).toBe('numbers');
  // No other method would have evidence of a number.
  expect(evidenceObstacle(context, { ...attending, method: 'side-only' })).toBe('numbers');
  expect(evidenceObstacle(context, { ...attending, target: 'finding' })).toBeNull();
});
