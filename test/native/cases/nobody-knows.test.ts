/** Words for "not known" in the column of the class, as R, pivot tables and people write them. */
import { expect, test } from 'vitest';
import { maybeUnknown } from '../../../core/contract/index.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { previewLabels } from '../../../core/services/import/preview.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('a class that may say that nobody knows is named by preview and import, with how many have it; a list of classes answers that', async () => {
  const folder = temporaryFolder();
  const rows = ['patientID,label'];
  for (let i = 0; i < 9; i++) {
    const image = { patient: `P${i}`, study: `2.25.${i + 1}`, instance: `2.25.${i + 1}.1` };
    put(folder, `${i}.dcm`, tinyDicom({ ...image, grey: 100 * i + 1, hasWindow: true }));
    rows.push(`P${i},${['normal', 'tumour', 'NA'][i % 3]}`);
  }
  const labels = put(folder, 'labels.csv', `${rows.join('\n')}\n`);
  const context = testContext(temporaryLibrary());
  const given = { paths: [folder], dataset: 'd', labels };
  const said = [{ code: 'maybeUnknown', values: { names: '"NA"', count: 1, labels: 3 } }];
  const of = (notes: readonly { readonly code: string }[]) => notes.filter(({ code }) => code === 'maybeUnknown');
  expect(of((await previewLabels(context, given)).notes)).toEqual(said);
  expect(of((await importPaths(context, given)).notes)).toEqual(said);
  const listed = { ...given, dataset: 'e', classes: ['normal', 'tumour', 'NA'] };
  expect(of((await previewLabels(context, listed)).notes)).toEqual([]);
  expect(of((await importPaths(context, listed)).notes)).toEqual([]);
});

test.each([
  [
    ['normal', 'N/A', 'n.a.'],
    ['N/A', 'n.a.'],
  ],
  [
    ['benign', '?', '??', '.'],
    ['?', '??', '.'],
  ],
  [
    ['krank', 'gesund', '(Leer)', 'unbekannt', 'k. A.'],
    ['(Leer)', 'unbekannt', 'k. A.'],
  ],
  [['a', 'b', '-'], ['-']],
  [['a', 'b', '--'], ['--']],
  [['+', '-'], []],
  [['None', 'mild', '0', 'indeterminate', 'Unknown primary', 'NAD', 'N'], []],
])('of %j: %j', (names, doubtful) => {
  expect(maybeUnknown(names)).toEqual(doubtful);
});
