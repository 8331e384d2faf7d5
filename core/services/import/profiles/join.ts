/** A labels file and the second file of its set as one table: a row for each pair of rows with equal cells in the columns that join them. */
import { type LabelProblem, plainColumnName } from '../../../contract/index.ts';
import type { LabelTable, LabelTableRow } from '../label-table.ts';
import { Columns } from './cells.ts';
import type { SecondFile } from './profile.ts';

/** The joined table with the lines of the first file. Rows without a counterpart are problems. */
export function joinTables(table: LabelTable, second: LabelTable, { on, file }: SecondFile): LabelTable {
  const header = table.header?.fields ?? [];
  const there = new Set(header.map(plainColumnName));
  const added = (second.header?.fields ?? []).flatMap((name, at) =>
    there.has(plainColumnName(name)) ? [] : [{ name, at }],
  );
  const none = { cells: [], otherNames: {} };
  const [ours, theirs] = [new Columns(header, none), new Columns(second.header?.fields ?? [], none)];
  const keyOf = (columns: Columns, row: LabelTableRow): string =>
    on.map((name) => columns.cell(row, name) ?? '').join('\n');
  const byKey = Map.groupBy(second.rows, (row) => keyOf(theirs, row));
  const problems: LabelProblem[] = [...table.problems];
  const rows = table.rows.flatMap((row) => {
    const pairs = byKey.get(keyOf(ours, row)) ?? [];
    if (pairs.length === 0) problems.push({ row: row.row, message: `no row of ${file} has its ${on.join(' and ')}` });
    return pairs.map(({ fields }) => ({
      row: row.row,
      fields: [...header.map((_, at) => row.fields[at] ?? ''), ...added.map(({ at }) => fields[at] ?? '')],
    }));
  });
  return {
    ...table,
    header: { row: table.header?.row ?? 1, fields: [...header, ...added.map(({ name }) => name)] },
    rows,
    problems,
  };
}
