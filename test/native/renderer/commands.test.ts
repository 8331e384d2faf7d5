import { expect, test } from 'vitest';
import {
  chordOf,
  commands,
  conflictOf,
  keysOf,
  mayRepeat,
  meaningOf,
  profiles,
} from '../../../renderer/screens/read/commands.ts';

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

test('where findings are asked for, Shift with a digit says absent and Alt uncertain; elsewhere Shift chooses a window preset', () => {
  const meaning = (chord: string, mode: 'label' | 'view', asksMarks: boolean) =>
    meaningOf(chord, mode, 'sidelight', {}, asksMarks);
  expect(meaning('3', 'label', true)).toEqual({ command: 'class3' });
  expect(meaning('Shift+3', 'label', true)).toEqual({ command: 'absent3' });
  expect(meaning('Alt+3', 'label', true)).toEqual({ command: 'uncertain3' });
  // No window changes by a key that was meant for a finding.
  expect(meaning('Shift+0', 'label', true)).toBeNull();
  expect(meaning('3', 'view', true)).toEqual({ preset: 3 });
  expect(meaning('Shift+3', 'view', true)).toBeNull();
  expect(meaning('Shift+3', 'label', false)).toEqual({ preset: 3 });
  expect(meaning('Alt+3', 'label', false)).toBeNull();
});

test('a key of a finding can be changed and put back, and is not given twice', () => {
  expect(meaningOf('Q', 'label', 'sidelight', { absent1: ['Q'] }, true)).toEqual({ command: 'absent1' });
  expect(conflictOf('absent1', 'Shift+1', 'sidelight', { absent1: ['Q'] })).toBeNull();
  expect(conflictOf('absent1', 'Alt+2', 'sidelight', {})).toEqual({ command: 'uncertain2' });
  expect(conflictOf('fit', 'Alt+2', 'sidelight', {})).toEqual({ command: 'uncertain2' });
});

test('a key that a reader gave stays theirs when a later version uses it for something new', () => {
  expect(meaningOf('W', 'label', 'sidelight', {})).toEqual({ command: 'nextCase' });
  expect(meaningOf('W', 'label', 'sidelight', { comment: ['W'] })).toEqual({ command: 'comment' });
});

test('no two commands of one profile stand in the way of each other', () => {
  for (const profile of profiles) expect([profile, conflictsOf(profile)]).toEqual([profile, []]);
});

/** Keys of a profile that stand in the way of each other. */
function conflictsOf(profile: (typeof profiles)[number]): string[] {
  return commands.flatMap((command) =>
    keysOf(command, profile, {}).flatMap((chord) => {
      const taken = conflictOf(command, chord, profile, {});
      return taken !== null && 'command' in taken ? [`${command} ${chord} ${taken.command}`] : [];
    }),
  );
}
