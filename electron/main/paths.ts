/** Where the parts of the application are, in a working tree and in a package. */
import { join } from 'node:path';
import { app } from 'electron';

export interface Paths {
  readonly page: string;
  readonly preload: string;
  readonly coreEntry: string;
  readonly node: string;
}

/** In a working tree the core runs from its source; a package holds it compiled beside its own Node. */
export function findPaths(): Paths {
  const built = __dirname;
  const node = process.platform === 'win32' ? 'node.exe' : 'node';
  if (app.isPackaged) {
    return {
      page: join(built, 'renderer'),
      preload: join(built, 'preload.cjs'),
      coreEntry: join(process.resourcesPath, 'core', 'electron', 'core', 'host.js'),
      node: join(process.resourcesPath, 'node', node),
    };
  }
  const root = join(built, '..');
  return {
    page: join(built, 'renderer'),
    preload: join(built, 'preload.cjs'),
    coreEntry: join(root, 'electron', 'core', 'host.ts'),
    node: join(root, 'node_modules', 'node', 'bin', node),
  };
}
