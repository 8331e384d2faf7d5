import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { AppError } from '../../../core/base/errors.ts';
import { translateSqliteError } from '../../../core/store/sqlite-errors.ts';

const said = (code: string): AppError =>
  translateSqliteError(new Sqlite.SqliteError(code, code), '/data/Mustermann/sidelight.sqlite') as AppError;

test.each(['SQLITE_PROTOCOL', 'SQLITE_IOERR_LOCK', 'SQLITE_IOERR_RDLOCK', 'SQLITE_IOERR_SHMMAP'])(
  '%s, as a share without locks gives it, is said as that and not as a damaged disk or a bug',
  (code) => {
    const { message, action, retryable } = said(code);
    expect(said(code).code).toBe('DISK_FAILED');
    expect(message).toMatch(/gives no locks .*\(…ite, SQLITE_/);
    expect(action).toContain('to a disk of this computer');
    expect([retryable, message.includes('Mustermann')]).toEqual([false, false]);
  },
);

test('what else the disk reports keeps its own words', () => {
  expect(said('SQLITE_IOERR_READ')).toMatchObject({ code: 'DISK_FAILED', retryable: true });
  expect(said('SQLITE_IOERR_READ').action).toContain('Check the disk');
  expect(said('SQLITE_IOERR_WRITE').code).toBe('DISK_FULL');
});
