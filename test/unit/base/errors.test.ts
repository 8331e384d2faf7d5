import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../../core/base/error-codes.ts';
import {
  AppError,
  deserialiseError,
  invariant,
  serialiseError,
  systemError,
  toError,
} from '../../../core/base/errors.ts';
import { redact, redactName, redactPaths } from '../../../core/base/redact.ts';

describe('errors', () => {
  test('an AppError survives structured clone through its serialised form, field by field', () => {
    const error = new AppError('DISK_FULL', 'The disk is full: 10 MB needed, 3 MB free.', {
      details: { needMb: 10 },
      retryable: true,
    });
    const back = deserialiseError(structuredClone(serialiseError(error)));
    expect(back).toBeInstanceOf(AppError);
    expect(serialiseError(back)).toEqual({
      code: 'DISK_FULL',
      message: 'The disk is full: 10 MB needed, 3 MB free.',
      action: errorCodes.DISK_FULL.action,
      details: { needMb: 10 },
      retryable: true,
    });
  });

  test('a bug asks for a report and keeps its message', () => {
    expect(serialiseError(new TypeError('x is undefined'))).toEqual({
      code: 'BUG',
      message: 'x is undefined',
      action: 'This is a bug in Sidelight. Please report it with the log file.',
      retryable: false,
    });
    expect(() => invariant(false, 'offsets go back')).toThrow('offsets go back (this is a bug in Sidelight');
  });

  test('what the operating system refuses is no bug: it says what to do, and keeps paths to itself', () => {
    const refused = (code: string): Error => Object.assign(new Error(`${code}: open '/data/Doe'`), { code });
    const codes = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EROFS', 'EPERM', 'EIO', 'EMFILE'];
    expect(codes.map((code) => serialiseError(refused(code)).code)).toEqual([
      ...['DISK_FULL', 'DISK_FULL', 'DISK_FULL'],
      ...['LIBRARY_READ_ONLY', 'LIBRARY_READ_ONLY', 'LIBRARY_READ_ONLY'],
      ...['DISK_FAILED', 'DISK_FAILED'],
    ]);
    for (const code of codes) expect(serialiseError(refused(code)).message).not.toContain('Doe');
    // A file of ours that is missing may well be a bug, and says which.
    expect(serialiseError(refused('ENOENT')).code).toBe('BUG');
    // As rmSync of Node 24 says it.
    const removal = Object.assign(new Error(", Unknown error: Read-only file system '/data/Doe'"), {
      code: '',
      syscall: 'rm',
    });
    expect(serialiseError(removal)).toMatchObject({
      code: 'LIBRARY_READ_ONLY',
      message: expect.not.stringContaining('Doe'),
    });
    const known = new AppError('DB_DAMAGED', 'The library file is damaged.');
    expect(systemError(known, 'the library')).toBe(known);
    // A network share that is gone, was started again or is not reached.
    for (const code of ['ESTALE', 'ETIMEDOUT', 'ENOTCONN', 'EHOSTDOWN', 'ENODEV', 'UNKNOWN']) {
      expect(systemError(refused(code), 'the feature cache …ard')).toMatchObject({
        code: 'DISK_FAILED',
        retryable: true,
      });
    }
    expect(systemError(refused('EIO'), 'the library …rary')).toMatchObject({
      code: 'DISK_FAILED',
      message: 'The disk reported EIO for the library …rary.',
      retryable: true,
    });
  });

  test('strings, numbers and plain objects that libraries throw become errors with their text', () => {
    expect(toError('dicomParser: bad').message).toBe('dicomParser: bad');
    expect(toError(5271064).message).toBe('5271064');
    expect(toError({ error: 'no preamble' }).message).toBe('no preamble');
    expect(toError({ message: 'm' }).message).toBe('m');
  });

  test('every code has an action that is a sentence', () => {
    for (const [code, { action }] of Object.entries(errorCodes))
      expect(action, code).toMatch(/^[A-Z].+\.$|^[A-Z].+\)\.$/);
  });

  test('redact keeps at most three characters', () => {
    expect(redact('/data/DOE^JANE/IM0001')).toBe('…001');
    expect(redact('abc')).toBe('…');
  });
});

test('paths in the messages of others are shortened, other words are not', () => {
  expect(redactPaths("ENOENT: no such file or directory, open '/data/Doe Jane/scan 1.dcm'")).toBe(
    "ENOENT: no such file or directory, open '…dcm'",
  );
  expect(redactPaths('rename C:\\Doe^Jane\\a.dcm -> D:\\b.dcm')).toBe('rename …dcm -> …dcm');
  expect(redactPaths('cannot read /home/doe/x (and/or 1/2)')).toBe('cannot read …e/x (and/or 1/2)');
  expect(serialiseError(new Error("EACCES: '/data/Doe'")).message).toBe("EACCES: '…Doe'");
});

test('a name of a file is shortened where it stands by itself, and takes no word out of a sentence', () => {
  expect(redactName('Doe^Jo (1).pt is no model: Doe^Jo (1).pt.', 'Doe^Jo (1).pt')).toBe('….pt is no model: ….pt.');
  expect(redactName('doe holds several models; not "doe", a doe.', 'doe')).toBe(
    '… holds several models; not "…", a doe.',
  );
  expect(redactName('The data set "data" has data.', 'data')).toBe('The data set "…ata" has data.');
  expect(redactName('PET12 is not PET1.', 'PET1')).toBe('PET12 is not …ET1.');
});
