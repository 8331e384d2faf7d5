/** What a row says by each way in which labels stand in files: which finding has which value, or which class it is. */
import { blankWord, type FindingMeaning, findingMeanings, isMissingValue } from '../../../contract/index.ts';
import type { LabelTable, LabelTableRow } from '../label-table.ts';
import { type Columns, plainWord } from './cells.ts';
import type { LabelSource } from './profile.ts';

/** A label of a row, and which finding or quantity it is about; that is null for a class. */
export interface RowLabel {
  readonly question: string | null;
  readonly label: string;
}

/**
 * What a row says, or why it cannot be read. No labels where nothing is known. `isAgainstNone` is true where the row names a finding as present
 * and says that there is none.
 */
export type SaidByRow =
  | { readonly labels: readonly RowLabel[]; readonly isAgainstNone?: boolean }
  | { readonly problem: string };

export interface LabelReader {
  /** The findings that there can be, in their order; null where labels are no findings. */
  readonly findings: readonly string[] | null;
  /** What the file calls it that nothing was found; null where it has no word for it. */
  readonly none: string | null;
  readonly of: (row: LabelTableRow) => SaidByRow;
}

type Source<From extends LabelSource['from']> = Extract<LabelSource, { from: From }>;

const readers: { readonly [From in LabelSource['from']]: (s: Source<From>, c: Columns, t: LabelTable) => LabelReader } =
  { columns: ofColumns, list: ofLists, rows: ofRows, column: ofColumn, 'one-hot': ofOneHot, numbers: ofNumbers };

/** How rows of a table are read; findings are those of the whole table. */
export function labelReader(source: LabelSource, columns: Columns, table: LabelTable): LabelReader {
  // The table is keyed by what stands in `from`, which the compiler does not follow through a union.
  const read = readers[source.from] as (s: LabelSource, c: Columns, t: LabelTable) => LabelReader;
  return read(source, columns, table);
}

/** The columns that a source needs. */
export function columnsOfSource(source: LabelSource): readonly string[] {
  return 'columns' in source ? source.columns : [source.column];
}

function meaningOf(cell: string, words: ReadonlyMap<string, FindingMeaning>): FindingMeaning | undefined {
  // Most cells hold a word as it was named.
  const known =
    words.get(cell === '' ? blankWord : cell) ?? words.get(cell.trim() === '' ? blankWord : plainWord(cell));
  // Programs write NaN where a cell was empty.
  return known ?? (isMissingValue(cell.trim()) ? words.get(blankWord) : undefined);
}

function plainWords(words: Readonly<Record<string, FindingMeaning>>): ReadonlyMap<string, FindingMeaning> {
  return new Map(Object.entries(words).map(([word, meaning]) => [plainWord(word), meaning]));
}

function noWord(column: string, cell: string, words: Readonly<Record<string, string>>): string {
  // Words that look like numbers come first in an object, whatever they mean.
  const order: readonly string[] = findingMeanings;
  const known = Object.entries(words)
    .sort(([, a], [, b]) => order.indexOf(a) - order.indexOf(b))
    .map(([word, meaning]) => (word === meaning ? word : `${word} (${meaning})`));
  const shown = cell.trim() === '' ? 'an empty cell' : `"${short(cell)}"`;
  return `column "${column}" has ${shown}, which is none of ${known.join(', ')}`;
}

