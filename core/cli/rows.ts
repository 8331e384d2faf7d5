/** Rows for the commands that list something. */
import { AppError } from '../base/errors.ts';
import type { ServiceContext } from '../services/session/context.ts';
import type { CliContext } from './context.ts';

/**
 * What `list` gives for the library, opened for reading. Before the first import the user's own library does not exist, which is an
 * empty list; a library named with --library that does not exist is an error.
 */
export async function rowsOf<T>(context: CliContext, list: (services: ServiceContext) => T[]): Promise<T[]> {
  try {
    return list(await context.services('read'));
  } catch (error) {
    if (error instanceof AppError && error.code === 'FILE_NOT_FOUND' && context.globals.library === undefined)
      return [];
    throw error;
  }
}
