/**
 * Text as a cell of a table that a spreadsheet opens and that is read back here. A spreadsheet runs what begins with a sign of a formula, and
 * names come from files of strangers; an apostrophe before it keeps it text. Numbers and signs alone (`-1`, `+`, `--`), which labels often are,
 * are no formulas and stay as they are, so that other programs read them.
 */

const formulaSign = /^'*[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/u;
const plain = /^[+-]+$|^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?$/iu;

/** `text` as it is written: with an apostrophe where a spreadsheet would run it. */
export function spreadsheetText(text: string): string {
  return formulaSign.test(text) && !plain.test(text) ? `'${text}` : text;
}

/** What such a cell says: without the apostrophe that keeps a formula text, or the zeros of a number. */
export function textOfSpreadsheet(cell: string): string {
  return /^'\d+$/u.test(cell) || (cell.startsWith("'") && formulaSign.test(cell)) ? cell.slice(1) : cell;
}
