/** How much room a library takes, by part. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { LibrarySizes, libraryParts } from '../../contract/ipc/settings.ts';

type Part = (typeof libraryParts)[number];

const folders: readonly Part[] = ['features', 'previews', 'files', 'lpm', 'backups'];

/** Sizes of what lies in `folder`, by part; a file that goes away meanwhile counts nothing. */
export async function librarySizes(folder: string): Promise<LibrarySizes> {
  const totals = new Map<Part, { sizeBytes: number; files: number }>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const part = partOf(entry.name);
    const total = totals.get(part) ?? { sizeBytes: 0, files: 0 };
    for await (const sizeBytes of sizesBelow(join(folder, entry.name), entry.isDirectory())) {
      total.sizeBytes += sizeBytes;
      total.files++;
    }
    totals.set(part, total);
  }
  const order: readonly Part[] = ['database', ...folders, 'other'];
  return {
    folder,
    parts: order.flatMap((name) => {
      const total = totals.get(name);
      return total === undefined ? [] : [{ name, ...total }];
    }),
    freeBytes: await freeBytes(folder),
  };
}

function partOf(name: string): Part {
  if (name.startsWith('sidelight.sqlite')) return 'database';
  return folders.find((folder) => folder === name) ?? 'other';
}

async function* sizesBelow(path: string, isFolder: boolean): AsyncGenerator<number> {
  if (!isFolder) {
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined) yield stats.size;
    return;
  }
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    yield* sizesBelow(join(path, entry.name), entry.isDirectory());
  }
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Some network drives do not answer; the number is a comfort, not a condition.
    return null;
  }
}
