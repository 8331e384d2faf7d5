/** Words for "not known" in the column of the class, as R, pivot tables and people write them. */
import { expect, test } from 'vitest';
import { alikeClasses, maybeUnknown } from '../../../core/contract/index.ts';
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

test('classes typed in two ways are named, each group once', async () => {
  const folder = temporaryFolder();
  const typed = ['malignant', 'benign', 'maligant', 'benign.', 'cyst', 'malignant'];
  const rows = ['patientID,label'];
  for (const [i, label] of typed.entries()) {
    const image = { patient: `P${i}`, study: `2.25.${i + 1}`, instance: `2.25.${i + 1}.1` };
    put(folder, `${i}.dcm`, tinyDicom({ ...image, grey: 100 * i + 1, hasWindow: true }));
    rows.push(`P${i},${label}`);
  }
  const labels = put(folder, 'labels.csv', `${rows.join('\n')}\n`);
  const context = testContext(temporaryLibrary());
  const given = { paths: [folder], dataset: 'd', labels };
  const of = (notes: readonly { readonly code: string; readonly values: object }[]) =>
    notes.filter(({ code }) => code === 'alikeClasses').map(({ values }) => values);
  const groups = { names: '"malignant", "maligant"; "benign", "benign."', groups: 2 };
  for (const { notes } of [await previewLabels(context, given), await importPaths(context, given)])
    expect(of(notes)).toEqual([groups]);
});

test.each([
  [['BI-RADS 4', 'BIRADS 4', 'BI-RADS 5'], [['BI-RADS 4', 'BIRADS 4']]],
  [['no_finding', 'no finding', 'Finding'], [['no_finding', 'no finding']]],
  [
    ['1', '01', '10', '0', '00'],
    [
      ['1', '01'],
      ['0', '00'],
    ],
  ],
  [['pneumonia', 'pnuemonia', 'pneumonias'], [['pneumonia', 'pnuemonia', 'pneumonias']]],
  [['typical', 'atypical', 'anterior', 'posterior', 'interior'], []],
  [['grade 1', 'grade 2', 'T1a', 'T1b', 'stage IIa', 'stage IIb', '4A', '4B', '1.5', '15'], []],
  [['-1', '0', '1', 'grade -1', 'grade 1'], []],
  [['<5 mm', '>5 mm', 'HER2+', 'HER2-', '+', '-', 'left', 'lift'], []],
])('of %j these groups are alike: %j', (names, groups) => {
  expect(alikeClasses(names)).toEqual(groups);
});

test('names as many as images, of a column of IDs taken for classes, are compared in a moment', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `examination number ${i}`);
  const started = performance.now();
  expect(alikeClasses([...names, 'examination, number 7'])).toEqual([
    ['examination number 7', 'examination, number 7'],
  ]);
  expect(performance.now() - started).toBeLessThan(20_000);
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
