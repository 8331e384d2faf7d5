/** Where the library is, and opening it with what a killed process left behind put right. */
import { homedir } from 'node:os';
import { posix, resolve, win32 } from 'node:path';
import type { Logger } from '../../base/logger.ts';
import { interruptJobs, interruptRuns, type Library, type LibraryMode, openLibrary } from '../../store/index.ts';

/** The folder named, or the user's own library in the platform's place for application data. */
export function libraryFolder(given?: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = given ?? environment['SIDELIGHT_LIBRARY'];
  if (named !== undefined && named !== '') return resolve(named);
  return usualFolder(environment);
}

/** A variable that is empty or no whole path names nothing (XDG Base Directory Specification): the library would lie wherever a command was started. */
export function usualFolder(
  environment: NodeJS.ProcessEnv,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  const path = platform === 'win32' ? win32 : posix;
  const named = (name: string): string | undefined => {
    const value = environment[name];
    return value !== undefined && path.isAbsolute(value) ? value : undefined;
  };
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Sidelight');
  if (platform === 'win32') return path.join(named('LOCALAPPDATA') ?? path.join(home, 'AppData', 'Local'), 'Sidelight');
  return path.join(named('XDG_DATA_HOME') ?? path.join(home, '.local', 'share'), 'sidelight');
}

/**
 * The library of `folder`. Opened for writing, jobs and runs that a killed process left `running` become `interrupted`: holding the
 * writer's lock proves that nobody is running them.
 * @throws LIBRARY_READ_ONLY, LIBRARY_BUSY, DB_FROM_NEWER_APP, DB_DAMAGED, DISK_FULL, FILE_NOT_FOUND
 */
export function openServiceLibrary(folder: string, mode: LibraryMode, log: Logger, now: Date): Library {
  const library = openLibrary(folder, { mode, now, onWarning: (message) => log.log('warn', message) });
  if (mode === 'read') return library;
  try {
    const jobs = interruptJobs(library.writer, now.toISOString());
    const runs = interruptRuns(library.writer, now.toISOString());
    if (jobs + runs > 0) {
      log.log('info', 'Work was interrupted last time; the same command continues it.', { jobs, runs });
    }
    return library;
  } catch (error) {
    library.close();
    throw error;
  }
}
