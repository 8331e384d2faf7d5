/** The press on *Import* while folders are looked through: no press is lost, and an answer that comes too late changes nothing. */
import { beforeEach, expect, test } from 'vitest';
import { type ImportChoice, ImportPress } from '../../../renderer/screens/library/import-press.svelte.ts';
import { HeldWire } from './held-wire.ts';
import { settled } from './page-wire.ts';

const nothingOpen = { positive: null, caseQuestions: [] };
const byAlphabet = { positive: { names: ['a', 'b'], name: 'b', source: 'alphabet' }, caseQuestions: [] };
const sameButCase = { positive: null, caseQuestions: [{ names: ['Sick', 'sick'] }] };

let wire: HeldWire;
let press: ImportPress;
let choice: ImportChoice;
const chosen = () => ({ ...choice });

beforeEach(() => {
  wire = new HeldWire();
  press = new ImportPress();
  choice = { paths: ['/scans'], dataset: 'd' };
});

test('what is changed while the folders are looked through is imported by the second press, and by that alone', async () => {
  const first = press.press(chosen);
  choice = { ...choice, pseudonymise: true };
  const second = press.press(chosen);
  await settled();
  await wire.answer('labels.ofFolders', nothingOpen);
  expect([await first, press.isLooking]).toEqual([null, true]);
  await wire.answer('labels.ofFolders', nothingOpen);
  expect(await second).toMatchObject({ pseudonymise: true });
  expect([press.isLooking, press.hasChanged]).toEqual([false, false]);
});

test('a double click looks once, and imports once', async () => {
  const presses = [press.press(chosen), press.press(chosen)];
  await settled();
  await wire.answer('labels.ofFolders', nothingOpen);
  expect((await Promise.all(presses)).filter((options) => options !== null)).toHaveLength(1);
  expect(wire.inputs('labels.ofFolders')).toHaveLength(1);
});

test('whoever changed something and does not press again is told, until the next press', async () => {
  const pressed = press.press(chosen);
  choice = { ...choice, copy: true };
  await settled();
  await wire.answer('labels.ofFolders', nothingOpen);
  expect([await pressed, press.hasChanged]).toEqual([null, true]);
  const again = press.press(chosen);
  expect(press.hasChanged).toBe(false);
  await settled();
  await wire.answer('labels.ofFolders', nothingOpen);
  expect(await again).toMatchObject({ copy: true });
});

test('the answer about folders of a dialog that was closed neither asks nor counts as asked for others', async () => {
  const first = press.press(chosen);
  press.close();
  choice = { ...choice, paths: ['/others'] };
  const second = press.press(chosen);
  await settled();
  await wire.answer('labels.ofFolders', byAlphabet);
  expect([await first, press.asked]).toEqual([null, null]);
  await wire.answer('labels.ofFolders', byAlphabet);
  expect([await second, press.asked]).toEqual([null, byAlphabet]);
  // It is asked once: whoever presses again wants no answer.
  const third = press.press(chosen);
  await settled();
  await wire.answer('labels.ofFolders', byAlphabet);
  expect(await third).not.toBeNull();
});

test('that a folder of a closed dialog could not be looked through is not told; of one that is open it is', async () => {
  const closed = press.press(chosen);
  press.close();
  await settled();
  await wire.fail('labels.ofFolders');
  expect(await closed).toBeNull();
  const open = press.press(chosen);
  await settled();
  await Promise.all([expect(open).rejects.toThrow(), wire.fail('labels.ofFolders')]);
  expect(press.isLooking).toBe(false);
});

test('an answer that is given while an import waits goes into that import; answers about other folders do not count', async () => {
  const first = press.press(chosen);
  await settled();
  await wire.answer('labels.ofFolders', sameButCase);
  expect(await first).toBeNull();
  const second = press.press(chosen);
  const merged = press.merge(chosen);
  await settled();
  await wire.answer('labels.ofFolders', sameButCase);
  await wire.answer('labels.ofFolders', nothingOpen);
  expect([await second, await merged]).toMatchObject([null, { mergeCase: true }]);
  choice = { ...choice, paths: ['/others'] };
  const others = press.press(chosen);
  await settled();
  await wire.answer('labels.ofFolders', nothingOpen);
  expect(await others).toMatchObject({ paths: ['/others'], mergeCase: false });
});
