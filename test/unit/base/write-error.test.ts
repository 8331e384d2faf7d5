import { expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { writeError } from '../../../core/base/write-error.ts';

/** What is said of a table that the system refuses to write with this code. */
function said(code: string, isThere: boolean, platform: string): string {
  const error = writeError(
    Object.assign(new Error(`${code}: '/data/Doe'`), { code }),
    'The table',
    { isThere, platform },
    'Go.',
  );
  expect(error.message).not.toContain('Doe');
  return `${error.code}: ${error.message}`;
}

test('a file that another program has open is told from a folder that may not be written', () => {
  const held = (code: string): string =>
    `FILE_UNREADABLE: The table is open in another program, or marked read-only (${code}).`;
  expect([said('EBUSY', true, 'linux'), said('EPERM', true, 'win32'), said('EACCES', true, 'win32')]).toEqual(
    ['EBUSY', 'EPERM', 'EACCES'].map(held),
  );
  const refused = (code: string): string => `FILE_UNREADABLE: The table cannot be written (${code}).`;
  expect([said('EPERM', true, 'linux'), said('EPERM', false, 'win32'), said('EROFS', true, 'win32')]).toEqual(
    ['EPERM', 'EPERM', 'EROFS'].map(refused),
  );
});

test('a full disk and a drive that is away are named as that, and what is said already stays', () => {
  expect(said('EDQUOT', true, 'win32')).toBe('DISK_FULL: The disk is full: The table could not be written (EDQUOT).');
  expect(said('ENOTCONN', false, 'darwin')).toContain('DRIVE_AWAY');
  const known = new AppError('BAD_INPUT', 'No.');
  expect(writeError(known, 'The table', { isThere: true, platform: 'linux' }, '')).toBe(known);
});
