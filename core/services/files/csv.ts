/** CSV as every file of ours is written: for programs that read it, and for a spreadsheet. */
import { stringify } from 'csv-stringify/sync';
import { spreadsheetText } from '../../base/spreadsheet-text.ts';

type Rows = readonly (readonly (string | number | null | undefined)[])[];

/**
 * The CSV text of `rows`, header first: commas, LF, UTF-8. Names come from files of strangers: text that a spreadsheet would run as a formula gets an
 * apostrophe. There is no byte order mark: Python's csv, R's read.csv and awk would take it for a part of the first column's name.
 */
export function csvText(rows: Rows): string {
  return stringify(rows.map((row) => row.map((cell) => (typeof cell === 'string' ? spreadsheetText(cell) : cell))));
}

/**
 * The same for tables that people change in Excel and hand back: a byte order mark before it, without which Excel reads a file that is opened by a
 * double click in the code page of its Windows, and saves *ä* as two other letters.
 */
export function markedCsvText(rows: Rows): string {
  return `\uFEFF${csvText(rows)}`;
}
