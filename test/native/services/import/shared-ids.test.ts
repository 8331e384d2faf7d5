/** Two people under one patient ID: what their headers say tells them apart, and an import says so. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, type TinyInstance, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Two studies of a patient with two images each. */
function studies(folder: string, patient: string, study: string, also: Partial<TinyInstance>): void {
  for (const s of [1, 2]) {
    for (const i of [1, 2]) {
      const uid = `${study}.${s}`;
      put(
        folder,
        `${uid}/${i}.dcm`,
        tinyDicom({ patient, study: uid, instance: `${uid}.1.${i}`, grey: 10 * s + i, ...also }),
      );
    }
  }
}

const first: Partial<TinyInstance> = { patientBirthDate: '19610412', patientSex: 'F' };

test.each<[string, Partial<TinyInstance>, number | null]>([
  ['another birth date', { patientBirthDate: '19830921', patientSex: 'F' }, 1],
  ['another sex', { patientSex: 'M' }, 1],
  [
    'the same written otherwise',
    { patientBirthDate: '1961.04.12', patientSex: 'f', patientName: 'Doe-Smith^Jane' },
    null,
  ],
  ['what stands where it was taken away', { patientBirthDate: '19000101', patientSex: 'O' }, null],
  ['nothing', {}, null],
])('%s, in the same import and in a later one', async (_, second, ids) => {
  const expected = ids === null ? undefined : { ids };
  const folder = temporaryFolder();
  const [here, there] = [join(folder, 'a'), join(folder, 'b')];
  studies(here, '1001', '1.1', first);
  studies(here, '1002', '1.2', { patientBirthDate: '19750530', patientSex: 'M' });
  studies(there, '1001', '2.1', second);
  studies(there, '1003', '2.2', {});
  const together = await importCase(temporaryLibrary(), { paths: [folder] });
  expect(noteOf(together, 'sharedIds')).toEqual(expected);
  const library = temporaryLibrary();
  expect(noteOf(await importCase(library, { paths: [here] }), 'sharedIds')).toBeUndefined();
  expect(noteOf(await importCase(library, { paths: [there] }), 'sharedIds')).toEqual(expected);
});
