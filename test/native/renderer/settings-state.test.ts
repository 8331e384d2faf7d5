/** What Settings keeps while other screens are shown is of one library. */
import { expect, test } from 'vitest';
import { state } from '../../../renderer/screens/settings/settings-state.svelte.ts';
import { HeldWire } from './held-wire.ts';

test('what was found in one library, and its readers, do not stand there as those of the next', async () => {
  new HeldWire({
    'settings.check': { sound: true },
    'settings.sizes': { folder: '/one', parts: [] },
    'settings.backups': [{ name: 'b' }],
    'readers.list': { readers: [{ id: 2, name: 'Dr. One', labels: 3 }], currentId: 2 },
    'lpms.list': [{ name: 'l' }],
    'models.list': [{ name: 'm' }],
  });
  await Promise.all([state.check(false), state.loadLibrary(), state.loadReaders(), state.loadLpms()]);
  expect([state.report?.sound, state.readers?.currentId, state.backups.length]).toEqual([true, 2, 1]);
  state.forget();
  expect([state.report, state.readers, state.sizes]).toEqual([null, null, null]);
  expect([state.backups, state.lpms, state.models]).toEqual([[], [], []]);
});
