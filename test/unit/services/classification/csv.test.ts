import { describe, expect, test } from 'vitest';
import type { ModelRecord, Prediction } from '../../../../core/contract/index.ts';
import { predictionsCsv } from '../../../../core/services/classification/csv.ts';

const model = {
  name: '@SUM(A1)',
  target: 'class',
  classes: ['normal', '=cmd|calc'],
  lpmHash: 'a'.repeat(64),
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
};

describe('results.csv', () => {
  test('holds no cell that a spreadsheet would run as a formula', () => {
    const cells = predictionsCsv(model, [prediction])
      .split(/[,\n]/)
      .map((cell) => cell.replace(/^"/, ''));
    expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
    expect(cells).toContain("'=cmd|calc");
    expect(cells).toContain('0.75');
  });
});
