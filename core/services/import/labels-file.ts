/**
 * The labels file: CSV with one of the columns path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, patientID, the column
 * `label`, and optionally `split`. A file may also give patients or splits alone. Where `patientID` stands beside another of them, the other tells the image and this one whose it is.
 * What else the columns may be called, and which encodings and separators are read, stands in core/contract/labels-file.ts.
 *
 * What concerns the whole file is refused with one error that names everything; what concerns a row is a problem of that row.
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { AppError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import {
  columnNames,
  columnOfName,
  isMissingValue,
  isOwnColumnName,
  type KeyColumn,
  type KeyKind,
  keyColumns,
  type LabelColumn,
  type LabelEncoding,
  type LabelProblem,
  type LabelSeparator,
  labelColumns,
  labelProblemLimit,
  type SplitName,
  splitNames,
  splitOfWord,
} from '../../contract/index.ts';
import { type Besides, besidesOf } from './besides.ts';
import { type OtherKind, otherKindOfColumns, otherKindOfLabels } from './label-kinds.ts';
import { type LabelTable, NotATable, readTable } from './label-table.ts';
import { decodeLabels, type LabelText } from './label-text.ts';
import { type FileColumn, withSplitWords } from './split-columns.ts';

export interface LabelRow {
  /** Line of the file; the header is row 1. */
  readonly row: number;
  readonly key: string;
  readonly label: string;
  readonly split: SplitName | null;
  /** Whose the image is, where `patientID` stands beside another column that names it. */
  readonly patientID: string | null;
  /** The finding or the quantity that the label is about; null for a class or a grade. */
  readonly question: string | null;
  /** Who says it, where the file names readers. */
  readonly reader: string | null;
  /** True where the row says nothing of the image but whose it is and in which part: its label is empty. */
  readonly isSilent?: true;
  /** What is looked for, one after the other, where that is not a cell of `column`; rows of one line share it. */
  readonly keys?: readonly RowKey[];
}

/** One way in which a row names what it is about. */
export interface RowKey {
  readonly kind: KeyKind;
  readonly text: string;
}

export type { FileColumn } from './split-columns.ts';

export interface LabelsFile {
  readonly column: KeyColumn;
  /** False for a file that gives patients or splits alone: the label of each of its rows is ''. */
  readonly hasLabels: boolean;
  /** Rows that can be used. */
  readonly rows: readonly LabelRow[];
  /** What the labels say that they are instead of one class each; whether that is refused depends on what the data set asks. */
  readonly otherKind: OtherKind | null;
  /** What is wrong with the others, in the order of the rows. */
  readonly problems: readonly LabelProblem[];
  readonly columns: readonly FileColumn[];
  readonly encoding: LabelEncoding;
  readonly separator: LabelSeparator;
  readonly emptyRows: number;
  /** Rows below the header that are not empty, whether they can be used or not. */
  readonly rowCount: number;
  /** What of its columns that are not used tells rows apart that contradict each other. */
  readonly besides: Besides;
}

/**
 * The text of a labels file.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; LABELS_INVALID where it is no text or its letters cannot be told
 */
export async function readLabelText(path: string): Promise<LabelText> {
  return decodeLabels(await readBytes(path));
}

/**
 * Reads a labels file by its own columns.
 * @throws as readLabelText; LABELS_INVALID where nothing of it can be used
 */
export async function readLabelsFile(path: string): Promise<LabelsFile> {
  const { text, encoding } = await readLabelText(path);
  return { ...parseLabels(text), encoding };
}

/**
 * The header and the cells of a labels file by line, for lists of rows that were refused.
 * @throws as readLabelsFile
 */
export async function readLabelCells(
  path: string,
): Promise<{ readonly header: readonly string[]; readonly cells: ReadonlyMap<number, readonly string[]> }> {
  const table = tableOf((await readLabelText(path)).text);
  return { header: table.header?.fields ?? [], cells: new Map(table.rows.map(({ row, fields }) => [row, fields])) };
}

