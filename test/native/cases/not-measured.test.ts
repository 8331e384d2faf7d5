/** Numbers that stand for "not measured": learned as quantities, they move every figure. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../core/services/import/import.ts';
import { missingNumbers } from '../../../core/services/import/missing-numbers.ts';
import { previewLabels } from '../../../core/services/import/preview.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('preview and import name them, and an empty cell, which they ask for, is no label', async () => {
  const folder = temporaryFolder();
  const rows = ['patientID,label'];
  for (let i = 0; i < 8; i++) {
    const image = { patient: `P${i}`, study: `2.25.${i + 1}`, instance: `2.25.${i + 1}.1` };
    put(folder, `${i}.dcm`, tinyDicom({ ...image, grey: 100 * i + 1, hasWindow: true }));
    rows.push(`P${i},${i < 2 ? -999 : 100 + i}`);
  }
  const labels = put(folder, 'labels.csv', `${rows.join('\n')}\n`);
  const context = testContext(temporaryLibrary());
  const given = { paths: [folder], dataset: 'd', labels, target: 'quantity' as const };
  const of = (notes: readonly { readonly code: string; readonly values: object }[]) =>
    notes.filter(({ code }) => code === 'missingNumbers').map(({ values }) => values);
  const said = [{ columns: '"value" (-999)', labels: 2 }];
  expect(of((await previewLabels(context, given)).notes)).toEqual(said);
  expect(of((await importPaths(context, given)).notes)).toEqual(said);
  put(folder, 'labels.csv', `${rows.join('\n').replaceAll('-999', '')}\n`);
  const emptied = await importPaths(context, { ...given, dataset: 'e' });
  expect([emptied.labelled, of(emptied.notes)]).toEqual([6, []]);
});

test.each([
  [[1, 2, 9999], true],
  [[3, 9, -9], true],
  [[-40, 10, -99], false],
  [[950, 980, 999], false],
  [[-999], false],
  [[999, 400, 1], false],
])('%j: %s', (values, isNamed) => {
  const agreed = values.map((value) => ({ question: 'value', label: String(value) }));
  expect(missingNumbers(agreed).length > 0).toBe(isNamed);
});