function short(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 60)}…` : cell;
}

function ofColumns({ columns: names, words, none }: Source<'columns'>, columns: Columns): LabelReader {
  const meanings = plainWords(words);
  return {
    findings: names,
    none: none?.column ?? null,
    of: (row) => {
      const isNone = none !== undefined && plainWord(columns.cell(row, none.column) ?? '') === plainWord(none.word);
      const labels: RowLabel[] = [];
      for (const name of names) {
        const cell = columns.cell(row, name) ?? '';
        const meaning = meaningOf(cell, meanings);
        if (meaning === undefined) return { problem: noWord(name, cell, words) };
        const isAbsent = meaning === 'unknown' && isNone && !none.except.includes(name);
        if (isAbsent) labels.push({ question: name, label: 'absent' });
        else if (meaning !== 'unknown') labels.push({ question: name, label: meaning });
      }
      const found = labels.filter(({ label }) => label === 'present');
      const isAgainstNone = isNone && found.some(({ question }) => !none.except.includes(question ?? ''));
      return { labels, isAgainstNone };
    },
  };
}

/** The words of a cell: between separators, or the strings of a list as Python writes it. Null where it is no such list. */
function wordsOfList(cell: string, separator: string): string[] | null {
  const text = cell.trim();
  if (text === '' || isMissingValue(text)) return [];
  if (separator !== 'python') return text.split(separator).flatMap((word) => word.trim() || []);
  if (!/^\[.*\]$/s.test(text)) return null;
  return [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].flatMap(
    ([, single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1').trim() || [],
  );
}

function ofLists({ column, separator, none, open, findings }: Source<'list'>, columns: Columns, table: LabelTable) {
  const plain = (words: readonly string[]): ReadonlySet<string> => new Set(words.map(plainWord));
  const [isNone, isOpen] = [plain(none), plain(open)];
  const names = new Map((findings ?? []).map((name) => [plainWord(name), name]));
  if (findings === undefined) {
    for (const row of table.rows) {
      for (const word of wordsOfList(columns.cell(row, column) ?? '', separator) ?? []) {
        const key = plainWord(word);
        if (!isNone.has(key) && !isOpen.has(key) && !names.has(key)) names.set(key, word);
      }
    }
  }
  const known = [...names.keys()];
  const of = (row: LabelTableRow): SaidByRow => {
    const cell = columns.cell(row, column) ?? '';
    const words = wordsOfList(cell, separator);
    if (words === null) return { problem: `column "${column}" has "${short(cell)}", which is no list like ['a', 'b']` };
    // An empty list is an image of which nothing was said.
    if (words.length === 0) return { labels: [] };
    const said = plain(words);
    const strange = words.find((word) => {
      const key = plainWord(word);
      return !names.has(key) && !isNone.has(key) && !isOpen.has(key);
    });
    if (strange !== undefined) {
      const all = [...none, ...names.values()].join(', ');
      return { problem: `column "${column}" names "${short(strange)}", which is none of ${all}` };
    }
    const isOpenRow = [...said].some((word) => isOpen.has(word));
    return {
      isAgainstNone: [...said].some((word) => isNone.has(word)) && known.some((key) => said.has(key)),
      labels: known.flatMap((key): RowLabel[] => {
        const question = names.get(key) ?? key;
        if (said.has(key)) return [{ question, label: 'present' }];
        return isOpenRow ? [] : [{ question, label: 'absent' }];
      }),
    };
  };
  return { findings: [...names.values()], none: none[0] ?? null, of };
}

function ofRows({ finding, column, words }: Source<'rows'>, columns: Columns, table: LabelTable): LabelReader {
  const meanings = plainWords(words);
  const found = new Set(table.rows.flatMap((row) => columns.fill(finding, row) ?? []));
  return {
    findings: [...found].sort(),
    none: null,
    of: (row) => {
      const question = columns.fill(finding, row);
      if (question === null) return { problem: `the row names no finding (${finding})` };
      const cell = columns.cell(row, column) ?? '';
      const meaning = meaningOf(cell, meanings);
      if (meaning === undefined) return { problem: noWord(column, cell, words) };
      return { labels: meaning === 'unknown' ? [] : [{ question, label: meaning }] };
    },
  };
}

function ofColumn({ column, words, order, without }: Source<'column'>, columns: Columns): LabelReader {
  const given = words === undefined ? order?.map((name) => [name, name] as const) : Object.entries(words);
  const names = given === undefined ? null : new Map(given.map(([word, name]) => [plainWord(word), name]));
  const nothing = new Set(without.map(plainWord));
  return {
    findings: null,
    none: null,
    of: (row) => {
      const cell = columns.cell(row, column) ?? '';
      if (nothing.has(plainWord(cell)) || (nothing.has('') && isMissingValue(cell.trim()))) return { labels: [] };
      if (names === null)
        return cell === '' ? { problem: `${column} is empty` } : { labels: [{ question: null, label: cell }] };
      const label = names.get(plainWord(cell));
      if (label !== undefined) return { labels: [{ question: null, label }] };
      return { problem: noWord(column, cell, Object.fromEntries(given ?? [])) };
    },
  };
}

function ofOneHot({ columns: names }: Source<'one-hot'>, columns: Columns): LabelReader {
  return {
    findings: null,
    none: null,
    of: (row) => {
      const cells = names.map((name) => plainWord(columns.cell(row, name) ?? ''));
      const strange = cells.findIndex((cell) => cell !== '0' && cell !== '1');
      if (strange >= 0)
        return { problem: noWord(names[strange] ?? '', cells[strange] ?? '', { '1': 'it is', '0': 'it is not' }) };
      const ones = names.filter((_, at) => cells[at] === '1');
      const [label] = ones;
      if (label === undefined || ones.length > 1) {
        const found = ones.length === 0 ? 'none' : ones.map((name) => `"${name}"`).join(' and ');
        return { problem: `one of ${names.map((name) => `"${name}"`).join(', ')} has to be 1, and ${found} is` };
      }
      return { labels: [{ question: null, label }] };
    },
  };
}

/** A number that is one by the point and another by the comma. */
const isDoubtful = /,|^[-+]?[1-9]\d{0,2}(?:\.\d{3})+$/;

/** How numbers of a column have their decimals: German and French spreadsheets write 1,5, and 1.234 beside it may be a thousand. */
function decimalsOf(cells: readonly string[]): 'point' | 'comma' | 'mixed' {
  if (areThousands(cells)) return 'mixed';
  const withComma = cells.filter((cell) => /^[-−+]?[\d.,]*,[\d.,]+$/.test(cell));
  // 1,234 alone is a thousand in English files and a bit more than one in German ones.
  if (withComma.every((cell) => /^[-−+]?[1-9]\d{0,2},\d{3}$/.test(cell)))
    return withComma.length === 0 ? 'point' : 'mixed';
  return cells.some((cell) => cell.includes('.')) ? 'mixed' : 'comma';
}

/** Three digits behind every point beside numbers without one: German spreadsheets write 950 and 1.234 so, and programs hardly ever decimals. */
function areThousands(cells: readonly string[]): boolean {
  const withPoint = cells.filter((cell) => cell.includes('.'));
  const isWhole = (cell: string): boolean => /^[-−+]?[1-9]\d*$/.test(cell);
  return withPoint.length > 0 && withPoint.every((cell) => isDoubtful.test(cell)) && cells.some(isWhole);
}

function ofNumbers({ columns: names }: Source<'numbers'>, columns: Columns, table: LabelTable): LabelReader {
  const cellOf = (row: LabelTableRow, name: string): string => (columns.cell(row, name) ?? '').trim();
  const decimals = new Map(
    names.map((name) => [name, decimalsOf(table.rows.map((row) => cellOf(row, name)))] as const),
  );
  const numberOf = (cell: string, name: string): string => {
    const text = cell.replace('−', '-');
    return decimals.get(name) === 'comma' ? text.replace(',', '.') : text;
  };
  return {
    findings: names,
    none: null,
    of: (row) => {
      const labels = names.flatMap((question): RowLabel[] => {
        const cell = cellOf(row, question);
        return cell === '' || isMissingValue(cell) ? [] : [{ question, label: numberOf(cell, question) }];
      });
      const strange = labels.find(({ label }) => !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(label));
      const mixed = labels.find(
        ({ question, label }) => decimals.get(question ?? '') === 'mixed' && isDoubtful.test(label),
      );
      if (mixed !== undefined) {
        const why =
          'which may be a decimal or a thousand: the column has commas and points, or three digits behind each of them';
        return {
          problem: `column "${mixed.question}" has "${short(mixed.label)}", ${why}; write thousands without a mark, and decimals with a point and other than three digits`,
        };
      }
      if (strange === undefined) return { labels };
      const shown = short(strange.label);
      const unit = /^[-+]?\d+(?:[.,]\d+)?\s*\D+$/.test(strange.label) ? '; leave the unit out' : '';
      return { problem: `column "${strange.question}" has "${shown}", which is no number${unit}` };
    },
  };
}