/** A labels file is no larger unpacked; what is was made to fill the memory. */
const mostBytes = 2 ** 30;

async function readBytes(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
    throw new AppError(code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', `The labels file ${path} ${why}.`, {
      cause: error,
    });
  }
  // Sets publish their larger tables compressed.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new AppError('FILE_UNREADABLE', `Labels file ${path}: it is compressed and cannot be unpacked.`, {
      action: 'Unpack it with another program and name the file that comes out.',
      cause: error,
    });
  }
}

/**
 * What stands in a labels file's text.
 * @throws LABELS_INVALID where it has no header that is understood, no rows, or is another kind of file
 */
export function parseLabels(text: string): LabelsFile {
  const table = tableOf(text);
  const header = table.header?.fields ?? [];
  const columns = understandColumns(table);
  const problems = problemsOfHeader(columns, table);
  const column = keyColumns.find((name) => columns.some(({ meaning }) => meaning === name));
  if (column === undefined || problems.length > 0) {
    // Of findings nothing is missing but to say so, unless the image is not named.
    const other = hasNoLabel(columns) ? otherKindOfColumns(table) : null;
    const isFindings = other !== null && problems.some(({ message }) => message === other.message);
    const key = column === undefined ? ' Name the column of the image with --key-column.' : '';
    throw invalid(problems, isFindings ? `${other.next}${key}` : nameTheColumns);
  }
  if (table.rows.length === 0) throw invalid([{ row: null, message: 'the file has a header but no rows' }]);
  const hasLabels = columns.some(({ meaning }) => meaning === 'label');
  const indexOf = (name: LabelColumn): number => columns.findIndex(({ meaning }) => meaning === name);
  const field = (fields: readonly string[], name: LabelColumn): string => fields[indexOf(name)] ?? '';
  const rows: LabelRow[] = [];
  const ofRows: LabelProblem[] = [];
  const strangeRows = Map.groupBy(table.problems, (problem) => problem.row);
  for (const { row, fields } of table.rows) {
    const key = field(fields, column);
    const label = field(fields, 'label');
    const given = field(fields, 'split');
    const split = given === '' ? null : splitOfWord(given);
    const found: string[] = [];
    if (fields.length !== header.length) found.push(`${fields.length} fields where the header has ${header.length}`);
    else {
      if (key === '') found.push(`${column} is empty`);
      if (label === '' && hasLabels) found.push('label is empty');
      if (given !== '' && split === null)
        found.push(`split "${given}" is none of ${splitNames.join(', ')}; write one of these`);
    }
    ofRows.push(...found.map((message) => ({ row, message })));
    const strange = strangeRows.get(row) ?? [];
    ofRows.push(...strange);
    const patientID = column === 'patientID' ? null : field(fields, 'patientID') || null;
    const damaged = patientID === null ? null : damageOf(patientID);
    if (damaged !== null) ofRows.push({ row, message: `patientID ${redact(patientID ?? '')} ${damaged}` });
    const reader = named(field(fields, 'reader'));
    if (found.length + strange.length === 0 && damaged === null)
      rows.push({ row, key, label, split, patientID, question: null, reader });
  }
  // One key names the rows; another that stands beside it is not looked at, unless it says whose the image is.
  const used = columns.map((one) =>
    isKey(one.meaning) && one.meaning !== column && one.meaning !== 'patientID'
      ? { ...one, meaning: null, why: 'other-key' as const }
      : one,
  );
  return {
    column,
    hasLabels,
    rows,
    otherKind: otherKindOfLabels(rows),
    problems: ofRows,
    columns: used,
    besides: besidesOf(table, used),
    encoding: 'utf-8',
    separator: table.separator,
    emptyRows: table.emptyRows,
    rowCount: table.rows.length,
  };
}

/** A name in a cell; null where there is none, which programs may write as NaN. */
export function named(cell: string): string | null {
  return cell === '' || isMissingValue(cell) ? null : cell;
}

