import { expect, test } from 'vitest';
import { arranged } from '../../../renderer/screens/read/arrangement.ts';

const listed = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ({ key, isLabelled: key === 'b' || key === 'e' }));

test('labelled cases stay above as they stood, the open one follows, then come the others by place', () => {
  expect(arranged(listed, 'c', ['f', 'e', 'a', 'c', 'd', 'b'])).toEqual(['b', 'e', 'c', 'f', 'a', 'd']);
});

test('an open case that is labelled stays between what is done and what is to come', () => {
  expect(arranged(listed, 'b', ['f', 'a', 'c', 'd'])).toEqual(['e', 'b', 'f', 'a', 'c', 'd']);
});

test('cases without a place come last, in the usual order, and none is lost', () => {
  expect(arranged(listed, null, ['f', 'gone'])).toEqual(['b', 'e', 'f', 'a', 'c', 'd']);
});
