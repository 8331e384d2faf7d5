/** Where the results of each model go. */
import { basename, dirname, extname, join } from 'node:path';

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
    const stem = `${basename(out, extension)}-${model.replaceAll(/[<>:"|?*]|[. ]+$/gu, '_')}`;
    let name = stem;
    // Without regard to case, as Windows and macOS compare names.
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem} ${n}`;
    taken.add(name.toLowerCase());
    return join(dirname(out), `${name}${extension}`);
  });
}
