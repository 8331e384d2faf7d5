import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

test.skipIf(process.platform !== 'linux')(
  'without a display the window says so and points to the command line (Linux)',
  () => {
    const { DISPLAY: _, WAYLAND_DISPLAY: __, ...environment } = process.env;
    const done = spawnSync(process.execPath, [join(repositoryRoot, 'scripts', 'start.ts')], {
      env: environment,
      encoding: 'utf8',
    });
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('This machine has no display, so the window cannot open.');
    expect(done.stderr).toContain('npm run -s sidelight -- --help');
  },
);
