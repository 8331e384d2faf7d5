import { expect, test } from 'vitest';
import { AppError, systemError } from '../../../../core/base/errors.ts';
import { survivable } from '../../../../core/services/session/problems.ts';

test('one bad file is left out of a batch; a disk that fails or is full ends it, else good images would count as bad ones', () => {
  const bad = new AppError('DICOM_TRUNCATED', 'It ends before its content does.');
  expect(survivable(bad)).toBe(bad);
  for (const code of ['EIO', 'ENOSPC', 'EROFS', 'EMFILE']) {
    const refused = systemError(Object.assign(new Error(code), { code }), 'the feature cache …res');
    expect(() => survivable(refused)).toThrow(refused as Error);
  }
});
