/** The unpacked package of this tree, built when what goes into it has changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/app/build.ts';

const inputs = ['core', 'electron', 'renderer', 'scripts/app', 'scripts/package', 'resources/lpm'];
const files = ['scripts/package.ts', 'electron-builder.yml', 'package.json', 'package-lock.json'];

function hashOfInputs(): string {
  const hash = createHash('sha256');
  for (const folder of inputs.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  for (const file of [...new Set(files)].sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

export interface Packaged {
  readonly folder: string;
  readonly resources: string;
  readonly binary: string;
}

/** Builds the package if need be. Linux only: elsewhere it is built and looked at by hand. */
export function packagedApplication(): Packaged {
  const folder = join(root, 'release', 'linux-unpacked');
  const stamp = join(root, 'release', 'built-from.txt');
  const hash = hashOfInputs();
  if (!existsSync(folder) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    const done = spawnSync(process.execPath, [join(root, 'scripts', 'package.ts'), '--dir'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`The package was not built:\n${done.stdout}\n${done.stderr}`);
    writeFileSync(stamp, hash);
  }
  return { folder, resources: join(folder, 'resources'), binary: join(folder, 'sidelight') };
}
