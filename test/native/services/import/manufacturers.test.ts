/** Who made the device: noted at import, and for images of an earlier version when they are imported once more. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { Database } from '../../../../core/store/database.ts';
import { factsOfInstances, type Library } from '../../../../core/store/index.ts';
import { migrate } from '../../../../core/store/migrate.ts';
import { migrations } from '../../../../core/store/migrations/index.ts';
import { instanceId } from '../../../support/ids.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { writePlate } from '../../../support/made-studies.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

function madeFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const pixels = new Uint16Array(16 * 16);
  const image = { modality: 'CR', size: 16, pixels, patientID: 'P' };
  writeFileSync(join(folder, 'a.dcm'), writePlate({ ...image, uid: '1.2.3.1', manufacturer: ' Maker  A ' }));
  writeFileSync(join(folder, 'b.dcm'), writePlate({ ...image, uid: '1.2.3.2' }));
  return folder;
}

const makers = (library: Library): (string | null)[] =>
  [...factsOfInstances(library.db, [instanceId(1), instanceId(2)]).values()].map(({ manufacturer }) => manufacturer);

test('an import notes it with the series, also under pseudonyms, and nothing where the file says nothing', async () => {
  for (const pseudonymise of [false, true]) {
    const library = temporaryLibrary();
    await importPaths(testContext(library), { paths: [madeFolder()], dataset: 'd', pseudonymise });
    expect(makers(library)).toEqual(['Maker  A', null]);
  }
});

test('an import notes the model of the device and the institution, which a pseudonymised one leaves out', async () => {
  for (const pseudonymise of [false, true]) {
    const library = temporaryLibrary();
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'a.dcm'),
      writePlate({
        ...{ uid: '1.2.3.1', modality: 'CR', size: 16, pixels: new Uint16Array(16 * 16), patientID: 'P' },
        ...{ manufacturerModelName: 'Model 7', institutionName: 'Clinic North' },
      }),
    );
    await importPaths(testContext(library), { paths: [folder], dataset: 'd', pseudonymise });
    expect(factsOfInstances(library.db, [instanceId(1)]).get(1)).toMatchObject({
      device: 'Model 7',
      institution: pseudonymise ? null : 'Clinic North',
    });
  }
});

test('a library from before knows none, and has them after its files are imported once more', async () => {
  const library = temporaryLibrary();
  const folder = madeFolder();
  await importPaths(testContext(library), { paths: [folder], dataset: 'd' });
  // What the migration leaves of such a library.
  library.writer.run('UPDATE series SET manufacturer = NULL', {});
  library.writer.run('UPDATE instances SET is_described = 0', {});
  const report = await importPaths(testContext(library), { paths: [folder], dataset: 'd' });
  expect(report).toMatchObject({ imported: 0, alreadyThere: 2 });
  expect(makers(library)).toEqual(['Maker  A', null]);
});

test('the migration asks for the headers of DICOM files again, not of pictures, which have none', () => {
  const database = Database.open(join(temporaryFolder(), 'old.sqlite'), { readonly: false });
  migrate(database, { backUp: () => {}, list: migrations.filter(({ number }) => number < 140) });
  database.execute(`
    INSERT INTO patients (id, patient_key, created_at) VALUES (1, 'p', '${testTime}');
    INSERT INTO studies (id, patient_id, study_instance_uid) VALUES (1, 1, '1.2');
    INSERT INTO series (id, study_id, series_instance_uid, modality) VALUES (1, 1, '1.2.1', 'CR');
    INSERT INTO instances (id, series_id, kind, sop_instance_uid, number_of_frames, content_hash, size_bytes, created_at, is_described)
      VALUES (1, 1, 'dicom', '1.2.1.1', 1, 'a', 1, '${testTime}', 1), (2, 1, 'picture', '1.2.1.2', 1, 'b', 1, '${testTime}', 1);
  `);
  migrate(database, { backUp: () => {} });
  expect(database.all('SELECT is_described AS described FROM instances ORDER BY id')).toEqual([
    { described: 0 },
    { described: 1 },
  ]);
  expect(database.get('SELECT manufacturer, modality FROM series')).toEqual({ manufacturer: null, modality: 'CR' });
  database.close();
});
