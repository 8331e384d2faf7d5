/** Lists of studies without a header, as MURA has them: the first row is a study like the others. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorFrom } from '../../support/thrown.ts';

const studies = Array.from(
  { length: 6 },
  (_, i) => `set/train/HAND/patient0000${i}/study1_${i % 2 ? 'positive' : 'negative'}`,
);
const list = studies.map((study, i) => `${study}/,${i % 2}`).join('\n');

function studiesIn(folder: string): void {
  for (const [i, study] of studies.entries()) {
    for (const number of [1, 2]) {
      const image = { patient: `P${i}`, study: `2.25.${i + 1}`, instance: `2.25.${i + 1}.${number}` };
      put(folder, `${study}/image${number}.dcm`, tinyDicom({ ...image, grey: 100 * i + number, hasWindow: true }));
    }
  }
}

test('refused in words that lead on, whatever options name columns by the first row, and the first study is never lost', async () => {
  const folder = temporaryFolder();
  studiesIn(folder);
  const labels = put(folder, 'set/train_labeled_studies.csv', `${list}\n`);
  const context = testContext(temporaryLibrary());
  const given = { paths: [folder], dataset: 'd', labels };
  for (const reading of [undefined, { keyColumn: `${studies[0]}/`, labelColumn: '0' }, { findingColumns: ['0'] }]) {
    const error = await appErrorFrom(importPaths(context, { ...given, ...(reading === undefined ? {} : { reading }) }));
    expect(error.code).toBe('LABELS_INVALID');
    expect(error.message).toContain('row 1: looks like a row of the table');
    expect(error.action).toContain('Put the names of the columns into the first row');
  }
  // What the words ask for.
  put(folder, 'set/train_labeled_studies.csv', `study,label\n${list}\n`);
  const reading = { keyColumn: 'study', keys: 'folder' as const };
  const report = await importPaths(context, { ...given, reading });
  expect([report.labels.rows, report.labels.problems]).toEqual([6, []]);
});
