/** An import that finds corrected headers is stopped and given again: studies follow their headers all the same. */
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { type Library, labelledInstances, patientsOfDataset } from '../../../../core/store/index.ts';
import { importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const patients = 12;

/** Two studies of each patient with five images each, so that a batch ends within a study; the size of the files changes with the ID. */
function studies(folder: string, idOf: (patient: number) => string, nameOf = (patient: number) => `Name^${patient}`) {
  for (let p = 0; p < patients; p++) {
    for (const s of [1, 2]) {
      for (const i of [1, 2, 3, 4, 5]) {
        const study = `1.${p}.${s}`;
        put(
          folder,
          `${String(p).padStart(2, '0')}/${s}/IM${i}.dcm`,
          tinyDicom({
            ...{
              patient: idOf(p),
              patientName: nameOf(p),
              study,
              instance: `${study}.1.${i}`,
              grey: 100 * p + 10 * s + i,
            },
          }),
        );
      }
    }
  }
}

const idsOf = (library: Library) => [
  ...new Set(patientsOfDataset(library.db, 1).map(({ studyInstanceUID: uid, patientKey }) => `${uid} ${patientKey}`)),
];

test('a stopped import leaves no study under the patient of before', async () => {
  const folder = temporaryFolder();
  const library = temporaryLibrary();
  studies(
    folder,
    () => 'ANONYMOUS',
    () => 'Anon',
  );
  const rows = Array.from({ length: patients }, (_, p) => [1, 2].map((s) => `1.${p}.${s},${p % 2 ? 'a' : 'b'}`)).flat();
  const labels = put(temporaryFolder(), 'labels.csv', ['studyInstanceUID,label', ...rows].join('\n'));
  await importCase(library, { paths: [folder], labels });
  expect(patientsOfDataset(library.db, 1).every(({ patientKey }) => patientKey === 'ANONYMOUS')).toBe(true);
  const before = labelledInstances(library.db, 1).map(({ sopInstanceUID, label }) => `${sopInstanceUID} ${label}`);

  studies(folder, (p) => `P${p}`);
  const stop = new AbortController();
  let asked = 0;
  const stopped = testContext(library, {
    signal: stop.signal,
    // Asked for every file that is written: the first batch is, and what lies behind it is not read any more.
    now: () => {
      asked += 1;
      if (asked === 40) stop.abort();
      return new Date(testTime);
    },
  });
  await expect(importPaths(stopped, { dataset: 'd', paths: [folder] })).rejects.toMatchObject({ code: 'CANCELLED' });

  const again = await importCase(library, { paths: [folder] });
  expect(again).toMatchObject({ imported: 0, alreadyThere: 120, patients });
  expect(again.corrected).toBe(56);
  expect(noteOf(again, 'headersCorrected')).toMatchObject({ files: again.corrected, studies: 24 });
  expect(idsOf(library).sort()).toEqual(
    Array.from({ length: patients }, (_, p) => [1, 2].map((s) => `1.${p}.${s} P${p}`))
      .flat()
      .sort(),
  );
  const names = library.db.all<{ name: string }>('SELECT patient_name AS name FROM patients ORDER BY id');
  expect(names.map(({ name }) => name).sort()).toEqual(Array.from({ length: patients }, (_, p) => `Name^${p}`).sort());
  expect(labelledInstances(library.db, 1).map(({ sopInstanceUID, label }) => `${sopInstanceUID} ${label}`)).toEqual(
    before,
  );

  // Nothing is left to be followed, and files that did not change are not read again.
  const last = await importCase(library, { paths: [folder] });
  expect(last).toMatchObject({ imported: 0, alreadyThere: 120, corrected: 0 });
  expect(noteOf(last, 'headersCorrected')).toBeUndefined();
});
