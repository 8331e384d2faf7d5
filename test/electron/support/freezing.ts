/** The core process held still, as a slow disk or a busy machine holds it: what the user does before it answers is done for certain. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { descendants } from './attach.ts';
import type { Opened } from './launch.ts';

/** Does `work` while the core takes nothing in; what was asked meanwhile it answers after. */
export async function whileFrozen({ app }: Pick<Opened, 'app'>, work: () => Promise<void>): Promise<void> {
  const cores = descendants(app.process().pid ?? 0, /core\/host\/host\.(ts|js)/);
  expect(cores.length).toBeGreaterThan(0);
  for (const pid of cores) process.kill(pid, 'SIGSTOP');
  try {
    // Every thread of it stands still.
    await expect.poll(() => cores.every((pid) => stateOf(pid) === 'T')).toBe(true);
    await work();
  } finally {
    for (const pid of cores) process.kill(pid, 'SIGCONT');
  }
}

/** The state of a process as Linux tells it, behind the name in brackets. */
function stateOf(pid: number): string {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
}
