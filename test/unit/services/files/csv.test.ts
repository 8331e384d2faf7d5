import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvText, markedCsvText } from '../../../../core/services/files/csv.ts';
import { readTable } from '../../../../core/services/import/label-table.ts';
import { decodeLabels } from '../../../../core/services/import/label-text.ts';

test('tables that people change begin with the byte order mark by which Excel knows UTF-8, and are read without it; others have none', () => {
  const rows = [
    ['path', 'patientID', 'label'],
    ['Röntgen/Müller.dcm', '0012', 'größer'],
  ];
  const text = markedCsvText(rows);
  expect([...Buffer.from(text).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(text.slice(1)).toBe(csvText(rows));
  expect(csvText(rows)).toBe('path,patientID,label\nRöntgen/Müller.dcm,0012,größer\n');
  expect(readTable(decodeLabels(Buffer.from(text)).text).header?.fields).toEqual(['path', 'patientID', 'label']);
});

test('cells that a spreadsheet would run have an apostrophe; numbers and signs alone stay what they are', () => {
  const row = ['=1+1', '+cmd|x', '-0012', '-1', '+', '@A1', "'=x", -0.25, 1e-7, null, undefined];
  const [cells] = parse(csvText([row]), { bom: true }) as string[][];
  expect(cells).toEqual(["'=1+1", "'+cmd|x", '-0012', '-1', '+', "'@A1", "''=x", '-0.25', '1e-7', '', '']);
});
