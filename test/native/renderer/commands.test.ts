import { expect, test } from 'vitest';
import { chordOf, mayRepeat, meaningOf } from '../../../renderer/screens/read/commands.ts';

/** A key press as the browser tells of it. */
const press = (code: string, key: string): KeyboardEvent =>
  ({ code, key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }) as KeyboardEvent;

test('a digit is told by its place, on the number pad only while NumLock is on', () => {
  expect(chordOf(press('Digit1', '&'))).toBe('1');
  expect(chordOf(press('Numpad1', '1'))).toBe('1');
  expect(chordOf(press('Numpad1', 'End'))).toBe('End');
  expect(meaningOf('End', 'label', 'sidelight', {})).toEqual({ command: 'lastImage' });
});

test('a key held down goes on through images, and neither labels, excludes nor steps from study to study', () => {
  expect(mayRepeat('nextImage')).toBe(true);
  for (const command of ['class1', 'exclude', 'undo', 'nextUnlabelled', 'nextItem'] as const) {
    expect(mayRepeat(command)).toBe(false);
  }
});
