/** Most public picture sets: one folder of pictures and a CSV beside it. */
import { describe, expect, test } from 'vitest';
import { freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';

const name = '23-flat-picture-folder';
const data = casePath(name, 'data');

describe.skipIf(!hasCases)(name, () => {
  test('each picture is its own patient, which is said, and two classes can be trained on', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [data], labels: casePath(name, 'data', 'labels.csv') });
    expect(report).toMatchObject({ imported: 12, patients: 12, labels: { applied: 12, problems: [] } });
    expect(noteOf(report, 'picturePatients')).toEqual({ pictures: 12, patients: 12, folders: 1, rule: 'picture' });
    expect(freezeCase(library).patients).toEqual({ train: 8, val: 2, test: 2 });
  });

  test('a column gives 6 patients of 2 pictures each', async () => {
    const library = temporaryLibrary();
    const report = await importCase(library, { paths: [data], labels: casePath(name, 'data', 'with-patients.csv') });
    expect(report).toMatchObject({ imported: 12, patients: 6, studies: 6 });
    const frozen = freezeCase(library);
    expect(frozen.splitsOfPatients).toEqual(Array(6).fill(1));
  });
});
