/** What a command says of other work: jobs that it put aside, folders that it has watched again. */
import type { JobKind, ModelBack } from '../contract/index.ts';
import { plural } from './format.ts';

/** Work of earlier that a command put aside, as a line; none where there was none. */
export function putAsideLines(kinds: readonly JobKind[]): string[] {
  if (kinds.length === 0) return [];
  const [none, it] = kinds.length === 1 ? ['it does not begin', 'it'] : ['none begins', 'them'];
  return [
    `Put aside: ${plural(kinds.length, 'job')} that a closed window or a stopped command left (${kinds.join(', ')}), so that ${none} by itself. ` +
      `The window's list of jobs offers to go on with ${it}.`,
  ];
}

/** Folders that are watched again, and those that stay stopped, a line each; none where there are none. */
export function watchedAgainLines({ watches, stopped }: ModelBack): string[] {
  return [
    ...(watches === 0
      ? []
      : [
          `${plural(watches, 'folder')} that stopped with it ${watches === 1 ? 'is' : 'are'} watched again, as soon as a window has the library open.`,
        ]),
    ...(stopped.length === 0
      ? []
      : [
          `Stopped and not started again: ${stopped.join(', ')}. To have what arrives there classified, start ${stopped.length === 1 ? 'it' : 'them'} in the window ` +
            '(Classify, Watched folders, Start).',
        ]),
  ];
}
