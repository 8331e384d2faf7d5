/** A disk that does not say how much it has left, as some network drives do not, keeps nobody from training. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSpace, freeBytes } from '../../../../core/services/records/disk-space.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

/** As much of a context as is asked. */
const on = (folder: string) => ({ library: { folder } }) as Parameters<typeof freeBytes>[0];

test('what a disk has left is known where it says so, and refuses what does not fit', () => {
  const folder = temporaryFolder();
  expect(freeBytes(on(folder))).toBeGreaterThan(0);
  expect(appErrorOf(() => checkSpace(on(folder), 1e18)).code).toBe('DISK_FULL');
  // A folder that is not there fails in the same call as a drive that does not answer it.
  const silent = on(join(folder, 'nowhere'));
  expect(freeBytes(silent)).toBeNull();
  expect(() => checkSpace(silent, 1e18)).not.toThrow();
});
