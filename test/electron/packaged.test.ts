/**
 * The application as it is shipped: the unpacked package, on its own Node, driven through Chromium's debugging port, since
 * its main process refuses to be debugged.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addLpm } from '../../core/services/lpm.ts';
import { readFuses } from '../../scripts/package/fuses.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../support/made-studies.ts';
import { attach, descendants, until } from './support/attach.ts';
import { callFrom, runJob } from './support/calls.ts';
import { temporaryFolder } from './support/launch.ts';
import { type Packaged, packagedApplication } from './support/package.ts';

describe.skipIf(process.platform !== 'linux')('the unpacked package (built and run on Linux)', () => {
  const folder = temporaryFolder('packaged');
  let built: Packaged;
  beforeAll(() => {
    built = packagedApplication();
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('opens, imports, trains, classifies and exports, with no complaint and no request', async () => {
    const library = join(folder, 'library');
    const labels = writeStudies(join(folder, 'studies'), 10);
    writeTinyLpm(join(folder, 'lpm'));
    const { context, close } = await openTestServices(library);
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    await close();

    const opened = await attach({ executablePath: built.binary, library });
    const page = await opened.look();
    await page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
    const processes = descendants(opened.process.pid ?? 0, /resources\/core\/electron\/core\/host\.js/);
    expect(processes).toHaveLength(1);
    expect(readFileSync(`/proc/${processes[0]}/cmdline`, 'utf8').split('\0')[0]).toBe(
      join(built.resources, 'node', 'node'),
    );
    await runJob(page, {
      kind: 'import',
      options: { paths: [join(folder, 'studies')], dataset: 'discs', labels },
    });
    expect(await callFrom(page, 'library.summary', {})).toMatchObject({ patients: 10, studies: 20, instances: 20 });
    await runJob(page, { kind: 'encode', options: { dataset: 'discs', lpm: 'tiny', inputSize: 224 } });
    await runJob(page, {
      kind: 'train',
      options: { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, name: 'first' },
    });
    const out = join(folder, 'results.csv');
    await runJob(page, { kind: 'classify', options: { paths: [join(folder, 'studies', 'p0')], model: 'first', out } });
    expect(readFileSync(out, 'utf8').trim().split('\n').length).toBeGreaterThanOrEqual(5);
    expect(await page.getByTestId('offline').textContent()).toBe('offline: 0 requests');
    await opened.close();
    expect(opened.complaints).toEqual([]);
    expect(existsSync(join(library, 'sidelight.sqlite'))).toBe(true);
    await until(() => descendants(process.pid, /host\.js/).length === 0, 'the core ended with the window');
  });

  test('its doctor finds ONNX Runtime and the database', () => {
    const text = execFileSync(
      join(built.resources, 'node', 'node'),
      [join(built.resources, 'core', 'core', 'cli', 'main.js'), '--library', join(folder, 'none'), '--json', 'doctor'],
      { encoding: 'utf8', cwd: folder },
    );
    const report = JSON.parse(text) as { checks: { name: string; state: string }[] };
    const states = Object.fromEntries(report.checks.map((check) => [check.name, check.state]));
    expect(states).toMatchObject({ 'engine onnxruntime': 'ok', database: 'ok', Node: 'ok' });
  });

  test('its fuses are burnt: nothing but our archive runs, and nothing from outside gets in', async () => {
    expect(await readFuses(built.binary)).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
    });
    // With the fuse on, this would print the version and end at once with 0.
    const asNode = spawnSync(built.binary, ['-p', '"I am " + "Node"'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', DISPLAY: ':does-not-exist' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(asNode.stdout).not.toContain('I am Node');
  });

  test('it holds our archive without packages, and native parts of this platform only', () => {
    const archive = join(built.resources, 'app.asar');
    const listed = listPackage(archive, { isPack: false });
    expect(listed).toEqual(expect.arrayContaining(['/main.cjs', '/preload.cjs', '/renderer/index.html']));
    expect(listed.filter((path) => path.includes('node_modules'))).toEqual([]);
    expect(extractFile(archive, 'main.cjs').toString()).not.toContain('sourceMappingURL');
    const natives = readdirSync(join(built.resources, 'core'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.(node|dll|dylib|so)(\.|$)/.test(path),
    );
    expect(natives.length).toBeGreaterThan(1);
    for (const path of natives) expect(path).toMatch(/linux-x64|linux\/x64|linux-arm64|linux\/arm64/);
    // Every name of a file of ours, in an import or beside it, is of a file that is there.
    const ours = ['core', 'electron'].flatMap((name) =>
      readdirSync(join(built.resources, 'core', name), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.js'))
        .map((path) => join(built.resources, 'core', name, path)),
    );
    const missing = ours.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/(?:from|import|import\(|new URL\()\s*'(\.{1,2}\/[^']+)'/g)]
        .map((match) => join(file, '..', match[1] ?? ''))
        .filter((path) => !existsSync(path))
        .map((path) => `${file}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});

test('every target of the configuration is one that electron-builder accepts', async () => {
  const { getConfig, validateConfiguration } = await import('app-builder-lib/out/util/config/config.js');
  const { DebugLogger } = await import('builder-util');
  const configuration = await getConfig(join(import.meta.dirname, '..', '..'), null, null);
  await validateConfiguration(configuration, new DebugLogger(false));
  expect([configuration.win?.target, configuration.mac?.target, configuration.linux?.target]).toEqual([
    ['nsis', 'portable'],
    ['dmg'],
    ['AppImage', 'deb'],
  ]);
  expect(configuration.publish).toBeNull();
  expect(configuration.nsis).toMatchObject({ perMachine: false, allowElevation: false });
});
