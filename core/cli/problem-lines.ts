/** Grouped problems of a batch as lines: what, how often, for example which, what to do. */
import type { ProblemGroup } from '../contract/index.ts';

/** No lines when there are no problems. */
export function problemLines(problems: readonly ProblemGroup[]): string[] {
  if (problems.length === 0) return [];
  return [
    'Problems:',
    ...problems.flatMap((group) => [
      `  ${group.count} x ${group.message} [${group.code}]`,
      ...(group.examples.length === 0 ? [] : [`      for example ${group.examples.join(', ')}`]),
      `      ${group.action}`,
    ]),
  ];
}
