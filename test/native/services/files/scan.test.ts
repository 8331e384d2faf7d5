/** What the scan says of files and archives that the system does not give. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPlace } from '../../../../core/services/files/files.ts';
import { scanFiles } from '../../../../core/services/files/scan.ts';
import { zipMembers } from '../../../../core/services/files/zip.ts';
import { put, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of given) found.push(one);
  return found;
}

/** A file whose reading fails with EIO, as on a stick with a bad place or a share that is gone. */
const failing = '/proc/self/mem';

test.skipIf(process.platform !== 'linux')(
  'a file that the drive does not give is one problem among others, and the files behind it are read (needs Linux)',
  async () => {
    const good = put(
      temporaryFolder(),
      'a.dcm',
      tinyDicom({ patient: 'P1', study: '1.2.1', instance: '1.2.1.1', grey: 1 }),
    );
    const seen = await all(scanFiles([failing, good], { signal: new AbortController().signal }));
    expect(seen.map(({ problem }) => problem?.code ?? 'read')).toEqual(['DRIVE_AWAY', 'read']);
  },
);

test('an archive that is gone when its member is read is said to be gone, without its path', async () => {
  const path = join(temporaryFolder(), 'Mustermann.zip');
  const gone = await appErrorFrom(readPlace(path, 'a.dcm'));
  expect(gone).toMatchObject({ code: 'FILE_NOT_FOUND' });
  const walked = await appErrorFrom(all(zipMembers(path)));
  expect(walked).toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(`${gone} ${walked}`).not.toContain('Mustermann');
});
