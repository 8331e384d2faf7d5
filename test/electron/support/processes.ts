/** Processes below the application: the core, and below it the engine. */
import { execFileSync } from 'node:child_process';

/** Process ids below `pid` whose command line contains `part`, at any depth. */
export function processesBelow(pid: number, part: string): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((match) =>
      match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), args: match[3] ?? '' }],
    );
  const below = (parent: number): typeof rows =>
    rows.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(pid)
    .filter(({ args }) => args.includes(part))
    .map((row) => row.pid);
}
