/** CSV as every file of ours is written: for a spreadsheet that is opened with a double click, and for whatever reads it back. */
import { stringify } from 'csv-stringify/sync';
import { spreadsheetText } from '../../base/spreadsheet-text.ts';

/**
 * The CSV text of `rows`, header first: commas, LF, UTF-8. The byte order mark keeps letters whole in Excel, which otherwise reads the code page of its
 * Windows; readers of tables (pandas, readr, data.table, Polars) take it off, and which ask for it to be named docs/library.md says. Names come from files
 * of strangers: text that a spreadsheet would run as a formula gets an apostrophe.
 */
export function csvText(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? spreadsheetText(cell) : cell)));
  return stringify(cells, { bom: true });
}
