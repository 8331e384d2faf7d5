import { expect, test } from 'vitest';
import { spreadsheetText, textOfSpreadsheet } from '../../../core/base/spreadsheet-text.ts';

test('a spreadsheet runs no cell, and numbers and signs alone stay what other programs read', () => {
  const written = ['=1+1', '+SUM(A1)', '-1-1', '@x', '\t=1', '＝1', "'=1"];
  expect(written.map(spreadsheetText)).toEqual(written.map((text) => `'${text}`));
  for (const text of ['', 'normal', '-1', '-2,5', '+0.5', '-1e-7', '+', '-', '++', '00017', "'quoted'", 'a=b']) {
    expect(spreadsheetText(text)).toBe(text);
  }
});

test('what was written is read back as it was', () => {
  for (const text of ['=1+1', "'=1", "''=1", '-1', '+', '@x', "O'Neill", "'s", '17']) {
    expect(textOfSpreadsheet(spreadsheetText(text))).toBe(text);
  }
  expect(["'00017", "'s", "'"].map(textOfSpreadsheet)).toEqual(['00017', "'s", "'"]);
});
