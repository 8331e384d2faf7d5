/** What the core process is started with. */
import type { WindowSettings } from '../../core/contract/index.ts';

/** `library` named on the command line counts before the one of the settings. */
export function coreArguments(library: string, settings: WindowSettings): string[] {
  const folder = library === '' ? settings.library : library;
  return [
    ...(folder === null ? [] : ['--library', folder]),
    ...['--engine', settings.engine],
    ...['--device', settings.device],
    ...(settings.threads === null ? [] : ['--threads', String(settings.threads)]),
  ];
}
