/**
 * Columns that hold words for training, validation and test under a name that does not say so ("fold", "group", "Datensatz").
 *
 * Who has an official split and trains without it reports figures that nobody can compare, and never learns of it. Where every cell is such
 * a word the column is the split; where only some are, it is not used and that is said with its words.
 */
import { asksForSplit, type LabelColumn, mentionsSplit, splitOfWord } from '../../contract/index.ts';
import type { LabelTableRow } from './label-table.ts';

/** A column of the file and what it was taken for; `why` says why it is not used. */
export interface FileColumn {
  readonly name: string;
  readonly meaning: LabelColumn | null;
  readonly why: 'unknown' | 'other-key' | 'other-words' | 'split-words' | null;
  /** Of `split-words`, the words that speak of training, validation or test: the column may be a split that nobody asked for by its name. */
  readonly words?: string[];
}

/** Words of a column that are shown. */
const shownWords = 6;
/** So many different cells and more are a text or an identifier, whatever single ones of them say. */
const manyWords = 30;
const flags: ReadonlySet<string> = new Set([
  '0',
  '1',
  '0.0',
  '1.0',
  'true',
  'false',
  'yes',
  'no',
  'y',
  'n',
  'x',
  'ja',
  'nein',
  'oui',
  'non',
]);

/** The columns with what their words say of splits. */
export function withSplitWords(columns: readonly FileColumn[], rows: readonly LabelTableRow[]): FileColumn[] {
  const cells = columns.map(({ meaning, why }, at) =>
    meaning === null && why !== 'other-key' ? distinctCells(rows, at) : null,
  );
  const clear = columns.some(({ meaning }) => meaning === 'split')
    ? []
    : cells.flatMap((words, at) => (words !== null && isSplit(words) ? [at] : []));
  return columns.map((column, at): FileColumn => {
    const words = cells[at] ?? null;
    if (words === null) return column;
    if (clear.length === 1 && clear[0] === at) return { ...column, meaning: 'split', why: null };
    const said = wordsOfSplit(column.name, words);
    return said.length === 0 ? column : { ...column, why: 'split-words', words: said.slice(0, shownWords) };
  });
}

/** The different cells of a column that are not empty; null where they are too many for the names of parts. */
function distinctCells(rows: readonly LabelTableRow[], at: number): ReadonlySet<string> | null {
  const found = new Set<string>();
  for (const { fields } of rows) {
    const cell = fields[at] ?? '';
    if (cell !== '') found.add(cell);
    if (found.size > manyWords) return null;
  }
  return found;
}

/** Every cell is a word of a part, and training is one of two parts at least. */
function isSplit(words: ReadonlySet<string>): boolean {
  const parts = new Set([...words].map(splitOfWord));
  return parts.size > 1 && parts.has('train') && !parts.has(null);
}

function wordsOfSplit(name: string, words: ReadonlySet<string>): string[] {
  const said = [...words].filter(mentionsSplit);
  if (said.length > 0) return said;
  const isFlag = words.size > 0 && [...words].every((word) => flags.has(word.toLowerCase()));
  return isFlag && asksForSplit(name) ? [...words] : [];
}
