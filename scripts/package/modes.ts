/** Whoever installs a package for all users of a machine must not give them files that only its builder could read. */
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets everybody read what lies below `folder`, and run what its owner may run: under umask 077, which sites set, npm and the staging leave files that
 * their owner alone reads, and an installer packs them so. Windows has no such bits.
 */
export function readableByAll(folder: string): void {
  if (process.platform === 'win32') return;
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) readableByAll(path);
    else if (entry.isFile()) chmodSync(path, isProgram(path) ? 0o755 : 0o644);
  }
}

function isProgram(path: string): boolean {
  return (statSync(path).mode & 0o100) !== 0;
}
