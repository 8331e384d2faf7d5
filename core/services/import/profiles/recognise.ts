/** Which profile a labels file is one of, by its header and by what its first rows look like. */
import type { LabelTable, LabelTableRow } from '../label-table.ts';
import { Columns } from './cells.ts';
import { profiles } from './index.ts';
import type { Profile } from './profile.ts';

/** Rows looked at to see whether cells are what a profile says. */
const triedRows = 200;

/**
 * The table of a text without a header, by what a profile says of each line; null where a line is none of its.
 * Rows that do not fit further down are kept with no cells, so that they are refused by their line.
 */
export function tableOfLines(text: string, { told }: Profile): LabelTable | null {
  if (!('line' in told)) return null;
  const pattern = new RegExp(told.line, 'u');
  // Most files are none of its, which the first line tells.
  const [first = ''] = /^.*$/m.exec(text.trimStart()) ?? [];
  if (!pattern.test(first.trim())) return null;
  const rows: LabelTableRow[] = [];
  let emptyRows = 0;
  let fitting = 0;
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') {
      emptyRows += 1;
      continue;
    }
    const groups = pattern.exec(line.trim())?.groups;
    if (groups !== undefined) fitting += 1;
    else if (rows.length < triedRows) return null;
    rows.push({ row: at + 1, fields: groups === undefined ? [] : told.columns.map((name) => groups[name] ?? '') });
  }
  if (fitting === 0) return null;
  // The line break at the end makes no row.
  if (/[\r\n]$/.test(text)) emptyRows -= 1;
  return { separator: ',', header: { row: 0, fields: told.columns }, rows, emptyRows, problems: [] };
}

/** Whether a table has what a profile is told by. */
function fits(table: LabelTable, profile: Profile): boolean {
  const { told } = profile;
  if ('line' in told || table.header === null) return false;
  const columns = new Columns(table.header.fields, profile);
  if (!told.columns.every((name) => columns.has(name))) return false;
  // Columns as common as "ID" and "Label" say nothing: what stands in them does.
  return profile.cells.every(({ column, pattern }) => {
    const test = new RegExp(pattern, 'u');
    return table.rows.slice(0, triedRows).every((row) => test.test(columns.cell(row, column) ?? ''));
  });
}

/** The profiles that fit, of which a file has none, one, or, where it was put together of several, more. */
export function profilesOf(text: string, table: LabelTable): Profile[] {
  return profiles.filter((profile) => tableOfLines(text, profile) !== null || fits(table, profile));
}

/** The profile whose second file this is. */
export function profileOfSecondFile({ header }: LabelTable): Profile | undefined {
  if (header === null) return undefined;
  return profiles.find(({ second, ...profile }) => {
    const columns = new Columns(header.fields, profile);
    return second?.columns.every((name) => columns.has(name)) === true;
  });
}
