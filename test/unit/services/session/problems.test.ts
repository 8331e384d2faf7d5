import { expect, test } from 'vitest';
import { AppError, systemError } from '../../../../core/base/errors.ts';
import { ProblemCollector, survivable } from '../../../../core/services/session/problems.ts';

test('one bad file is left out of a batch; a disk that fails or is full ends it, else good images would count as bad ones', () => {
  const bad = new AppError('DICOM_TRUNCATED', 'It ends before its content does.');
  expect(survivable(bad)).toBe(bad);
  for (const code of ['EIO', 'ENOSPC', 'EROFS', 'EMFILE']) {
    const refused = systemError(Object.assign(new Error(code), { code }), 'the feature cache …res');
    expect(() => survivable(refused)).toThrow(refused as Error);
  }
});

test('files that are each damaged in their own way stay a summary: all are counted, twenty reasons are told apart', () => {
  const problems = new ProblemCollector();
  const cut = (bytes: number) =>
    new AppError('DICOM_TRUNCATED', `The pixel data holds ${bytes} bytes.`, { action: `Export ${bytes} again.` });
  for (let bytes = 0; bytes < 1000; bytes++) problems.add(cut(bytes), `study/${bytes}.dcm`);
  problems.add(cut(7), 'once more');
  problems.add(new AppError('NOT_AN_IMAGE', 'It is text.'), 'a.txt');
  const listed = problems.list();
  expect([problems.count, listed.length]).toEqual([1002, 22]);
  // Who names the most frequent reason names one.
  expect(listed[0]).toMatchObject({ count: 2, message: 'The pixel data holds 7 bytes.', action: 'Export 7 again.' });
  expect(listed.at(-1)).toMatchObject({ count: 980, message: 'Others with this problem; the details differ.' });
});