function hasNoLabel(columns: readonly FileColumn[]): boolean {
  return !columns.some(({ meaning }) => meaning === 'label');
}

function isKey(meaning: LabelColumn | null): meaning is KeyColumn {
  return meaning !== null && (keyColumns as readonly string[]).includes(meaning);
}

/**
 * The table in the text of a labels file.
 * @throws LABELS_INVALID where there is none
 */
export function tableOf(text: string): LabelTable {
  try {
    return readTable(text);
  } catch (error) {
    if (error instanceof NotATable) throw invalid([error.problem]);
    throw error;
  }
}

function understandColumns({ header, rows }: LabelTable): FileColumn[] {
  const byName = (header?.fields ?? []).map((name, at): FileColumn => {
    const meaning = columnOfName(name);
    if (meaning === null) return { name, meaning, why: 'unknown' };
    // "set" may be the set of images or the part of it: the words in it tell.
    const isSplit =
      meaning !== 'split' || isOwnColumnName(name) || rows.some(({ fields }) => splitOfWord(fields[at] ?? '') !== null);
    return isSplit ? { name, meaning, why: null } : { name, meaning: null, why: 'other-words' };
  });
  return withSplitWords(byName, rows);
}

function problemsOfHeader(columns: readonly FileColumn[], table: LabelTable): LabelProblem[] {
  const row = table.header?.row ?? 1;
  const problems: LabelProblem[] = [];
  const there = columns.map(({ name }) => `"${name}"`).join(', ');
  for (const meaning of labelColumns) {
    const same = columns.filter((one) => one.meaning === meaning);
    if (same.length < 2) continue;
    const names = same.map(({ name }) => `"${name}"`).join(' and ');
    problems.push({ row, message: `the columns ${names} both mean ${meaning}; rename the one that is not meant` });
  }
  const better = columns.some(({ meaning }) => meaning !== null) ? null : headerBelow(table);
  if (better !== null)
    return [{ row: better, message: 'looks like the header, and other rows stand above it; take those away' }];
  if (isWithoutHeader(table)) return [noHeader(table)];
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && /[,;\t| ]/.test(only.name)) {
    const understood = only.name.split(/[,;\t| ]+/).filter((name) => columnOfName(name) !== null);
    if (understood.length > 1) {
      const message = `the whole header stands in one cell ("${only.name}"): save the file again with comma, semicolon or tab between the columns, and without quotation marks around whole rows`;
      return [{ row, message }];
    }
  }
  if (!columns.some(({ meaning }) => isKey(meaning))) {
    problems.push({
      row,
      message: `no column names the image; one of ${keyColumns.join(', ')} is needed${there === '' ? '' : `, and the columns are ${there}`}`,
    });
  }
  if (hasNoLabel(columns)) {
    const other = otherKindOfColumns(table);
    const names = columnNames.label.map((name) => `"${name}"`).join(', ');
    // A file of findings has its labels elsewhere. One of patients or splits alone needs none; one that names no image is no such file.
    const isFindings = other !== null && (other.columns.length > 1 || !givesMore(columns));
    if (isFindings) problems.push({ row, message: other.message });
    else if (problems.length > 0 || !givesMore(columns))
      problems.push({ row, message: `there is no column "label" (or ${names.replace('"label", ', '')})` });
  }
  return problems;
}

/** Rows in which a header is looked for below a title or a comment. */
const rowsAboveHeader = 20;

function headerBelow({ rows }: LabelTable): number | null {
  const found = rows.slice(0, rowsAboveHeader).find(({ fields }) => {
    const meanings = fields.map(columnOfName);
    return meanings.some(isKey) && meanings.includes('label');
  });
  return found?.row ?? null;
}

/**
 * Refuses a file whose first row is none of names, where columns are to be named by it.
 * @throws LABELS_INVALID
 */
export function refuseWithoutHeader(table: LabelTable): void {
  if (isWithoutHeader(table)) throw invalid([noHeader(table)], nameTheColumns);
}

