import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

const { chordText } = (await import(join(repositoryRoot, 'renderer/i18n/key-names.ts'))) as {
  chordText(chord: string, language: string): string;
};

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
