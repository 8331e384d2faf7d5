import { expect, test } from 'vitest';
import { NewestEntries, type SessionCache, SessionCaches } from '../../../../core/services/session/caches.ts';

const derived: SessionCache<Map<string, number>> = { name: 'derived', until: 'change', make: () => new Map() };
const open: SessionCache<string[]> = { name: 'open', until: 'close', make: () => [] };

test('a session gives the same store until it is emptied, and another session gives another', () => {
  const [one, other] = [new SessionCaches(), new SessionCaches()];
  one.of(derived).set('a', 1);
  one.of(open).push('file');
  expect([one.of(derived).get('a'), other.of(derived).size]).toEqual([1, 0]);

  one.libraryChanged();
  expect([one.of(derived).size, one.of(open)]).toEqual([0, ['file']]);

  one.of(derived).set('b', 2);
  one.forget(open);
  expect([one.of(derived).get('b'), one.of(open)]).toEqual([2, []]);

  one.clear();
  expect(one.of(derived).size).toBe(0);
});

test('the newest entries are kept; an entry that is set again is new', () => {
  const kept = new NewestEntries<string, number>(2);
  kept.set('a', 1);
  kept.set('b', 2);
  kept.set('a', 3);
  kept.set('c', 4);
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([3, undefined, 4]);
});