function noHeader({ header }: LabelTable): LabelProblem {
  const message = 'looks like a row of the table: the file has no row with the names of its columns';
  return { row: header?.row ?? 1, message };
}

/** A cell that names an image or a folder, or is a UID: no column is called so. */
const placeOrUid = /[\\/].*[\\/]|\.(?:dcm|dicom|png|jpe?g|tiff?|nii|bmp)$|^\d+(?:\.\d+){4,}$/i;

/**
 * Whether the first row is one of labels, as published lists without a header have it: it names an image as the rows below do.
 * Taken for names of columns it would be one image less, without a word.
 */
function isWithoutHeader({ header, rows }: LabelTable): boolean {
  const cells = header?.fields ?? [];
  if (cells.some((cell) => columnOfName(cell) !== null)) return false;
  const below = (at: number, test: (cell: string) => boolean): boolean =>
    rows.length > 0 && rows.every(({ fields }) => test(fields[at] ?? ''));
  return cells.some((cell, at) => placeOrUid.test(cell) && below(at, (other) => placeOrUid.test(other)));
}

/** `03-Jan` and `4. Mrz`, as a spreadsheet shows what it took for a date. `01-MAR-0012` is the number that a site called MAR gave. */
const monthName =
  /^\d{1,2}[-.] ?(?:[Jj]an|[Ff]eb|[Mm][aä]r|[Mm]rz|[Aa]pr|[Mm]a[iy]|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo][ck]t|[Nn]ov|[Dd]e[cz])\.?(?:[- ](?:\d{2}|(?:19|20)\d{2}))?$/;
/** Where people write that they do not know whose an image is. "NA" may be initials, and "0" an ID. */
const nobody =
  /^(?:n\/a|n\.\s?a\.|not (?:available|known|applicable)|unknown|missing|none|unbekannt|fehlt|k\.\s?a\.|keine angabe|inconnue?|desconocid[oa]|sconosciut[oa]|[-–?.*_]+)$/i;

/** What a spreadsheet or a program did to an ID, so that it may be another's; null for an ID that may be right. */
export function damageOf(patientID: string): string | null {
  if (/^\d(?:[.,]\d+)?E\+\d{2,3}$/i.test(patientID))
    return 'is a number that a spreadsheet has rounded: several patients may have become one; make the file again with that column as text';
  if (/^\d+[.,]0+$/.test(patientID))
    return 'is a number with decimals, as programs write IDs of a column with empty cells; write the IDs as text, without them';
  if (monthName.test(patientID))
    return 'is a date, as spreadsheets make it of "1-2" or "3/4": two patients may have become one; make the file again with that column as text';
  // Everybody whose ID is missing would be one person, and apart from their other images.
  if (isMissingValue(patientID) || nobody.test(patientID))
    return 'is what programs write where a value is missing; leave the cell empty';
  return null;
}

/** What helps where the first row is not what it should be. */
const nameTheColumns =
  'Put the names of the columns into the first row, above the others, for example path,label or patientID,label,split, and import again. Which other names are understood: docs/labels-files.md.';

/** Whether a file without labels says something of its images: whose they are, or their part. */
function givesMore(columns: readonly FileColumn[]): boolean {
  const has = (meaning: LabelColumn): boolean => columns.some((one) => one.meaning === meaning);
  const keys = columns.filter(({ meaning }) => isKey(meaning));
  return has('split') || (has('patientID') && keys.length > 1);
}

/** One error for everything that is wrong with a labels file. */
export function invalid(problems: readonly LabelProblem[], action?: string): AppError {
  const shown = problems.slice(0, 20).map(({ row, message }) => (row === null ? message : `row ${row}: ${message}`));
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : '';
  return new AppError(
    'LABELS_INVALID',
    `The labels file has ${problems.length} problem${problems.length === 1 ? '' : 's'}: ${`${shown.join('; ')}${more}`.replace(/\.$/, '')}.`,
    {
      ...(action === undefined ? {} : { action }),
      details: { problems: problems.slice(0, labelProblemLimit), count: problems.length },
    },
  );
}
