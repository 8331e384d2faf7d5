import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import type { Candidate } from '../../../../core/contract/index.ts';
import { SearchProgress } from '../../../../core/services/recipe/progress.ts';

const recipe = (method: Candidate['method'], learningRate: number, steps: number): Candidate => ({
  ...{ method, learningRate, steps, weightDecay: 0.1, augment: true },
});

test('steps of trainings that run at once are told together, with two of their recipes by name', () => {
  const events: ProgressEvent[] = [];
  const progress = new SearchProgress((event) => void events.push(event), 2);
  progress.begin(1, 400);
  const first = progress.training(recipe('fpt+', 0.001, 200));
  first.step(10);
  const second = progress.training(recipe('linear', 0.03, 100));
  second.step(30);
  // Whole epochs may be more steps than were planned.
  second.step(104);
  second.end();
  first.step(20);
  const others = [recipe('linear', 0.03, 100), recipe('attentive', 0.002, 50)].map((one) => progress.training(one));
  first.step(30);
  first.end();
  others[0]?.step(1);
  progress.more(100);
  others[1]?.step(1);
  expect(events.map(({ done, total, note }) => `${done} of ${total}: ${note}`)).toEqual([
    '10 of 400: round 1 of 2, fpt+ at 0.001, 200 steps',
    '40 of 400: round 1 of 2, 2 trainings at once: fpt+ at 0.001, linear at 0.03',
    '110 of 400: round 1 of 2, 2 trainings at once: fpt+ at 0.001, linear at 0.03',
    '110 of 400: round 1 of 2, 2 trainings at once: fpt+ at 0.001, linear at 0.03',
    '120 of 400: round 1 of 2, fpt+ at 0.001, 200 steps',
    '130 of 400: round 1 of 2, 3 trainings at once: fpt+ at 0.001, linear at 0.03 and 1 other',
    '300 of 400: round 1 of 2, 3 trainings at once: fpt+ at 0.001, linear at 0.03 and 1 other',
    '301 of 400: round 1 of 2, 2 trainings at once: linear at 0.03, attentive at 0.002',
    '302 of 500: round 1 of 2, 2 trainings at once: linear at 0.03, attentive at 0.002',
  ]);
});

test('trainings of one recipe on several folds are named once', () => {
  const notes: (string | undefined)[] = [];
  const progress = new SearchProgress(({ note }) => void notes.push(note), 1);
  progress.begin(1, 40);
  const [one] = [0, 1].map(() => progress.training(recipe('fpt+', 0.001, 20)));
  one?.step(1);
  expect(notes).toEqual(['round 1 of 1, 2 trainings at once: fpt+ at 0.001']);
});
