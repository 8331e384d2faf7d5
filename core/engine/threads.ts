/** How many threads to compute with. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, platform } from 'node:os';

/** Physical cores listed by Linux, or undefined where it does not say. */
function linuxCores(): number | undefined {
  const cores = new Set<string>();
  for (const block of readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')) {
    const core = /^core id\s*:\s*(\d+)$/m.exec(block)?.[1];
    if (core !== undefined) cores.add(`${/^physical id\s*:\s*(\d+)$/m.exec(block)?.[1] ?? 0}/${core}`);
  }
  return cores.size > 0 ? cores.size : undefined;
}

/**
 * Physical cores this process may use: two threads on one core only share its arithmetic units.
 * Where the system does not tell (Windows), half the logical processors of x64 and all of others.
 */
export function physicalCores(): number {
  const logical = availableParallelism();
  const physical = platform() === 'linux' ? linuxCores() : undefined;
  return Math.max(
    1,
    Math.min(logical, physical ?? (arch() === 'x64' && platform() === 'win32' ? Math.ceil(logical / 2) : logical)),
  );
}
