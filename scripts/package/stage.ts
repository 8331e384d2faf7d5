/** Puts together what goes into a package, in `release/stage`: window, core with its packages, Node, icons, licences. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildWindow, distFolder, root } from '../app/build.ts';
import { compileFolder } from './compile.ts';
import { copyDependencies, type Target } from './dependencies.ts';
import { writeIcons } from './icons.ts';

export const releaseFolder = join(root, 'release');
export const stageFolder = join(releaseFolder, 'stage');

/** Node and the native packages are the ones installed here, so a package is built on its own platform. */
export const here: Target = { platform: process.platform, arch: process.arch };

export async function stage(): Promise<void> {
  rmSync(stageFolder, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { name, version, description, license } = manifest;

  await buildWindow();
  const app = join(stageFolder, 'app');
  cpSync(distFolder, app, { recursive: true });
  // No dependencies: what the window needs is built in.
  writeJson(join(app, 'package.json'), {
    name,
    productName: 'Sidelight',
    version,
    description,
    license,
    author: 'The authors of Sidelight',
    main: 'main.cjs',
  });

  const core = join(stageFolder, 'core');
  compileFolder(root, 'core', core);
  const packages = copyDependencies(root, core, here);
  writeJson(join(core, 'package.json'), { name, version, license, type: 'module' });
  const lpm = join(root, 'resources', 'lpm');
  if (existsSync(join(lpm, 'model.safetensors'))) cpSync(lpm, join(core, 'resources', 'lpm'), { recursive: true });

  cpSync(join(root, 'resources', 'reference'), join(core, 'resources', 'reference'), { recursive: true });

  const nodeName = here.platform === 'win32' ? 'node.exe' : 'node';
  const node = join(stageFolder, 'node');
  mkdirSync(node);
  cpSync(process.execPath, join(node, nodeName), { dereference: true });

  writeLauncher(join(stageFolder, 'bin'));

  const licences = join(stageFolder, 'licences');
  mkdirSync(licences);
  const nodeLicence = join(dirname(process.execPath), '..', 'LICENSE');
  if (existsSync(nodeLicence)) cpSync(nodeLicence, join(licences, 'node-LICENSE.txt'));
  writeFileSync(join(licences, 'core-packages.txt'), `${packages.join('\n')}\n`);
  for (const file of ['licences.md', 'sbom.json']) {
    if (existsSync(join(root, 'docs', file))) cpSync(join(root, 'docs', file), join(licences, file));
  }
  writeIcons(join(stageFolder, 'icons'));
}

/** The command line of an installed application: its own Node on its own core, from wherever it is called or linked. */
function writeLauncher(folder: string): void {
  mkdirSync(folder);
  if (here.platform === 'win32') {
    const line = '@"%~dp0..\\node\\node.exe" "%~dp0..\\core\\core\\cli\\main.js" %*';
    writeFileSync(join(folder, 'sidelight.cmd'), `${line}\r\n`);
    return;
  }
  const lines = [
    '#!/bin/sh',
    'resources=$(dirname "$(dirname "$(readlink -f "$0")")")',
    'exec "$resources/node/node" "$resources/core/core/cli/main.js" "$@"',
  ];
  writeFileSync(join(folder, 'sidelight'), `${lines.join('\n')}\n`, { mode: 0o755 });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
