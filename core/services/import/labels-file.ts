/**
 * The labels file: CSV with one of the columns path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, patientID, the column
 * `label`, and optionally `split`. Where `patientID` stands beside another of them, the other tells the image and this one whose it is.
 *
 * Files come from Excel in any country: a byte order mark, UTF-16, Windows-1252, semicolons and tabs are all read.
 */
import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '../../base/errors.ts';
import { type LabelProblem, type SplitName, splitNames, splitOfWord, splitWords } from '../../contract/index.ts';

/** Columns that can name what a row is about, the most specific first. */
export const keyColumns = ['path', 'sopInstanceUID', 'seriesInstanceUID', 'studyInstanceUID', 'patientID'] as const;
export type KeyColumn = (typeof keyColumns)[number];

export interface LabelRow {
  /** Line of the file; the header is row 1. */
  readonly row: number;
  readonly key: string;
  readonly label: string;
  readonly split: SplitName | null;
  /** Whose the image is, where `patientID` stands beside another column that names it. */
  readonly patientID: string | null;
}

export interface LabelsFile {
  readonly column: KeyColumn;
  readonly rows: readonly LabelRow[];
}

/**
 * Reads and checks a labels file; every problem of the file is in the one error.
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, LABELS_INVALID
 */
export async function readLabelsFile(path: string): Promise<LabelsFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new AppError(code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', `Labels file ${path}: ${code}.`, {
      cause: error,
    });
  }
  return parseLabels(decode(bytes));
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return new TextDecoder('windows-1252').decode(bytes);
    throw error;
  }
}

/**
 * The rows of a labels file's text.
 * @throws LABELS_INVALID listing every problem with its row
 */
export function parseLabels(text: string): LabelsFile {
  const [header, ...body] = readTable(text);
  const names = (header?.fields ?? []).map((name) => name.toLowerCase().replaceAll(/[\s_-]/g, ''));
  const indexOf = (name: string): number => names.indexOf(name.toLowerCase());
  const column = keyColumns.find((name) => indexOf(name) >= 0);
  const problems: LabelProblem[] = [];
  if (column === undefined)
    problems.push({ row: 1, message: `no column names the image; one of ${keyColumns.join(', ')} is needed` });
  if (indexOf('label') < 0) problems.push({ row: 1, message: 'there is no column "label"' });
  if (column === undefined || problems.length > 0) throw invalid(problems);
  if (body.length === 0) throw invalid([{ row: null, message: 'the file has a header but no rows' }]);
  const field = (fields: readonly string[], name: string): string => (fields[indexOf(name)] ?? '').trim();
  const rows = body.map(({ row, fields }): LabelRow => {
    const key = field(fields, column);
    const label = field(fields, 'label');
    const given = field(fields, 'split');
    const split = given === '' ? null : splitOfWord(given);
    if (fields.length !== names.length) {
      problems.push({ row, message: `${fields.length} fields where the header has ${names.length}` });
    }
    if (key === '') problems.push({ row, message: `${column} is empty` });
    if (label === '') problems.push({ row, message: 'label is empty' });
    if (given !== '' && split === null) {
      problems.push({
        row,
        message: `split "${given}" is none of ${splitNames.flatMap((name) => splitWords[name]).join(', ')}`,
      });
    }
    const patientID = column === 'patientID' ? null : field(fields, 'patientID') || null;
    return { row, key, label, split, patientID };
  });
  if (problems.length > 0) throw invalid(problems);
  return { column, rows };
}

function readTable(text: string): { row: number; fields: string[] }[] {
  const firstLine = text.slice(0, text.search(/\r|\n|$/));
  const delimiter = [';', '\t', ','].sort((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  try {
    const records = parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return records.map(({ record, info }) => ({ row: info.lines, fields: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw invalid([
      { row: typeof error['lines'] === 'number' ? error['lines'] : null, message: `not CSV: ${error.code}` },
    ]);
  }
}

/** One error for everything that is wrong with a labels file. */
export function invalid(problems: readonly LabelProblem[]): AppError {
  const shown = problems.slice(0, 20).map(({ row, message }) => (row === null ? message : `row ${row}: ${message}`));
  const more = problems.length > shown.length ? `; and ${problems.length - shown.length} more` : '';
  return new AppError(
    'LABELS_INVALID',
    `The labels file has ${problems.length} problem${problems.length === 1 ? '' : 's'}: ${shown.join('; ')}${more}.`,
    {
      details: { problems },
    },
  );
}
