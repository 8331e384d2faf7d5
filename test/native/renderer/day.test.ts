import { expect, test } from 'vitest';
import { day } from '../../../renderer/i18n/dicom-words.ts';

test('days are written as the language does, and what is no day as it stands', () => {
  expect([day('20240131', 'en'), day('20240131', 'de')]).toEqual(['31 Jan 2024', '31.01.2024']);
  expect([day('1997.04.23', 'de'), day('00010101', 'de')]).toEqual(['23.04.1997', '01.01.1']);
  for (const none of [
    '00000000',
    '20240000',
    '20240231',
    '20241345',
    '20230229',
    '2024',
    'unknown',
    '20240131-20240201',
  ]) {
    expect(day(none, 'en')).toBe(none);
  }
  expect([day('', 'en'), day(null, 'en')]).toEqual(['', '']);
  expect(day('20240229', 'de')).toBe('29.02.2024');
});
