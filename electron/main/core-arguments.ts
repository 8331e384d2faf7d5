/** What the core process is started with. */
import type { WindowSettings } from '../../core/contract/index.ts';

/** The library's folder: the one named on the command line counts before the one of the settings; null for the usual place. */
export function chosenFolder(library: string, settings: Pick<WindowSettings, 'library'>): string | null {
  return library === '' ? settings.library : library;
}

/**
 * @param how.asReader true opens the library for reading only
 * @param how.isNew true makes the library where there is none; otherwise one that was chosen before and is not there (a disk that is not connected) is
 *   missed, and no empty one made in its place
 */
export function coreArguments(
  library: string,
  settings: WindowSettings,
  how: { readonly asReader: boolean; readonly isNew: boolean },
): string[] {
  const folder = chosenFolder(library, settings);
  return [
    ...(folder === null ? [] : ['--library', folder]),
    ...(how.asReader ? ['--as-reader'] : []),
    ...(library === '' && folder !== null && !how.isNew ? ['--must-exist'] : []),
    ...['--engine', settings.engine],
    ...['--device', settings.device],
    ...(settings.threads === null ? [] : ['--threads', String(settings.threads)]),
  ];
}
