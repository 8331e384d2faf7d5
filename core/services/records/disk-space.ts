/** Room on the library's disk, asked for before hours of work rather than missed after them. */
import { statfsSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import type { ServiceContext } from '../session/context.ts';

/** @throws DISK_FULL when the library's disk has not this much left */
export function checkSpace(context: Pick<ServiceContext, 'library'>, bytes: number): void {
  const { bavail, bsize } = statfsSync(context.library.folder);
  if (bytes <= bavail * bsize) return;
  throw new AppError(
    'DISK_FULL',
    `Encoding needs ${megabytes(bytes)} of disk space; the library's disk has ${megabytes(bavail * bsize)} left.`,
    { retryable: true },
  );
}

/** Whole megabytes, in words. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
