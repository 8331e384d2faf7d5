/** What a command says of watched folders of what it brought back. */
import { expect, test } from 'vitest';
import { watchedAgainLines } from '../../../core/cli/put-aside-lines.ts';

test('folders that are watched again are counted, and those that stay stopped are named, with what starts them', () => {
  expect(watchedAgainLines({ watches: 0, stopped: [] })).toEqual([]);
  expect(watchedAgainLines({ watches: 1, stopped: ['/a', '/b'] })).toEqual([
    '1 folder that stopped with it is watched again, as soon as a window has the library open.',
    'Stopped and not started again: /a, /b. To have what arrives there classified, start them in the window (Classify, Watched folders, Start).',
  ]);
});
