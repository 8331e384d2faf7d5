/** Field case 24: tables that list findings, an image with two findings in two rows. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../core/services/import/import.ts';
import { datasetByName, labelledInstances, placedImagesOf } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';

const name = '24-finding-rows';
const options = (file: string) => ({ paths: [casePath(name, 'images')], dataset: 'd', labels: casePath(name, file) });

test.skipIf(!hasCases)(
  'cbis.csv: an image with two labels is named with both rows and gets none, two equal rows are one label (needs shared/cases)',
  async () => {
    const library = temporaryLibrary();
    const { labels } = await importPaths(testContext(library), options('cbis.csv'));
    expect(labels).toEqual({
      rows: 8,
      refusedRows: 2,
      applied: 5,
      unchanged: 0,
      changed: 0,
      merged: [],
      unusedColumns: [],
      problems: [{ row: 2, message: '…dcm is labelled "BENIGN" and "MALIGNANT" (rows 2, 8); none was applied' }],
    });
    const id = datasetByName(library.db, 'd')?.id ?? 0;
    const paths = new Map(placedImagesOf(library.db, id).map(({ instanceId, path }) => [instanceId, path.slice(-5)]));
    const byPath = labelledInstances(library.db, id).map(({ instanceId, label }) => [paths.get(instanceId), label]);
    expect(Object.fromEntries(byPath)).toEqual({
      '0.dcm': null,
      '1.dcm': 'MALIGNANT',
      '2.dcm': 'BENIGN',
      '3.dcm': 'MALIGNANT',
      '4.dcm': 'BENIGN',
      '5.dcm': 'MALIGNANT',
    });
  },
);

test.skipIf(!hasCases)('vindr.csv: refused, naming the columns it needs (needs shared/cases)', async () => {
  const library = temporaryLibrary();
  const failure = await importPaths(testContext(library), options('vindr.csv')).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'LABELS_INVALID',
    message: expect.stringMatching(
      /one of path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, accessionNumber, patientID is needed.*there is no column "label"/s,
    ),
  });
  expect(datasetByName(library.db, 'd')).toBeUndefined();
});
