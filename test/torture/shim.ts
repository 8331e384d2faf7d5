/** Builds the library that makes a disk fail; where that cannot be done, says why. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export type Shim = { readonly path: string } | { readonly missing: string };

/** Compiles faults.c into `folder`. */
export function buildShim(folder: string): Shim {
  if (process.platform !== 'linux') return { missing: 'faults are injected through LD_PRELOAD, which is Linux' };
  const path = join(folder, 'faults.so');
  const source = join(import.meta.dirname, 'faults.c');
  const built = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', path, source, '-ldl', '-lpthread'], {
    encoding: 'utf8',
  });
  if (built.error !== undefined) return { missing: 'needs a C compiler (Debian: apt-get install gcc libc6-dev)' };
  if (built.status !== 0) return { missing: `the C compiler failed: ${built.stderr.trim().split('\n')[0]}` };
  return { path };
}
