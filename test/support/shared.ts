/** Where the reference numbers and real files live: beside the checkout, or where SIDELIGHT_SHARED says. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const shared = process.env['SIDELIGHT_SHARED'] ?? join(root, '..', 'shared');

/** The repository's root folder. */
export const repositoryRoot = root;

/** The path of a reference file or folder, for example `sharedPath('fixtures', 'lpm')`. */
export function sharedPath(...parts: string[]): string {
  return join(shared, ...parts);
}

/** Whether the reference material is there; without it parity tests are skipped, and say so. */
export const hasShared = existsSync(join(shared, 'fixtures', 'README.md'));
