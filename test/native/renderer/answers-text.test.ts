import { expect, test } from 'vitest';
import { nameAndUnit, shortAnswer } from '../../../renderer/components/answers-text.ts';
import { de } from '../../../renderer/i18n/de/index.ts';
import { en } from '../../../renderer/i18n/en/index.ts';

const said = (...words: (string | null)[]) =>
  words.map((word, k) => ({ name: ['Edema', 'Mass', 'Clip'][k] as string, word }));

test('findings are named where they are present or may be, with how many are not known', () => {
  expect(shortAnswer(en, 'finding', said('present', 'uncertain', null))).toBe('Edema, Mass?; 1 not known');
  expect(shortAnswer(en, 'finding', said('absent', 'absent', 'absent'))).toBe('none present');
  expect(shortAnswer(en, 'finding', said('absent', null, null))).toBe('none present; 2 not known');
  expect(shortAnswer(de, 'finding', said('present', null, 'absent'))).toBe('Edema; 1 nicht bekannt');
  expect(shortAnswer(en, 'finding', said(null, null, null))).toBeNull();
  expect(shortAnswer(en, 'finding', [])).toBeNull();
});

test('of a number the number is said, and its unit stands in brackets at the end of its name', () => {
  expect(shortAnswer(en, 'quantity', said('12.5'))).toBe('12.5');
  expect(nameAndUnit('bone age (months)')).toEqual({ name: 'bone age', unit: 'months' });
  expect(nameAndUnit('density [%]')).toEqual({ name: 'density', unit: '%' });
  expect(nameAndUnit('(months)')).toEqual({ name: '(months)', unit: '' });
  expect(nameAndUnit('age')).toEqual({ name: 'age', unit: '' });
});
