/** The list of Evidence: wrong answers first whatever the data set asks, each with what is wrong of it. */
import { expect, test } from 'vitest';
import { answeredImages } from '../../../../core/services/evaluation/answered-images.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { evaluatedModel } from '../../../support/questions.ts';
import { testContext } from '../../../support/studies.ts';

const asked = { model: 'm', split: 'test' } as const;
const logit = (p: number): number => Math.log(p / (1 - p));

test('of findings a case is wrong where one decision differs from its label, and which is said; what is not known counts nowhere', () => {
  const library = temporaryLibrary();
  evaluatedModel(library, {
    target: 'finding',
    names: ['nodule', 'effusion'],
    thresholds: [0.5, 0.2],
    cases: [
      { values: [1, 0], logits: [logit(0.9), logit(0.1)] },
      // Present from 0.2 on: absent by a threshold of one half.
      { values: [0, 0], logits: [logit(0.1), logit(0.3)] },
      { values: [null, null], logits: [logit(0.9), logit(0.9)] },
      { values: [0, 1], logits: [logit(0.8), logit(0.1)] },
      { values: [null, 1], logits: [logit(0.9), logit(0.9)] },
    ],
  });
  const { images, counts, isEvaluated } = answeredImages(testContext(library), asked);
  expect(isEvaluated).toBe(true);
  expect(counts).toEqual({ wrong: 2, off: 0, right: 2, unlabelled: 1, unanswered: 0 });
  expect(images.map(({ state, wrongFindings }) => [state, wrongFindings])).toEqual([
    [
      'wrong',
      [
        { name: 'nodule', isPresent: false },
        { name: 'effusion', isPresent: true },
      ],
    ],
    ['wrong', [{ name: 'effusion', isPresent: false }]],
    ['right', []],
    ['right', []],
    ['unlabelled', []],
  ]);
  expect(images[0]).toMatchObject({ label: { present: ['effusion'] }, answer: { present: ['nodule'] } });
});

test('of numbers the largest error comes first, whichever way it is off', () => {
  const library = temporaryLibrary();
  evaluatedModel(library, {
    target: 'quantity',
    names: ['age'],
    labelScale: { mean: 100, deviation: 10 },
    cases: [
      { values: [100], logits: [0.1] },
      { values: [100], logits: [-3] },
      { values: [null], logits: [9] },
      { values: [100], logits: [2] },
    ],
  });
  const { images, counts } = answeredImages(testContext(library), asked);
  expect(images.map(({ off }) => (off === null ? null : Math.round(off)))).toEqual([-30, 20, 1, null]);
  expect(counts).toMatchObject({ wrong: 0, off: 3, unlabelled: 1 });
});

test.each(['grade', 'class'] as const)(
  'of a %s the worst wrong answer comes first, and of grades it says by how many steps',
  (target) => {
    const library = temporaryLibrary();
    const at = (index: number, p: number): number[] => [0, 1, 2].map((k) => Math.log(k === index ? p : (1 - p) / 2));
    evaluatedModel(library, {
      target,
      names: ['none', 'mild', 'severe'],
      cases: [
        { classIndex: 0, values: [], logits: at(0, 0.9) },
        { classIndex: 1, values: [], logits: at(2, 0.95) },
        { classIndex: 2, values: [], logits: at(2, 0.5) },
        { classIndex: 2, values: [], logits: at(0, 0.6) },
      ],
    });
    const { images } = answeredImages(testContext(library), asked);
    const grades = [
      ['wrong', -2],
      ['wrong', 1],
      ['right', 0],
      ['right', 0],
    ];
    const classes = [
      ['wrong', 1],
      ['wrong', -2],
      ['right', 0],
      ['right', 0],
    ];
    const steps = images.map(({ state, answer, label }) => [
      state,
      (answer?.classIndex ?? 0) - (label?.classIndex ?? 0),
    ]);
    expect(steps).toEqual(target === 'grade' ? grades : classes);
    expect(images.map(({ off }) => off)).toEqual(target === 'grade' ? [-2, 1, 0, 0] : [null, null, null, null]);
    // The least sure of the right ones before the others.
    expect(images[2]?.label?.classIndex).toBe(2);
  },
);

test('an image further down than the list goes is there all the same, and says in which part it is; a part without an evaluation says so', () => {
  const library = temporaryLibrary();
  evaluatedModel(library, {
    target: 'quantity',
    names: ['age'],
    split: 'val',
    cases: [1, 2, 3].map((number) => ({ values: [number], logits: [0] })),
  });
  const context = testContext(library);
  const last = answeredImages(context, { model: 'm', split: 'val' }).images.at(-1);
  const own = { instanceId: last?.instanceId as NonNullable<typeof last>['instanceId'], frame: 0 };
  const found = answeredImages(context, { model: 'm', split: 'test', own, limit: 1 });
  expect([found.split, found.images.length, found.own]).toEqual(['val', 1, last]);
  library.writer.run('DELETE FROM evaluations');
  const unknown = answeredImages(context, { model: 'm', split: 'val' });
  expect(unknown.isEvaluated).toBe(false);
  expect(unknown.images.map(({ state }) => state)).toEqual(['unanswered', 'unanswered', 'unanswered']);
});

test('an image of which no finding is known has no label, whether the model was asked or not', () => {
  const library = temporaryLibrary();
  evaluatedModel(library, {
    target: 'finding',
    names: ['nodule', 'effusion'],
    cases: [
      { values: [null, null], logits: [0, 0] },
      { values: [0, 0], logits: [0, 0] },
    ],
  });
  const context = testContext(library);
  const labels = () => answeredImages(context, asked).images.map(({ label }) => label?.present ?? null);
  expect(labels().filter((label) => label === null)).toHaveLength(1);
  library.writer.run('DELETE FROM evaluations');
  expect(labels().filter((label) => label === null)).toHaveLength(1);
});
