/** The field case 09: labels typed on Windows and on a Mac, and names that differ only in case. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportOptions } from '../../../core/contract/index.ts';
import { checkDataset } from '../../../core/services/datasets/data-check.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { classNames, datasetByName, type Library, labelledInstances, listDatasets } from '../../../core/store/index.ts';
import { casePath, copyCase, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorFrom } from '../../support/thrown.ts';

const name = '09-unicode-and-case';

async function imported(library: Library, labels: string, options: Partial<ImportOptions> = {}, dataset = 'd') {
  const given = { paths: [casePath(name, 'images')], dataset, labels: casePath(name, labels), ...options };
  return await importPaths(testContext(library), given);
}

function classesOf(library: Library, dataset = 'd'): Record<string, number> {
  const found = listDatasets(library.db).find((row) => row.name === dataset);
  return Object.fromEntries((found?.classes ?? []).map((row) => [row.name, row.instances]));
}

describe.skipIf(!hasCases)('names in two Unicode forms and in several cases (needs the field cases)', () => {
  test('nfd-classes.csv: one class with all eight images, written in one way', async () => {
    const library = temporaryLibrary();
    const { labels } = await imported(library, 'nfd-classes.csv');
    expect([labels.applied, labels.problems]).toEqual([8, []]);
    expect(classesOf(library)).toEqual({ ['Größe A'.normalize('NFC')]: 8 });
  });

  test('nfc-paths.csv: every path finds its file, whose name on the disk is decomposed', async () => {
    const library = temporaryLibrary();
    const { labels } = await imported(library, 'nfc-paths.csv');
    expect([labels.applied, labels.problems]).toEqual([8, []]);
    expect(classesOf(library)).toEqual({ A: 4, B: 4 });
  });

  test('case.csv: refused before anything is read, with the three names, their rows and the way out', async () => {
    const library = temporaryLibrary();
    const error = await appErrorFrom(imported(library, 'case.csv'));
    expect(error.code).toBe('LABELS_INVALID');
    expect(error.message).toContain('differ only in small and capital letters');
    for (const spelled of ['"Benign"', '"benign"', '"BENIGN"']) expect(error.message).toContain(spelled);
    expect(error.action).toContain('--merge-case');
    expect(datasetByName(library.db, 'd')).toBeUndefined();
  });

  test('case.csv with the answer: one class, and the report says what was taken for what', async () => {
    const library = temporaryLibrary();
    const { labels } = await imported(library, 'case.csv', { mergeCase: true, classes: ['benign', 'malignant'] });
    expect(Object.keys(classesOf(library)).sort()).toEqual(['benign', 'malignant']);
    expect(labels.merged.map(({ from, to }) => `${from} > ${to}`).sort()).toEqual([
      'BENIGN > benign',
      'Benign > benign',
    ]);
    // Naming the classes answers the question, too, and the most frequent name stands where none is given.
    await imported(library, 'case.csv', { classes: ['Benign', 'malignant'] }, 'named');
    expect(Object.keys(classesOf(library, 'named')).sort()).toEqual(['Benign', 'malignant']);
    await imported(library, 'case.csv', { mergeCase: true }, 'merged');
    expect(Object.keys(classesOf(library, 'merged'))).toHaveLength(2);
  });

  test('a later file with another case, a class folder with one, and a library that holds both are no different', async () => {
    const library = temporaryLibrary();
    const folder = copyCase(name, join(temporaryFolder(), 'case'));
    const first = join(folder, 'first.csv');
    writeFileSync(first, 'patientID,label\nP90,Benign\nP93,malignant\n');
    const later = join(folder, 'later.csv');
    writeFileSync(later, 'patientID,label\nP91,benign\n');
    const importOf = (labels: string) =>
      importPaths(testContext(library), { paths: [join(folder, 'images')], dataset: 'd', labels });
    await importOf(first);
    const error = await appErrorFrom(importOf(later));
    expect(error.message).toContain('"Benign" (in the data set), "benign" (1 row)');
    expect(classNames(library.db, datasetByName(library.db, 'd')?.id ?? 0)).toEqual(['Benign', 'malignant']);

    // As libraries of before have it.
    library.writer.run(`INSERT INTO label_classes (schema_id, name) SELECT id, 'benign' FROM label_schemas`);
    await importOf(later);
    expect(readFileSync(later, 'utf8')).toContain('benign');
    const labels = labelledInstances(library.db, datasetByName(library.db, 'd')?.id ?? 0).map(({ label }) => label);
    expect([labels.includes('Benign'), labels.includes('benign')]).toEqual([true, true]);
    const check = checkDataset(testContext(library), { dataset: 'd', inputSize: 64, flip: false, seed: 0 });
    const found = check.findings.find(({ code }) => code === 'classesDifferInCase');
    expect([found?.severity, found?.values]).toEqual(['serious', { names: '“Benign”, “benign”' }]);
  });
});
