/** Where the results of each model go. */
import { basename, dirname, extname, join } from 'node:path';
import { fileNamePart } from '../../base/file-name.ts';

/**
 * One file a model: `out` itself for one, and "results-NAME.csv" beside it for several, as each has columns of its own. What a file's name cannot have on
 * some system becomes "_", and names that become equal are numbered. No files where `out` is undefined.
 */
export function resultsFiles(out: string | undefined, models: readonly string[]): readonly string[] {
  if (out === undefined) return [];
  if (models.length === 1) return [out];
  const extension = extname(out);
  const taken = new Set<string>();
  return models.map((model) => {
    const stem = `${basename(out, extension)}-${fileNamePart(model)}`;
    let name = stem;
    for (let n = 2; taken.has(asCompared(name)); n++) name = `${stem} ${n}`;
    taken.add(asCompared(name));
    return join(dirname(out), `${name}${extension}`);
  });
}

/** Without regard to case and to how a letter is composed, as Windows and macOS compare names. */
const asCompared = (name: string): string => name.normalize('NFC').toLowerCase();
