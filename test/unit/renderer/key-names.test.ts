import { expect, test } from 'vitest';
import { chordText } from '../../../renderer/i18n/key-names.ts';

test('keys are called as the language’s keyboard has them', () => {
  const chords = ['Ctrl+ArrowLeft', 'Delete', 'Ctrl++', 'Shift+3', 'Ctrl+Shift+Z', '?'];
  expect(chords.map((chord) => chordText(chord, 'en'))).toEqual(chords);
  expect(chords.map((chord) => chordText(chord, 'de'))).toEqual([
    'Strg+Pfeil links',
    'Entf',
    'Strg++',
    'Umschalt+3',
    'Strg+Umschalt+Z',
    '?',
  ]);
});
