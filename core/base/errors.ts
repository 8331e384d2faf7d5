/**
 * Errors a user can act on, and bugs.
 *
 * An AppError says what happened to which thing (found, allowed) in `message` and what to do now in `action`.
 * Everything else is a bug and fails through `invariant`. Neither may carry patient data: see `redact`.
 */
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { redactPaths } from './redact.ts';

/** A plain object that survives structured clone and JSON; Error instances lose their fields in both. */
export interface SerialisedError {
  readonly code: ErrorCode | 'BUG';
  readonly message: string;
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
}

export interface AppErrorOptions {
  /** What the user does now. Defaults to the code's own action. */
  readonly action?: string;
  /** Machine-readable facts, without patient data. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** True when the same call may succeed later without the user changing anything. */
  readonly retryable?: boolean;
}

/** An error of the input, the machine or the surroundings, with the next step for the user. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.action = options.action ?? errorCodes[code].action;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
  }
}

/** Fails with a bug report request when `condition` does not hold. Never used for user input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`${message} (this is a bug in Sidelight; please report it)`);
}

/** Any thrown value as an Error; libraries throw strings, numbers and plain objects too. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'object' && thrown !== null && 'error' in thrown) return new Error(String(thrown.error));
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return new Error(String(thrown.message));
  return new Error(String(thrown));
}

/** `rmSync` (Node 24) leaves the code empty for most refusals and gives the system's words instead. */
function systemCode(error: Error & { readonly code: unknown }): string {
  if (error.code !== '' || !('syscall' in error)) return String(error.code);
  if (error.message.includes('Read-only file system')) return 'EROFS';
  return error.message.includes('No space left') ? 'ENOSPC' : 'EIO';
}

/** Whether the system found no room: EFBIG is a file-size limit (ulimit, FAT32), EDQUOT a quota; to the user the disk is full. */
export function isDiskFull(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(systemCode(thrown));
}

/** What systems say of a drive that fails, and of a network share whose server is gone, was started again or is not reached (Windows says UNKNOWN of some). */
const awayCodes: readonly string[] = [
  ...['EIO', 'ENODEV', 'ENXIO', 'EREMOTEIO', 'ESTALE', 'ETIMEDOUT', 'ENOTCONN', 'ECONNRESET', 'ECONNABORTED'],
  ...['EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETUNREACH', 'UNKNOWN'],
];
const diskFailures: readonly string[] = [...awayCodes, 'EMFILE', 'ENFILE', 'ENOENT'];

/** Whether the drive itself does not answer, or fails: nothing is said of the file by that. */
export function isDriveAway(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && awayCodes.includes(systemCode(thrown));
}

/**
 * What the operating system refused, as an error that says what to do: DISK_FULL, LIBRARY_READ_ONLY or DISK_FAILED; anything else
 * as it came. `what` names the file, redacted.
 */
export function systemError(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof AppError || !('code' in thrown)) return thrown;
  const code = systemCode(thrown);
  if (isDiskFull(thrown)) {
    const message = `The disk is full: ${what} could not be written (${code}).`;
    return new AppError('DISK_FULL', message, { cause: thrown, retryable: true });
  }
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new AppError('LIBRARY_READ_ONLY', `You may not write ${what} (${code}).`, { cause: thrown });
  }
  if (diskFailures.includes(code)) {
    const message = `The disk reported ${code} for ${what}.`;
    return new AppError('DISK_FAILED', message, { cause: thrown, retryable: true });
  }
  return thrown;
}

/** The plain object that crosses process boundaries, for any thrown value. */
export function serialiseError(error: unknown): SerialisedError {
  // Whoever used the file knew its name and should have said it; a failing disk is no bug of ours all the same. A file that is missing may be.
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const thrown = isMissing ? error : systemError(error, 'a file that was needed');
  if (thrown instanceof AppError) {
    return {
      code: thrown.code,
      message: thrown.message,
      action: thrown.action,
      retryable: thrown.retryable,
      ...(thrown.details === undefined ? {} : { details: thrown.details }),
    };
  }
  return {
    code: 'BUG',
    message: redactPaths(toError(thrown).message),
    action: 'This is a bug in Sidelight. Please report it with the log file.',
    retryable: false,
  };
}

/** The error that a serialised one described, to be thrown on the receiving side. */
export function deserialiseError(error: SerialisedError): Error {
  if (error.code === 'BUG') return new Error(error.message);
  return new AppError(error.code, error.message, {
    action: error.action,
    retryable: error.retryable,
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}
