/**
 * The rows and cells of a labels file's text, as spreadsheets leave them: a first line `sep=;`, rows of separators below the table,
 * separators behind the last column, cells written `="00017"` so that zeros stay, line ends of three kinds.
 */
import { CsvError, type Info, parse } from 'csv-parse/sync';
import { textOfSpreadsheet } from '../../base/spreadsheet-text.ts';
import { columnOfName, type LabelProblem, type LabelSeparator, labelSeparators } from '../../contract/index.ts';

export interface LabelTableRow {
  /** Line of the file on which the row ends. */
  readonly row: number;
  readonly fields: readonly string[];
}

export interface LabelTable {
  readonly separator: LabelSeparator;
  readonly header: LabelTableRow | null;
  readonly rows: readonly LabelTableRow[];
  /** Rows without anything in them, which are passed over. */
  readonly emptyRows: number;
  /** Cells that are not what a table has; their rows are among `rows`. */
  readonly problems: readonly LabelProblem[];
}

/** A file that ends inside quotation marks has no rows that can be trusted. */
export class NotATable extends Error {
  override readonly name = 'NotATable';
  readonly problem: LabelProblem;

  constructor(problem: LabelProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * The table in `text`. Rows keep the line that they have in the file.
 * @throws NotATable
 */
export function readTable(text: string): LabelTable {
  // CR alone, LF and CRLF, also mixed: csv-parse goes by the first that it sees.
  const all = text.replaceAll(/\r\n?/g, '\n');
  // DOS ends a text with Ctrl-Z.
  const lines = all.trimEnd().endsWith('\u001a') ? all.trimEnd().slice(0, -1) : all;
  // Saved again by a program that does not know it, the line is a row: in quotation marks, or with separators behind it.
  const announced = /^\ufeff?"?sep=(.)"?[,;\t|]*\n/i.exec(lines);
  const above = announced === null ? 0 : 1;
  const body = announced === null ? lines : lines.slice(announced[0].length);
  const separator = labelSeparators.find((one) => one === announced?.[1]) ?? findSeparator(body);
  const problems: LabelProblem[] = [];
  const rows: LabelTableRow[] = [];
  let emptyRows = 0;
  for (const { fields, row, stray } of parseRows(body, separator)) {
    const line = row + above;
    if (fields.every((field) => field === '')) emptyRows += 1;
    else {
      rows.push({ row: line, fields });
      if (stray !== null) problems.push({ row: line, message: stray });
    }
  }
  const [header = null, ...rest] = rows;
  const width = header === null ? 0 : widthOf(header.fields);
  return {
    separator,
    header: header === null ? null : { ...header, fields: header.fields.slice(0, width) },
    rows: rest.map(({ row, fields }) => ({ row, fields: trimmed(fields, width) })),
    emptyRows,
    problems,
  };
}

/** The separator under which the header holds the most columns that are understood; of equals the one that makes more columns. */
function findSeparator(text: string): LabelSeparator {
  const scored = labelSeparators.map((separator) => {
    const header = firstRow(text, separator);
    return {
      separator,
      understood: header.filter((name) => columnOfName(name) !== null).length,
      columns: header.length,
    };
  });
  scored.sort((a, b) => b.understood - a.understood || b.columns - a.columns);
  return scored[0]?.separator ?? ',';
}

function firstRow(text: string, separator: LabelSeparator): readonly string[] {
  try {
    for (const { fields } of parseRows(text, separator, 50)) if (fields.some((field) => field !== '')) return fields;
  } catch (error) {
    if (!(error instanceof NotATable)) throw error;
  }
  return [];
}

interface ParsedRow extends LabelTableRow {
  /** What a quotation mark does where none may be; null where there is none. */
  readonly stray: string | null;
}

function parseRows(text: string, separator: LabelSeparator, to = -1): ParsedRow[] {
  const strays = new Map<number, string>();
  /** Cells that begin with a quotation mark and hold a line break, by their record. */
  const suspects = new Map<number, string[]>();
  try {
    const options = {
      bom: true,
      delimiter: separator,
      relax_column_count: true,
      // `="00017"` is a quotation mark inside a cell; every other one is found below.
      relax_quotes: true,
      skip_empty_lines: true,
      ...(to < 0 ? {} : { to }),
    };
    const records = parse(text, {
      ...options,
      info: true,
      cast: (value: string, { quoting, records: at }) => {
        if (!quoting && /"/.test(value) && !formula.test(value.trim())) strays.set(at, inside);
        if (quoting && value.startsWith('"') && value.includes('\n'))
          suspects.set(at, [...(suspects.get(at) ?? []), value]);
        return cell(value);
      },
    }) as unknown as { record: string[]; info: Info }[];
    if (suspects.size > 0) {
      const raws = parse(text, { ...options, raw: true }) as unknown as { raw: string }[];
      for (const [at, values] of suspects)
        if (!values.every((value) => raws[at]?.raw.includes(quoted(value)))) strays.set(at, swallows);
    }
    return records.map(({ record, info }, at) => ({ row: info.lines, fields: record, stray: strays.get(at) ?? null }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = error['lines'];
    throw new NotATable({
      row: typeof line === 'number' ? line : null,
      message:
        error.code === 'CSV_QUOTE_NOT_CLOSED'
          ? 'a quotation mark is opened and never closed'
          : `not CSV: ${error.code}`,
    });
  }
}

/**
 * A cell as it stands in a file that quotes it as it should be. One whose marks do not fit keeps the first of them, and swallows lines up to
 * one that does: what is read of it does not stand in the file so.
 */
function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

const inside = 'a quotation mark stands inside a cell that does not begin with one';
const swallows =
  'a cell begins with a quotation mark in a line above, and what ends it stands inside a cell of this line: the lines between have become one row';

/** `="00017"`, with which people keep the zeros of a number in Excel. */
const formula = /^="((?:[^"]|"")*)"$/;

/** Signs without a width around a cell, which come with text copied from web pages. */
const unseen =
  /^[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+|[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+$/gu;

/** What a cell says: without blanks around it, composed, and without the formula or the apostrophe that only keeps it as it is. */
function cell(value: string): string {
  const text = value.replaceAll(unseen, '');
  const kept = formula.exec(text)?.[1];
  if (kept !== undefined) return kept.replaceAll('""', '"').trim().normalize('NFC');
  return textOfSpreadsheet(text).normalize('NFC');
}

function widthOf(fields: readonly string[]): number {
  return fields.findLastIndex((field) => field !== '') + 1;
}

/** A row without empty cells beyond the header's last name. */
function trimmed(fields: readonly string[], width: number): readonly string[] {
  return fields.slice(0, Math.max(Math.min(width, fields.length), widthOf(fields)));
}
