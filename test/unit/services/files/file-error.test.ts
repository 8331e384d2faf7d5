import { expect, test } from 'vitest';
import { fileError } from '../../../../core/services/files/file-error.ts';

const saidOf = (code: string) => {
  const { code: ours, message, retryable } = fileError(Object.assign(new Error("open '/data/Doe'"), { code }), '/x');
  expect(message).not.toContain('Doe');
  return [ours, retryable];
};

test.each([
  ...[
    'EIO',
    'ENOTCONN',
    'ESTALE',
    'EHOSTDOWN',
    'EHOSTUNREACH',
    'ENETDOWN',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ENODEV',
    'ENXIO',
  ],
  ...['ECONNRESET', 'ECONNABORTED', 'EREMOTEIO', 'UNKNOWN'],
])('%s says that the drive is away, and nothing of the file', (code) => {
  expect(saidOf(code)).toEqual(['DRIVE_AWAY', true]);
});

test('what is said of the file itself stays so', () => {
  expect(['ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'ENAMETOOLONG'].map((code) => saidOf(code)[0])).toEqual([
    'FILE_NOT_FOUND',
    ...new Array(4).fill('FILE_UNREADABLE'),
  ]);
  expect(saidOf('ENOSPC')).toEqual(['DISK_FULL', true]);
});
