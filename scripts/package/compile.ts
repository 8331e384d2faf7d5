/**
 * Our TypeScript as JavaScript for a package: types become blanks, so lines and columns stay as they are in the source, and
 * relative names of our own files end in `.js`. Every file of ours that another one starts or reads is named by such a
 * relative name (`new URL('./decode-worker.ts', import.meta.url)`), so one rule covers imports, workers and processes.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** The JavaScript of one file of ours. */
export function compileFile(source: string): string {
  return stripTypeScriptTypes(source, { mode: 'strip' }).replace(
    /(['"`])(\.{1,2}\/[^'"`\n]*)\.ts\1/g,
    (_, quote: string, name: string) => `${quote}${name}.js${quote}`,
  );
}

/** Compiles every `.ts` file of a folder into `out`, keeping paths relative to `root`. Gives how many. */
export function compileFolder(root: string, folder: string, out: string): number {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'),
  );
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const target = join(out, relative(root, path).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compileFile(readFileSync(path, 'utf8')));
  }
  return files.length;
}
