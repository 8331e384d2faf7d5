/** What a command says of other work: jobs that it put aside, folders that it has watched again. */
import type { JobKind } from '../contract/index.ts';
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

/** Folders that are watched again, as a line; none where there are none. */
export function watchedAgainLines(watches: number): string[] {
  if (watches === 0) return [];
  return [
    `${plural(watches, 'folder')} that stopped with it ${watches === 1 ? 'is' : 'are'} watched again, as soon as a window has the library open.`,
  ];
}
