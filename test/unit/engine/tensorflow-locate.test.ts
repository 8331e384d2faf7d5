import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateTensorflow, packageFolderOf } from '../../../core/engine/tensorflow/locate.ts';
import { parseExtra } from '../../../scripts/engine-tensorflow/wheel.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-locate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(...parts: string[]): string {
  const path = join(folder, ...parts);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
  return path;
}

const here = `${process.platform}-${process.arch}`;

/** A folder as `npm run engine:tensorflow` leaves it. */
function build(name: string, manifest: Readonly<Record<string, unknown>> = {}): string {
  put(name, 'site', 'tensorflow', 'libtensorflow_cc.so.2');
  put(name, 'site', 'tensorflow', 'libtensorflow_framework.so.2');
  put(name, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'tfjs_binding.node');
  const whole = { tensorflow: '2.21.0', cuda: false, libraryFolder: 'site/tensorflow', platform: here, ...manifest };
  writeFileSync(put(name, 'engine.json'), JSON.stringify(whole));
  return join(folder, name);
}

test('nothing built is a state with the command that builds', () => {
  expect(locateTensorflow(undefined, join(folder, 'none'))).toEqual({
    reason: 'The TensorFlow engine is not installed.',
    action: expect.stringContaining('npm run engine:tensorflow'),
  });
});

test('the built folder is found, and a named build goes before it', () => {
  const [built, named] = [build('built'), build('named')];
  expect(locateTensorflow(undefined, built)).toMatchObject({ foundBy: 'build', packageFolder: packageFolderOf(built) });
  expect(locateTensorflow(named, built)).toMatchObject({
    foundBy: 'SIDELIGHT_TENSORFLOW',
    packageFolder: packageFolderOf(named),
  });
});

test('a named library is used once the addon was built for it', () => {
  put('libs', 'lib', 'libtensorflow.so');
  put('libs', 'lib', 'libtensorflow_framework.so');
  const library = join(folder, 'libs');
  expect(locateTensorflow(library, build('other'))).toMatchObject({
    reason: expect.stringContaining('not been built'),
  });
  const built = build('built', { libraryFolder: join(library, 'lib') });
  expect(locateTensorflow(library, built)).toMatchObject({ foundBy: 'SIDELIGHT_TENSORFLOW' });
});

test('a named folder that cannot be used is said, not passed over', () => {
  const built = build('built');
  expect(locateTensorflow(join(folder, 'gone'), built)).toMatchObject({ reason: expect.stringContaining('not exist') });
  mkdirSync(join(folder, 'empty'));
  expect(locateTensorflow(join(folder, 'empty'), built)).toMatchObject({ reason: expect.stringContaining('neither') });
});

test('a build for another platform and one whose library is gone are not used', () => {
  const other = build('other', { platform: 'plan9-vax' });
  expect(locateTensorflow(undefined, other)).toMatchObject({ reason: expect.stringContaining('plan9-vax') });
  const damaged = build('damaged');
  rmSync(join(damaged, 'site'), { recursive: true });
  expect(locateTensorflow(undefined, damaged)).toMatchObject({ action: expect.stringContaining('--force') });
});

test('the CUDA libraries are those that the wheel lists under its extra', () => {
  const metadata = [
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    'Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32") and extra == "gcs-filesystem"',
  ].join('\n');
  expect(parseExtra(metadata, 'and-cuda')).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2']);
});
