/** Why a file of the user's could not be written, and what helps: results, a report, a PDF, the window's settings. */
import { AppError, isDiskFull, isDriveAway } from './errors.ts';

/**
 * The AppError for what the system said. Gives an AppError back as it is.
 * @param what names the file in a sentence, redacted: `The results file …csv`
 * @param at whether a file stands there already, and the system, as `process.platform`
 * @param action what to do where the place cannot be written
 */
export function writeError(
  thrown: unknown,
  what: string,
  at: { readonly isThere: boolean; readonly platform: string },
  action: string,
): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';
  if (isDiskFull(thrown)) {
    return new AppError('DISK_FULL', `The disk is full: ${what} could not be written (${code}).`, {
      cause: thrown,
      retryable: true,
    });
  }
  if (isDriveAway(thrown)) {
    return new AppError('DRIVE_AWAY', `${what} cannot be written: its drive does not answer or fails (${code}).`, {
      cause: thrown,
      retryable: true,
    });
  }
  if (isHeld(code, at)) {
    return new AppError('FILE_UNREADABLE', `${what} is open in another program, or marked read-only (${code}).`, {
      action: 'Close it in the other program (Excel, for instance), or name another file, and do the same again.',
      cause: thrown,
    });
  }
  return new AppError('FILE_UNREADABLE', `${what} cannot be written (${code}).`, { action, cause: thrown });
}

/** Windows replaces no file that somebody has open, and says it in the words in which it refuses a right. */
function isHeld(
  code: string,
  { isThere, platform }: { readonly isThere: boolean; readonly platform: string },
): boolean {
  return isThere && (code === 'EBUSY' || (platform === 'win32' && ['EPERM', 'EACCES'].includes(code)));
}
