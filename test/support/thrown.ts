/** What a call throws, for tests of errors. */
import { AppError } from '../../core/base/errors.ts';

/** The AppError that `call` throws; fails when it throws nothing or something else. */
export function appErrorOf(call: () => unknown): AppError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('the call threw nothing');
}

/** The AppError with which `work` fails; fails itself when it does not, or with something else. */
export async function appErrorFrom(work: Promise<unknown>): Promise<AppError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof AppError) return thrown;
  throw thrown ?? new Error('the work did not fail');
}
