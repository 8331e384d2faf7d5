/** Work of earlier that a command put aside, as a line; none where there was none. */
import type { JobKind } from '../contract/index.ts';
import { plural } from './format.ts';

export function putAsideLines(kinds: readonly JobKind[]): string[] {
  if (kinds.length === 0) return [];
  const [none, it] = kinds.length === 1 ? ['it does not begin', 'it'] : ['none begins', 'them'];
  return [
    `Put aside: ${plural(kinds.length, 'job')} that a closed window or a stopped command left (${kinds.join(', ')}), so that ${none} by itself. ` +
      `The window's list of jobs offers to go on with ${it}.`,
  ];
}
