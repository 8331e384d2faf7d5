/** Field case 08: labels files as Excel leaves them. */
import { expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import type { ImportReport } from '../../../core/contract/index.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { datasetByName, type Library, labelledInstances } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';

const name = '08-excel-labels';

async function imported(file: string): Promise<{ report: ImportReport | AppError; labels: (string | null)[] }> {
  const library: Library = temporaryLibrary();
  const report = await importPaths(testContext(library), {
    paths: [casePath(name, 'images')],
    dataset: 'd',
    labels: casePath(name, file),
  }).catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  const dataset = datasetByName(library.db, 'd');
  const images = dataset === undefined ? [] : labelledInstances(library.db, dataset.id);
  const byPatient = images
    .map(({ label, patientId }) => ({ label, patientId }))
    .sort((a, b) => a.patientId - b.patientId);
  return { report, labels: byPatient.map(({ label }) => label) };
}

const four = ['normal', 'calc', 'normal', 'calc'];

for (const [file, what] of [
  ['a-sep.csv', 'a first line sep=;'],
  ['b-empty-rows.csv', 'a byte order mark and ten rows of separators'],
  ['e-formula.csv', 'cells written ="00017"'],
  ['g-utf16.txt', '"Unicode text": UTF-16 with tabs'],
  ['h-trailing.csv', 'a separator behind every row'],
] as const) {
  test.skipIf(!hasCases)(`${file}: ${what} give four labels (needs shared/cases)`, async () => {
    const { report, labels } = await imported(file);
    expect(report).toMatchObject({ labels: { rows: 4, refusedRows: 0, applied: 4, problems: [] } });
    expect(labels).toEqual(four);
  });
}

test.skipIf(!hasCases)(
  'c-zeros.csv: IDs that lost their zeros are refused by row as unknown, and hit nobody (needs shared/cases)',
  async () => {
    const { report, labels } = await imported('c-zeros.csv');
    expect(report).toMatchObject({ labels: { rows: 4, refusedRows: 4, applied: 0 } });
    const { problems } = (report as ImportReport).labels;
    expect(problems.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    for (const { message } of problems) expect(message).toMatch(/^no patient … in this data set; .*zeros were lost/);
    expect(labels).toEqual([null, null, null, null]);
  },
);

test.skipIf(!hasCases)(
  'd-scientific.csv: UIDs that became numbers are refused by row (needs shared/cases)',
  async () => {
    const { report, labels } = await imported('d-scientific.csv');
    expect(report).toMatchObject({ labels: { rows: 4, refusedRows: 4, applied: 0 } });
    const { problems } = (report as ImportReport).labels;
    expect(problems.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
    for (const { message } of problems) expect(message).toMatch(/a spreadsheet has cut its digits/);
    expect(labels).toEqual([null, null, null, null]);
  },
);

test.skipIf(!hasCases)('f-1252.csv: Windows-1252 keeps its umlauts (needs shared/cases)', async () => {
  const { report, labels } = await imported('f-1252.csv');
  expect(report).toMatchObject({ labels: { applied: 4, problems: [] } });
  expect(labels).toEqual(['größer 5 mm', 'unauffällig', 'größer 5 mm', 'unauffällig']);
});

test.skipIf(!hasCases)('i-macroman.csv: MacRoman keeps its umlauts (needs shared/cases)', async () => {
  const { report, labels } = await imported('i-macroman.csv');
  expect(report).toMatchObject({ labels: { applied: 4, problems: [] } });
  expect(labels).toEqual(['größer 5 mm', 'unauffällig', 'größer 5 mm', 'unauffällig']);
});
