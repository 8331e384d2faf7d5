/** ONNX Runtime reports what it runs unless it is told not to. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';
import { userEnvironment } from '../../support/user-environment.ts';

const program = `
  const { openHere, selfTest } = await import('./core/engine/index.ts');
  const { silentLogger } = await import('./core/base/logger.ts');
  const engine = await openHere({ engine: 'onnxruntime', device: 'cpu', log: silentLogger });
  const { isRight } = await selfTest(engine, { size: 32, measureMs: 10 });
  await engine.dispose();
  process.stdout.write(String(isRight));`;

test.skipIf(process.platform === 'win32').each([{}, { ORT_DISABLE_TELEMETRY: '0' }])(
  'the engine computes and leaves no identifier and no report in the home folder, with %j in the environment',
  (asked) => {
    const home = mkdtempSync(join(tmpdir(), 'sidelight-home-'));
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      env: { ...userEnvironment(), ...asked, HOME: home, XDG_CACHE_HOME: home },
    });
    expect([stdout, stderr]).toEqual(['true', '']);
    expect(readdirSync(home, { recursive: true })).toEqual([]);
    rmSync(home, { recursive: true });
  },
);
