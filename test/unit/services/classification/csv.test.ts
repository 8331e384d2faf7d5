import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { ModelRecord, Prediction } from '../../../../core/contract/index.ts';
import { predictionsCsv } from '../../../../core/services/classification/csv.ts';

const model = {
  name: '@SUM(A1)',
  target: 'class',
  classes: ['normal', '=cmd|calc'],
  lpmHash: 'a'.repeat(64),
  threshold: null,
  thresholdClass: null,
  findings: [],
} as unknown as ModelRecord;
const prediction: Prediction = {
  level: 'image',
  path: '=HYPERLINK("http://192.0.2.1")',
  patientID: '+49 30 1234',
  studyInstanceUID: '1.2.3',
  sopInstanceUID: '1.2.3.1',
  frame: 0,
  images: 1,
  probabilities: [0.25, 0.75],
  decision: '=cmd|calc',
  threshold: null,
  thresholdClass: null,
  findingThresholds: [],
  value: null,
  referred: null,
  foldAnswers: [],
  contentHash: null,
};

describe('results.csv', () => {
  test('holds no cell that a spreadsheet would run as a formula', () => {
    const cells = predictionsCsv(model, [prediction], [])
      .split(/[,\n]/)
      .map((cell) => cell.replace(/^"/, ''));
    expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
    expect(cells).toContain("'=cmd|calc");
    expect(cells).toContain('0.75');
  });

  test('has a row for every file that gave no answer, with what happened and no figures', () => {
    const failures = [
      { path: '/in/a.zip', member: 'b.dcm', code: 'DICOM_TRUNCATED', message: 'It ends.', action: 'Copy it.' },
      { path: '/in/readme.txt', member: '', code: 'NOT_AN_IMAGE', message: 'A text.', action: 'Nothing.' },
      { path: '/in/copy', member: '', code: 'DUPLICATE_SAME', message: 'Twice.', action: 'Nothing.' },
    ];
    const two = { ...model, classes: ['normal', 'mass'], positiveClass: 'mass' };
    const [header = [], ...rows] = parse(predictionsCsv(two, [prediction], failures)) as string[][];
    const column = (name: string): string[] => rows.map((row) => row[header.indexOf(name)] ?? '?');
    expect(column('status')).toEqual(['classified', 'failed', 'not an image', 'duplicate']);
    expect(column('level')).toEqual(['image', 'file', 'file', 'file']);
    expect(column('path').slice(1)).toEqual(['/in/a.zip/b.dcm', '/in/readme.txt', '/in/copy']);
    expect(column('reason')[1]).toBe('It ends. Copy it.');
    expect(column('positiveClass')).toEqual(['mass', 'mass', 'mass', 'mass']);
    for (const name of ['probability_normal', 'probability_mass', 'decision', 'threshold']) {
      expect(column(name).slice(1)).toEqual(['', '', '']);
    }
  });
});
