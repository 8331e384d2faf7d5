import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { whyItFailed } from '../../../scripts/app/install-electron.ts';
import { sandboxObstacle } from '../../../scripts/app/needs.ts';
import { windowPackages } from '../../../scripts/set-up/debian.mjs';
import { repositoryRoot } from '../../support/shared.ts';

describe('the Debian packages of the window', () => {
  const listed = windowPackages(repositoryRoot, () => true);

  test('are those that the .deb depends on', () => {
    expect(listed).toEqual([
      'libgtk-3-0',
      'libnss3',
      'libasound2',
      'libgbm1',
      'libxss1',
      'libatk-bridge2.0-0',
      'libdrm2',
    ]);
  });

  test('have the names of a newer Debian where only those can be installed', () => {
    const isKnown = (name: string): boolean => name !== 'libasound2' && name !== 'libgtk-3-0';
    expect(windowPackages(repositoryRoot, isKnown).slice(0, 3)).toEqual(['libgtk-3-0t64', 'libnss3', 'libasound2t64']);
  });

  test('keep their names where apt knows none of them', () => {
    expect(windowPackages(repositoryRoot, () => false)).toEqual(listed);
  });

  test('are all in the README', () => {
    const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
    expect(listed.filter((name) => !readme.includes(name))).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('without user namespaces (Linux)', () => {
  const electron = join(repositoryRoot, 'no-such-folder', 'electron');
  const system = (file: string, value: string) => (asked: string) => (asked.endsWith(file) ? value : null);

  test.each([
    ['apparmor_restrict_unprivileged_userns', '1'],
    ['unprivileged_userns_clone', '0'],
    ['max_user_namespaces', '0'],
  ])('%s = %s is told in one line with its remedy', (file, value) => {
    const line = sandboxObstacle(electron, system(file, value));
    expect(line).toContain(file);
    expect(line).toContain('chmod 4755');
    expect(line).not.toContain('\n');
  });

  test('nothing is told where they are allowed', () => {
    expect(sandboxObstacle(electron, system('apparmor_restrict_unprivileged_userns', '0'))).toBeNull();
    expect(sandboxObstacle(electron, () => null)).toBeNull();
  });
});

test('why Electron could not be fetched is told in a few words', () => {
  expect(whyItFailed('TypeError: fetch failed\n    at node:internal/deps', 'status 1')).toBe(
    'its host could not be reached',
  );
  const refused = 'HTTPError: Response code 403 (Forbidden)\n    at FetchDownloader.download';
  expect(whyItFailed(refused, 'status 1')).toBe('its download ended with "HTTPError: Response code 403 (Forbidden)"');
  expect(whyItFailed('', 'SIGKILL')).toBe('its download ended with "SIGKILL"');
});
