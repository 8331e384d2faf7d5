/** What the window needs of a Linux that Electron does not bring: libraries, and the system's leave to make a sandbox. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { windowPackages } from '../set-up/debian.mjs';
import { root } from './build.ts';

/** Which library the Electron at `path` lacks, with the command that installs it; null where it starts. */
export function missingLibrary(path: string): { readonly reason: string; readonly action: string } | null {
  if (process.platform !== 'linux') return null;
  // As plain Node it needs no display, yet the loader looks for every library.
  const tried = spawnSync(path, ['-e', '0'], {
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  if (tried.status !== 127) return null;
  const library = /loading shared libraries: ([^:\s]+)/.exec(tried.stderr)?.[1] ?? 'a shared library';
  return {
    reason: `The window needs ${library}, which this system lacks.`,
    action: `On Debian or Ubuntu: sudo apt-get install ${windowPackages(root).join(' ')}. Then run the same command again.`,
  };
}

/** The system's switches that take user namespaces away, each with the value that does. */
const switches = [
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
  ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
  ['/proc/sys/user/max_user_namespaces', '0'],
] as const;

/**
 * Why Chromium's sandbox may not start for this user, as one line with the remedy; null where nothing speaks against it. It needs user
 * namespaces, which Ubuntu (23.10 and later) and some others refuse to programs of a working tree, or a helper that belongs to root.
 */
export function sandboxObstacle(path: string, read: (file: string) => string | null = readSwitch): string | null {
  if (process.platform !== 'linux') return null;
  const off = switches.find(([file, value]) => read(file) === value);
  const helper = join(dirname(path), 'chrome-sandbox');
  if (off === undefined || isSetuidRoot(helper)) return null;
  return (
    `This system allows programs no user namespaces (${off[0]} is ${off[1]}), on which the window's sandbox rests. ` +
    `Give the sandbox its helper: sudo chown root:root "${helper}" && sudo chmod 4755 "${helper}"`
  );
}

function readSwitch(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function isSetuidRoot(file: string): boolean {
  if (!existsSync(file)) return false;
  const { uid, mode } = statSync(file);
  return uid === 0 && (mode & 0o4000) !== 0;
}
