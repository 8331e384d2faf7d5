import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readableByAll } from '../../../scripts/package/modes.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test.skipIf(process.platform === 'win32')(
  'a package that is built under umask 077 is everybody’s to read and to run',
  () => {
    const folder = temporaryFolder();
    const place = (...parts: string[]): string => join(folder, 'stage', ...parts);
    mkdirSync(place('core', 'bin'), { recursive: true });
    writeFileSync(place('core', 'main.js'), '');
    writeFileSync(place('core', 'bin', 'node'), '');
    symlinkSync('core/main.js', place('link'));
    for (const [path, mode] of [
      [place('core', 'main.js'), 0o600],
      [place('core', 'bin', 'node'), 0o700],
      [place('core', 'bin'), 0o700],
      [place('core'), 0o700],
      [place(), 0o700],
    ] as const) {
      chmodSync(path, mode);
    }
    readableByAll(place());
    const modes = [
      place(),
      place('core'),
      place('core', 'bin'),
      place('core', 'bin', 'node'),
      place('core', 'main.js'),
    ];
    expect(modes.map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['755', '755', '755', '755', '644']);
  },
);
