/** A button's work that is under way is not begun again. */
import { expect, test } from 'vitest';
import { onceAtATime } from '../../../renderer/app/once-at-a-time.ts';

test('a second press before the first has its answer does nothing; after it, or after a failure, the work is done again', async () => {
  const begun: string[] = [];
  const ends: { readonly done: () => void; readonly fail: (why: Error) => void }[] = [];
  const press = onceAtATime((name: string) => {
    begun.push(name);
    return new Promise<void>((done, fail) => void ends.push({ done, fail }));
  });
  press('first');
  press('second');
  expect(begun).toEqual(['first']);
  ends[0]?.done();
  await Promise.resolve();
  press('third');
  ends[1]?.fail(new Error('refused'));
  await Promise.resolve();
  press('fourth');
  expect(begun).toEqual(['first', 'third', 'fourth']);
});

test('whoever shows the button is told while a press does nothing, also after a failure, and not of what is done at once', async () => {
  const told: boolean[] = [];
  let fail: (why: Error) => void = () => {};
  const press = onceAtATime(
    () =>
      new Promise<void>((_, refuse) => {
        fail = refuse;
      }),
    (isUnderWay) => told.push(isUnderWay),
  );
  press();
  press();
  expect(told).toEqual([true]);
  fail(new Error('refused'));
  await Promise.resolve();
  expect(told).toEqual([true, false]);
  onceAtATime(
    () => {},
    (isUnderWay) => told.push(isUnderWay),
  )();
  expect(told).toEqual([true, false]);
});

test('what is done at once is done at every press', () => {
  let presses = 0;
  const press = onceAtATime(() => {
    presses += 1;
  });
  press();
  press();
  expect(presses).toBe(2);
});
