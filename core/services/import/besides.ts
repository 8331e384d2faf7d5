/**
 * What stands beside labels that contradict each other. Where one row is about the left breast and the other about the right one, and the patient is
 * named, nothing is wrong with the labels: the column that tells the rows apart is not used.
 */
import type { LabelTable } from './label-table.ts';
import type { FileColumn } from './split-columns.ts';

/** The columns that are not used and tell apart what rows say, the one with the fewest different cells first. */
export type Besides = (rows: readonly { readonly row: number; readonly label: string }[]) => readonly string[];

/** Columns that are named: many differ in tables of boxes. */
const namedColumns = 3;

export function besidesOf(table: LabelTable, columns: readonly FileColumn[]): Besides {
  const header = table.header?.fields ?? [];
  const unused = columns
    .flatMap(({ name, meaning }) => (meaning === null ? header.indexOf(name) : []))
    .filter((at) => at >= 0);
  let cellsOf: ReadonlyMap<number, readonly string[]> | undefined;
  const kinds = new Map<number, number>();
  const kindsOf = (at: number): number => {
    const known = kinds.get(at) ?? new Set(table.rows.map(({ fields }) => fields[at])).size;
    kinds.set(at, known);
    return known;
  };
  return (rows) => {
    cellsOf ??= new Map(table.rows.map(({ row, fields }) => [row, fields]));
    const tellsApart = (at: number): boolean => {
      const labelOf = new Map<string, string>();
      return rows.every(({ row, label }) => {
        const cell = cellsOf?.get(row)?.[at] ?? '';
        const before = labelOf.get(cell);
        labelOf.set(cell, label);
        return cell !== '' && (before === undefined || before === label);
      });
    };
    const found = unused.filter(tellsApart).sort((a, b) => kindsOf(a) - kindsOf(b));
    return found.slice(0, namedColumns).map((at) => header[at] ?? '');
  };
}
