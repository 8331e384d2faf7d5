/** A file that is gone, and a drive that is gone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { isDriveGone } from '../../../../core/services/files/drive.ts';
import { fileError } from '../../../../core/services/files/file-error.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const systemSays = (code: string, path: string): AppError => fileError(Object.assign(new Error(code), { code }), path);

const isGone = (code: string, path: string): Promise<boolean> => isDriveGone(systemSays(code, path), path);

/** A folder with one file in it. */
function folderWithFile(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'other.dcm'), '');
  return folder;
}

test('one file among others that is gone is gone alone, and so is a folder among others', async () => {
  const folder = folderWithFile();
  expect(await isGone('ENOENT', join(folder, 'a.dcm'))).toBe(false);
  expect(await isGone('ENOENT', join(folder, 'study', 'series', 'a.dcm'))).toBe(false);
  mkdirSync(join(folder, 'emptied'));
  expect(await isGone('ENOENT', join(folder, 'emptied', 'a.dcm'))).toBe(false);
});

test('an empty folder in the place of folders, and a place for drives, say that the drive is gone', async () => {
  const folder = folderWithFile();
  mkdirSync(join(folder, 'share'));
  expect(await isGone('ENOENT', join(folder, 'share', 'study', 'a.dcm'))).toBe(true);
});

test.skipIf(process.platform === 'win32')(
  'a place for drives says that the drive is gone (needs Linux or macOS)',
  async () => {
    for (const path of ['/media/nobody/STICK 9/study/a.dcm', '/mnt/no share 9/a.dcm', '/no disk 9/studies/a.dcm'])
      expect(await isGone('ENOENT', path), path).toBe(true);
  },
);

test('a drive that does not answer is gone; an error of one file on a drive that gives its folder is not', async () => {
  const folder = folderWithFile();
  const path = join(folder, 'a.dcm');
  for (const code of ['ESTALE', 'ENOTCONN', 'ETIMEDOUT', 'ENODEV']) expect(await isGone(code, path), code).toBe(true);
  for (const code of ['EIO', 'EACCES', 'EBUSY']) expect(await isGone(code, path), code).toBe(false);
  expect(await isDriveGone(new AppError('TOO_LARGE', 'x'), join(dirname(folder), 'no folder', 'a.dcm'))).toBe(false);
});
