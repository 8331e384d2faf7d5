/** How long a notice stands, and what may take its place. */
import { beforeEach, expect, test, vi } from 'vitest';
import { notices } from '../../../renderer/app/notices.svelte.ts';

const told = (): string[] => notices.list.map(({ message }) => message);
const failure = (message: string) => notices.failed({ code: '', message, action: '' });

beforeEach(() => {
  vi.useFakeTimers();
  for (const { id } of notices.list) notices.dismiss(id);
  return () => vi.useRealTimers();
});

test('what ended by itself waits until somebody uses the window; what a user did does not', () => {
  notices.offer('exported', [], { isEverywhere: true });
  notices.offer('deleted', []);
  vi.advanceTimersByTime(3_600_000);
  expect(told()).toEqual(['exported']);
  notices.used();
  vi.advanceTimersByTime(29_000);
  notices.used();
  expect(told()).toEqual(['exported']);
  vi.advanceTimersByTime(1_000);
  expect(told()).toEqual([]);
});

test('a failure is not pushed out by confirmations; of failures the newest are told', () => {
  failure('disk full');
  for (const n of [1, 2, 3, 4, 5]) notices.done(`done ${n}`);
  expect(told()).toEqual(['disk full', 'done 3', 'done 4', 'done 5']);
  for (const n of [1, 2, 3, 4]) failure(`failed ${n}`);
  expect(told()).toEqual(['failed 1', 'failed 2', 'failed 3', 'failed 4']);
  notices.done('one more');
  notices.done('newest');
  expect(told()).toEqual(['failed 1', 'failed 2', 'failed 3', 'failed 4', 'newest']);
});

test('in another library nothing is offered about the one before; what failed is still told', () => {
  notices.offer('exported', [{ label: 'Show', run: () => {} }], { isEverywhere: true });
  failure('disk full');
  notices.leaveLibrary();
  expect(told()).toEqual(['disk full']);
});

test('nothing goes while the pointer or the focus is on it, whichever leaves first', () => {
  notices.offer('deleted', []);
  notices.hold('focus', true);
  notices.hold('pointer', true);
  vi.advanceTimersByTime(60_000);
  notices.hold('pointer', false);
  expect(told()).toEqual(['deleted']);
  notices.hold('focus', false);
  expect(told()).toEqual([]);
});
