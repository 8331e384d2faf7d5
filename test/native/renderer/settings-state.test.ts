/** What Settings keeps while other screens are shown is of one library. */
import { expect, test } from 'vitest';
import type { LpmRecord } from '../../../core/contract/index.ts';
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

test('the time of an image counts what the speed of an engine counts: multiplications and additions', async () => {
  const wire = new HeldWire({ 'settings.doctor': { engines: [{ gflops: 100 }, { gflops: null }] } });
  const lpm = (config: object) => ({ config }) as unknown as LpmRecord;
  const base = { layers: 12, width: 768, patch: 16, mlpWidth: 3072 };
  expect(state.secondsAnImage(lpm(base))).toBeNull();
  await state.examine();
  expect(wire.inputs('settings.doctor')).toEqual([{}]);
  // ViT-B/16 at 512 pixels: 1,025 tokens, 106 thousand million multiply-adds.
  expect(state.secondsAnImage(lpm(base))).toBeCloseTo(2.13, 2);
  // Of a gated MLP one product more.
  const products = 2 * 12 * 1025 * 768 * 3072;
  expect(state.secondsAnImage(lpm({ ...base, gated: true }))).toBeCloseTo(2.13 + products / 1e11, 2);
});
