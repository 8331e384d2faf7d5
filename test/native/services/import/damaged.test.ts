/** Two files of one SOP instance UID, one of them damaged: the sound one is the image, whichever comes first. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInstance } from '../../../../core/services/files/files.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { instanceByUid } from '../../../../core/store/index.ts';
import { instanceId } from '../../../support/ids.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { rleImage } from '../../../support/rle-file.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const sound = rleImage('1.9.1.1', (i) => i);
/** Its segment ends in the middle. */
const damaged = rleImage(
  '1.9.1.1',
  (i) => i,
  (frame) => frame.subarray(0, 100),
);

test.each([
  ['first', 'im1.dcm', 'im2.dcm'],
  ['second', 'im2.dcm', 'im1.dcm'],
])('the damaged one comes %s', async (_, broken, whole) => {
  for (const inOne of [true, false]) {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    const run = async (path: string) => await importPaths(testContext(library), { paths: [path], dataset: 'd' });
    put(folder, broken, damaged);
    put(folder, whole, sound);
    const reports = inOne
      ? [await run(folder)]
      : [await run(join(folder, 'im1.dcm')), await run(join(folder, 'im2.dcm'))];
    const sum = (of: 'imported' | 'duplicate' | 'total') => reports.reduce((all, report) => all + report[of], 0);
    expect([sum('imported'), sum('duplicate'), sum('total')]).toEqual([1, 1, 2]);
    const left = reports.flatMap((report) => report.leftOut);
    expect(left.map(({ code, path }) => [code, path])).toEqual([['DUPLICATE_DIFFERS', broken]]);
    const id = instanceByUid(library.db, '1.9.1.1')?.id ?? instanceId(0);
    expect(Buffer.from(await readInstance(library, id)).equals(sound)).toBe(true);
    // Again it is the same image, and nothing changes any more.
    expect(await run(folder)).toMatchObject({ imported: 0 });
    expect(Buffer.from(await readInstance(library, id)).equals(sound)).toBe(true);
  }
});
