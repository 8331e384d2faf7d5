/**
 * The application as it is shipped: the unpacked package, on its own Node, driven through Chromium's debugging port, since
 * its main process refuses to be debugged.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { readFuses } from '../../scripts/package/fuses.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../support/made-studies.ts';
import { attach, descendants, until } from './support/attach.ts';
import { callFrom, runJob, waitForJob } from './support/calls.ts';
import { temporaryFolder } from './support/launch.ts';
import { type Packaged, packagedApplication } from './support/package.ts';

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 30, batch: 4 };

/** A process that is there. Without this check `kill` would get 0, which means the process group that runs the tests. */
function pidOf(pid: number | undefined): number {
  if (pid === undefined || pid <= 0) throw new Error('the process to be killed was not found');
  return pid;
}

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
    const processes = descendants(opened.process.pid ?? 0, /resources\/core\/core\/host\/host\.js/);
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

  test('killed engine, killed core, killed application: the training goes on by itself, the label is there', async () => {
    const library = join(folder, 'killed');
    const labels = writeStudies(join(folder, 'killed-studies'), 8, 2);
    writeTinyLpm(join(folder, 'killed-lpm'));
    const { context, close } = await openTestServices(library);
    await addLpm(context, { path: join(folder, 'killed-lpm'), name: 'tiny' });
    await importPaths(context, { paths: [join(folder, 'killed-studies')], dataset: 'discs', labels });
    await close();

    const first = await attach({ executablePath: built.binary, library });
    const root = pidOf(first.process.pid);
    const engines = (): number[] => descendants(root, /resources\/core\/core\/engine\/host\/server\.js/);
    const cores = (): number[] => descendants(root, /resources\/core\/core\/host\/host\.js/);
    let page = await first.look();
    const list = await callFrom(page, 'reading.list', { dataset: 'discs' });
    const [item] = list.items;
    if (item === undefined) throw new Error('the data set has no items');
    const [image] = await callFrom(page, 'reading.images', { dataset: 'discs', studyId: item.studyId });
    if (image === undefined) throw new Error('the study has no images');
    const subject = { dataset: 'discs', target: item.target };
    const other = list.classes.find((name) => name !== item.reference) ?? '';
    await callFrom(page, 'labels.set', {
      ...subject,
      readerId: list.reader.id,
      displayed: image.instanceId,
      sopInstanceUID: image.sopInstanceUID,
      label: other,
    });

    const train = { kind: 'train', options: { ...training, name: 'first' } } as const;
    const { id } = await callFrom(page, 'jobs.start', train);
    const epochs = async (): Promise<number> => {
      // While the core is started again it answers nothing.
      const runs = await callFrom(page, 'runs.list', {}).catch(() => []);
      return runs.at(-1)?.epochsDone ?? 0;
    };
    const isFurther = async (than: number): Promise<void> =>
      until(async () => (await epochs()) > than, `more than ${than} epochs were done`, 120_000);
    await isFurther(1);
    expect(engines()).toHaveLength(1);
    for (const engine of engines()) process.kill(engine, 'SIGKILL');
    await isFurther((await epochs()) + 1);
    const core = pidOf(cores()[0]);
    process.kill(core, 'SIGKILL');
    await until(() => cores().some((pid) => pid !== core), 'the core came back', 60_000);
    await until(async () => (await epochs()) > 0, 'the core answers', 60_000);
    await isFurther((await epochs()) + 1);
    const done = await waitForJob(page, id);
    expect([done.state, done.kind === 'train' && done.result?.epochs.length]).toEqual(['succeeded', training.epochs]);

    const second = await callFrom(page, 'jobs.start', { kind: 'train', options: { ...training, name: 'second' } });
    await until(async () => (await callFrom(page, 'runs.list', {})).length === 2, 'the second run was there', 60_000);
    await isFurther(1);
    // The window goes first, so that it starts nothing again; then everything below it, which has another parent by now.
    const below = [...cores(), ...engines()];
    const gone = new Promise((resolve) => first.process.once('exit', resolve));
    for (const pid of [root, ...below]) process.kill(pid, 'SIGKILL');
    await gone;

    const again = await attach({ executablePath: built.binary, library });
    page = await again.look();
    const history = await callFrom(page, 'labels.history', subject);
    expect(history.filter(({ kind }) => kind === 'label').at(-1)?.text).toBe(other);
    const ended = await waitForJob(page, second.id);
    expect([ended.state, ended.kind === 'train' && ended.result?.epochs.length]).toEqual([
      'succeeded',
      training.epochs,
    ]);
    const runs = await callFrom(page, 'runs.list', {});
    expect(runs.map(({ modelName, state, epochsDone }) => [modelName, state, epochsDone])).toEqual([
      ['first', 'succeeded', training.epochs],
      ['second', 'succeeded', training.epochs],
    ]);
    const weights = (await callFrom(page, 'models.list', {})).map(({ weightsHash }) => weightsHash);
    expect(weights[0]).toBe(weights[1]);
    await again.close();
  }, 600_000);

  test('its command line finds ONNX Runtime and the database, also through a link', () => {
    const launcher = join(built.resources, 'bin', 'sidelight');
    const link = join(folder, 'a link');
    symlinkSync(launcher, link);
    const text = execFileSync(link, ['--library', join(folder, 'none'), '--json', 'doctor'], {
      encoding: 'utf8',
      cwd: folder,
    });
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
    const ours = ['core'].flatMap((name) =>
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
