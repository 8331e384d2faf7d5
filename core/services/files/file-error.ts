/** What a system's refusal to read or write a file of the user's means, and what helps. */
import { AppError, isDiskFull, isDriveAway, systemError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';

/** The AppError of a failed file operation. `what` names the file, redacted. */
export function fileError(error: unknown, path: string): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return new AppError('FILE_NOT_FOUND', 'The file is not there.', { cause: error });
  if (isDiskFull(error)) {
    return new AppError('DISK_FULL', `The disk is full: ${redact(path)} could not be written (${code}).`, {
      cause: error,
      retryable: true,
    });
  }
  if (isDriveAway(error)) {
    const why = awayReasons[code] ?? 'the drive does not answer';
    return new AppError('DRIVE_AWAY', `The file cannot be read (${why}, ${code}).`, { cause: error, retryable: true });
  }
  const [why, action] = reasonsOf[code] ?? [];
  return new AppError('FILE_UNREADABLE', `The file cannot be read (${why === undefined ? code : `${why}, ${code}`}).`, {
    ...(action === undefined ? {} : { action }),
    cause: error,
  });
}

/** As `fileError`, of a copy that is written into the library at `path`: it is the library's drive that fails, and no other file can be copied either. */
export function copyError(error: unknown, path: string): AppError {
  const failed = systemError(error, `the copy ${redact(path)} in the library`);
  return failed instanceof AppError ? failed : fileError(error, path);
}

const noRight = 'Give your account the right to read it (ask whoever manages the drive), then try again.';

/** What a system's code means and what helps. */
const reasonsOf: Readonly<Record<string, readonly [why: string, action: string]>> = {
  EACCES: ['no permission', noRight],
  EPERM: ['not permitted', noRight],
  EBUSY: ['another program uses it', 'Close the program that has it open, then try again.'],
  ELOOP: ['links that lead in a circle', 'Remove the symbolic link, or name the folder to which it was to lead.'],
  ENAMETOOLONG: [
    'the path is too long',
    'Move the folder nearer to the root of the drive, or shorten names, and try again.',
  ],
  EMFILE: ['too many files are open', 'Close other programs, then try again.'],
};

/** What it means where the drive is away; of the others it does not answer. */
const awayReasons: Readonly<Record<string, string>> = {
  EIO: 'the drive reports an error',
  ESTALE: 'the network drive has lost it',
  ENOTCONN: 'the network drive is not connected',
};
