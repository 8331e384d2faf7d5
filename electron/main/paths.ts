/** Where the parts of the application are, in a working tree and in a package. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

export interface Paths {
  readonly page: string;
  readonly preload: string;
  readonly coreEntry: string;
  readonly node: string;
}

/**
 * In a working tree the core runs from its source, on the Node that whoever opened the window names in SIDELIGHT_NODE; a package holds it
 * compiled beside its own Node, and reads no such variable.
 */
export function findPaths(): Paths {
  const built = __dirname;
  const node = process.platform === 'win32' ? 'node.exe' : 'node';
  if (app.isPackaged) {
    return {
      page: join(built, 'renderer'),
      preload: join(built, 'preload.cjs'),
      coreEntry: join(process.resourcesPath, 'core', 'core', 'host', 'host.js'),
      node: join(process.resourcesPath, 'node', node),
    };
  }
  const root = join(built, '..');
  const named = process.env['SIDELIGHT_NODE'];
  if (named === undefined) throw new Error('SIDELIGHT_NODE names no Node: open the window with `npm start`.');
  return {
    page: join(built, 'renderer'),
    preload: join(built, 'preload.cjs'),
    coreEntry: join(root, 'core', 'host', 'host.ts'),
    node: named,
  };
}

/** Where a package finds an engine pack, as what the core's environment says of it; nothing in a working tree. */
export function engineEnvironment(): Readonly<Record<string, string>> {
  if (!app.isPackaged || process.env['SIDELIGHT_TENSORFLOW']) return {};
  const places = [process.resourcesPath, app.getPath('userData')].map((folder) =>
    join(folder, 'engines', 'tensorflow'),
  );
  const found = places.find((folder) => existsSync(join(folder, 'engine.json')));
  return found === undefined ? {} : { SIDELIGHT_TENSORFLOW: found };
}
