/** Readers that a labels file names: they are readers of the library like those who label in it. */
import { addReader, listReaders, unnamedReader, type WriteDb } from '../../store/index.ts';

/** Names under which imports are filed: no reader's. */
const importNames: ReadonlySet<string> = new Set(['import', 'folder', 'folders']);

/**
 * Who gives a label, by the name in the file or null where it names nobody; readers that the library does not know are added. Call it inside
 * `blindingSeveral`, with what writes the labels: either may make several readers of one.
 * @param fallback who gives labels of rows that name nobody
 */
export function readersOfFile(
  db: WriteDb,
  entries: readonly { readonly reader: string | null }[],
  fallback: string,
  now: string,
): (name: string | null) => string {
  const keys = new Map<string, string>();
  const names = new Set(entries.flatMap(({ reader }) => (isReader(reader) ? [reader] : [])));
  if (names.size === 0) return () => fallback;
  // The first reader is who reads in the window until somebody says otherwise: that must be nobody of the file.
  if (listReaders(db).length === 0) addReader(db, unnamedReader, now);
  for (const { key, name } of listReaders(db)) {
    keys.set(name.toLowerCase(), key);
    keys.set(key.toLowerCase(), key);
  }
  for (const name of names) {
    if (keys.has(name.toLowerCase())) continue;
    addReader(db, name, now);
    keys.set(name.toLowerCase(), name);
  }
  return (name) => (isReader(name) ? (keys.get(name.toLowerCase()) ?? fallback) : fallback);
}

function isReader(name: string | null): name is string {
  return name !== null && !importNames.has(name.toLowerCase());
}

/** The reader whose label stands in the library under a name of a file, without adding one; for previews. */
export function knownReader(
  readers: readonly { readonly key: string; readonly name: string }[],
  name: string | null,
  fallback: string,
): string {
  if (!isReader(name)) return fallback;
  const wanted = name.toLowerCase();
  return readers.find((one) => one.key.toLowerCase() === wanted || one.name.toLowerCase() === wanted)?.key ?? name;
}
