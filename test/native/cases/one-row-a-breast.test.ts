/** A row a breast (RSNA Breast, VinDr-Mammo reshaped) or a visit, keyed by the patient: what tells the rows apart is not used. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../core/services/import/import.ts';
import { previewLabels } from '../../../core/services/import/preview.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { put, testContext, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('rows that contradict each other name the column that tells them apart, in preview and import, by a profile of options too', async () => {
  const folder = temporaryFolder();
  const rows = ['patientID,view,laterality,age,label'];
  for (let i = 0; i < 6; i++) {
    for (const side of ['L', 'R']) {
      const instance = `2.25.${i + 1}.${side === 'L' ? 1 : 2}`;
      put(
        folder,
        `${i}${side}.dcm`,
        tinyDicom({ patient: `W${i}`, study: `2.25.${i + 1}`, instance, grey: 9 * i + 1 }),
      );
      // The views of a breast are rows of their own and agree; the age is the same for both breasts.
      for (const view of ['CC', 'MLO'])
        rows.push(`W${i},${view},${side},${50 + i},${i % 2 === 1 && side === 'L' ? 'cancer' : 'none'}`);
    }
  }
  const labels = put(folder, 'labels.csv', `${rows.join('\n')}\n`);
  const context = testContext(temporaryLibrary());
  const given = { paths: [folder], dataset: 'd', labels };
  const told = 'The rows differ in "laterality", which is not used';
  const preview = await previewLabels(context, given);
  expect(preview.refused.map(({ message }) => message.includes(told))).toEqual([true, true, true]);
  const report = await importPaths(context, given);
  expect(report.labels.problems.map(({ message }) => message.includes(told))).toEqual([true, true, true]);
  const reading = { keyColumn: 'patientID', labelColumn: 'label' };
  const named = await importPaths(context, { ...given, dataset: 'e', reading });
  expect(named.labels.problems.map(({ message }) => message.includes(told))).toEqual([true, true, true]);
});

test('rows that nothing tells apart are named as before', async () => {
  const folder = temporaryFolder();
  put(folder, 'a.dcm', tinyDicom({ patient: 'A', study: '2.25.1', instance: '2.25.1.1' }));
  put(folder, 'b.dcm', tinyDicom({ patient: 'B', study: '2.25.2', instance: '2.25.2.1', grey: 50 }));
  const labels = put(folder, 'l.csv', 'patientID,label,note\nA,x,\nA,y,\nB,x,1\nB,y,1\n');
  const report = await importPaths(testContext(temporaryLibrary()), { paths: [folder], dataset: 'd', labels });
  expect(report.labels.problems.map(({ message }) => /; none was applied$/.test(message))).toEqual([true, true]);
});
