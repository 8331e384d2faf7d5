/** Labels to check where each name is a question: findings one by one, numbers by how far off they are. */
import { expect, test } from 'vitest';
import type { TargetKind } from '../../../../core/contract/index.ts';
import { setReferBand } from '../../../../core/services/evaluation/judge-settings.ts';
import { referralReports } from '../../../../core/services/evaluation/referral.ts';
import { readersOf } from '../../../../core/services/reading/readers.ts';
import { keepLabel, suspectReport } from '../../../../core/services/suspects/suspects.ts';
import { addLabel, type Library } from '../../../../core/store/index.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { type AskedCase, evaluatedModel } from '../../../support/questions.ts';
import { testContext } from '../../../support/studies.ts';

/** As if a training with folds had kept these answers; every value of a case is a label of its study. */
function asOutOfFold(
  library: Library,
  target: TargetKind,
  names: readonly string[],
  cases: readonly AskedCase[],
  wordOf: (value: number) => string,
): void {
  evaluatedModel(library, {
    target,
    names,
    cases,
    split: 'val',
    thresholds: target === 'finding' ? names.map(() => 0.5) : [],
  });
  const db = library.writer;
  db.run(`UPDATE evaluations SET split = 'cross-validation'`);
  db.run(`UPDATE runs SET settings = json_set(settings, '$.folds', 5)`);
  const { id: datasetId = 0 } = db.get<{ id: number }>(`SELECT id FROM datasets WHERE name = 'asked'`) ?? {};
  const rows = db.all<{ id: number; position: number }>('SELECT instance_id AS id, position FROM version_images');
  for (const { id, position } of rows) {
    cases[position]?.values.forEach((value, k) => {
      if (value === null) return;
      addLabel(db, datasetId, { kind: 'instance', id: id as never }, wordOf(value), 'import', testTime, names[k]);
    });
  }
}

const unsure = 0.5;
const markOf = (value: number): string => (value === 1 ? 'present' : value === 0 ? 'absent' : 'uncertain');

test('each finding is doubted by itself, what is uncertain or not known never, and images of one study that differ stand apart', () => {
  const library = temporaryLibrary();
  asOutOfFold(
    library,
    'finding',
    ['edema', 'mass'],
    [
      { values: [1, 0], logits: [-3.5, -2] },
      { values: [unsure, 1], logits: [-4, 1] },
      { values: [0, null], logits: [1, 5] },
      // One study of two images: both have the edema, one has the mass.
      { study: 9, values: [1, 1], logits: [2, 2] },
      { study: 9, values: [1, 0], logits: [2, 3] },
    ],
    markOf,
  );
  const context = testContext(library);
  const report = suspectReport(context, 'm');
  expect(report.labels).toBe(7);
  expect(
    report.suspects.map(({ question, label, answer, target, images, state, studyInstanceUID }) => [
      question,
      label,
      answer,
      target.kind,
      images,
      state,
      studyInstanceUID,
    ]),
  ).toEqual([
    ['edema', 'present', 'absent', 'study', 1, 'open', '1.2.3.0'],
    ['mass', 'absent', 'present', 'instance', 1, 'open', '1.2.3.9'],
    ['edema', 'absent', 'present', 'study', 1, 'open', '1.2.3.2'],
  ]);
  const [first] = report.suspects;
  if (first === undefined) throw new Error('there is one');
  const { target, question, label } = first;
  const after = keepLabel(context, {
    ...{ model: 'm', target, question, label },
    readerId: readersOf(context).current.id,
  });
  expect(after.suspects.map(({ state }) => state)).toEqual(['kept', 'open', 'open']);
});

test('clips of one study that differ are a row each, whatever frames of them were answered', () => {
  const library = temporaryLibrary();
  const clip = (number: number, value: number, logits: readonly number[]) =>
    logits.map((logit) => ({ study: 9, clip: number, values: [value], logits: [logit] }));
  // The answer to a clip is the mean of its frames: 0.5 and above contradicts an absent edema.
  asOutOfFold(
    library,
    'finding',
    ['edema'],
    [...clip(20, 1, [-3, -4, -2]), ...clip(21, 0, [4, 3, -1]), ...clip(22, 1, [4, 3, 5])],
    markOf,
  );
  const context = testContext(library);
  const report = suspectReport(context, 'm');
  expect([report.labels, report.open]).toEqual([3, 2]);
  expect(
    report.suspects.map(({ sopInstanceUID, label, images, target }) => [sopInstanceUID, label, images, target.kind]),
  ).toEqual([
    ['1.2.3.20.1.1', 'present', 3, 'instance'],
    ['1.2.3.21.1.1', 'absent', 3, 'instance'],
  ]);
  const mean = [4, 3, -1].reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit)) / 3, 0);
  expect(report.suspects[1]?.answerProbability).toBeCloseTo(mean, 6);
  const [first] = report.suspects;
  if (first === undefined) throw new Error('there is one');
  const { target, question, label } = first;
  const after = keepLabel(context, {
    ...{ model: 'm', target, question, label },
    readerId: readersOf(context).current.id,
  });
  expect([after.open, after.kept]).toEqual([1, 1]);
});

test('a number is listed where its residual is far beyond the others, with label and answer in their unit', () => {
  const library = temporaryLibrary();
  const cases = Array.from({ length: 30 }, (_, i) => ({
    values: [i === 7 ? 200 : 50 + i],
    logits: [50 + i + (i % 3) - 1],
  }));
  asOutOfFold(library, 'quantity', ['age'], cases, String);
  const report = suspectReport(testContext(library), 'm');
  expect(report.labels).toBe(30);
  expect(report.suspects.map((one) => [one.question, one.label, one.answer, one.labelProbability, one.state])).toEqual([
    ['age', '200', '57', null, 'open'],
  ]);
});

test('a rule of one finding is judged on the cases where that one is known', () => {
  const library = temporaryLibrary();
  asOutOfFold(
    library,
    'finding',
    ['edema', 'mass'],
    [
      { values: [1, 0], logits: [0.1, -2] },
      { values: [0, 1], logits: [-3, 1] },
      { values: [0, null], logits: [2, 5] },
    ],
    markOf,
  );
  const context = testContext(library);
  setReferBand(context, 'm', { className: 'present', low: 0.4, high: 0.6 }, 'edema');
  const request = { model: 'm', split: 'cross-validation', pooling: 'mean' } as const;
  expect(referralReports(context, request)).toMatchObject([
    { finding: 'edema', cases: 3, accepted: 2, errors: 1, level: 'study' },
  ]);
});
