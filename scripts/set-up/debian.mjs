/**
 * The Debian packages of the window's libraries. They stand once, as `deb: depends:` of electron-builder.yml, which the .deb is built with.
 * Plain JavaScript for Node 20: .ci/run asks before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The names as this Debian or Ubuntu installs them.
 * @param {string} root The repository's folder.
 * @param {(name: string) => boolean} isKnown Whether apt-get can install a package of this name.
 * @returns {string[]}
 */
export function windowPackages(root, isKnown = isInstallable) {
  const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
  const listed = /^deb:\n {2}depends: \[([^\]]+)\]/m.exec(text)?.[1];
  if (listed === undefined) throw new Error('electron-builder.yml has no list under deb: depends:.');
  // Since 2024 (Debian 13, Ubuntu 24.04) some names end in t64. The old ones are provided, but where two packages provide one, as for
  // libasound2, apt-get wants the real name.
  return listed.split(',').map((part) => {
    const name = part.trim();
    return !isKnown(name) && isKnown(`${name}t64`) ? `${name}t64` : name;
  });
}

/** @param {string} name */
function isInstallable(name) {
  const { stdout } = spawnSync('apt-cache', ['policy', name], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return /Candidate: (?!\(none\))/.test(stdout ?? '');
}
