/** Room on the library's disk, asked for before hours of work rather than missed after them. */
import { statfsSync } from 'node:fs';
import { AppError } from '../../base/errors.ts';
import type { ServiceContext } from '../session/context.ts';

/** Bytes that the library's disk has left; null where it does not say, as some network drives do not. */
export function freeBytes({ library }: Pick<ServiceContext, 'library'>): number | null {
  try {
    const { bavail, bsize } = statfsSync(library.folder);
    return bavail * bsize;
  } catch {
    // Whether it is there is asked by whoever writes to it.
    return null;
  }
}

/** @throws DISK_FULL when the library's disk has not this much left, as far as it says */
export function checkSpace(context: Pick<ServiceContext, 'library'>, bytes: number): void {
  const free = freeBytes(context);
  if (free === null || bytes <= free) return;
  throw new AppError(
    'DISK_FULL',
    `Encoding needs ${megabytes(bytes)} of disk space; the library's disk has ${megabytes(free)} left.`,
    { retryable: true },
  );
}

/** Whole megabytes, in words. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
