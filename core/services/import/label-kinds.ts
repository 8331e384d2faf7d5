/** Labels files of another kind: several findings in a cell, codes, measurements, a column a finding. They are explained, not read. */
import { type LabelKind, labelKindMeanings } from '../../contract/index.ts';
import type { LabelTable } from './label-table.ts';
import { columnsThatFit, isOwnMark } from './profiles/column-kinds.ts';

export interface OtherKind {
  readonly kind: LabelKind;
  /** What was found where, and what to do. */
  readonly message: string;
}

/** What the labels say that they are instead of one class each; null where they are one class each. */
export function otherKindOfLabels(rows: readonly { readonly row: number; readonly label: string }[]): OtherKind | null {
  const first = (test: (label: string) => boolean): { row: number; label: string } | undefined =>
    rows.find(({ label }) => test(label));
  const several = first((label) => /^\[.*\]$/s.test(label) || /[^|;][|;][^|;]/.test(label)) ?? ofOthers(rows);
  if (several !== undefined) return explain('several-labels', several);
  const numbers = rows.filter(({ label }) => label !== '').every(({ label }) => isNumber(label));
  const uncertain = numbers ? first((label) => /^[-−]1(?:[.,]0+)?$/.test(label)) : undefined;
  if (uncertain !== undefined) return explain('uncertain', uncertain);
  const decimal = numbers ? first((label) => /[.,]/.test(label)) : undefined;
  return decimal === undefined ? null : explain('decimals', decimal);
}

/** The first label that is made of labels which other rows have: "Effusion, Mass" where there are "Effusion" and "Mass". */
function ofOthers<Row extends { readonly label: string }>(rows: readonly Row[]): Row | undefined {
  const alone = new Set(rows.map(({ label }) => label.toLowerCase()));
  return rows.find(({ label }) => {
    const parts = label.toLowerCase().split(/\s*[,+&/]\s*/u);
    return parts.length > 1 && new Set(parts).size > 1 && parts.every((part) => part !== '' && alone.has(part));
  });
}

/** Columns that look like findings in a file that has none of labels, and what to do with them. */
export interface FindingsInstead extends OtherKind {
  readonly next: string;
  readonly columns: readonly string[];
}

/** Names that a command is written with; the columns may be dozens. */
const namedColumns = 12;

/** What columns say where none is of labels: null unless one or more hold marks and little else, and one is present. */
export function otherKindOfColumns(table: LabelTable): FindingsInstead | null {
  const { taken, left } = columnsThatFit(table, isOwnMark, true);
  const columns = [...taken, ...left.filter(({ why }) => why === 'word').map(({ name }) => name)];
  const at = taken.map((name) => table.header?.fields.indexOf(name) ?? -1);
  const isPresent = (cell: string): boolean => /^(?:1(?:[.,]0+)?|present)$/i.test(cell);
  if (!table.rows.some(({ fields }) => at.some((k) => isPresent((fields[k] ?? '').trim())))) return null;
  const names = columns.slice(0, 3).map((name) => `"${name}"`);
  const { is, next } = labelKindMeanings['columns-of-findings'];
  const more = columns.length > names.length ? ` and ${columns.length - names.length} more` : '';
  const written = columns.slice(0, namedColumns).join(',') + (columns.length > namedColumns ? ',…' : '');
  return {
    kind: 'columns-of-findings',
    message:
      columns.length === 1
        ? `the column ${names[0]} holds marks of a finding, as 0 and 1`
        : `the columns ${names.join(', ')}${more} are ${is.replace('one column a finding', 'one a finding')}`,
    next:
      columns.length === 1
        ? `As a finding: --finding-columns "${written}". As two classes: --label-column "${written}".`
        : next.replace('--finding-columns A,B', `--finding-columns "${written}"`),
    columns,
  };
}

function isNumber(label: string): boolean {
  return /^[-−+]?\d+(?:[.,]\d+)?$/.test(label);
}

function explain(kind: LabelKind, { row, label }: { row: number; label: string }): OtherKind {
  const { is, next } = labelKindMeanings[kind];
  const shown = label.length > 60 ? `${label.slice(0, 60)}…` : label;
  return { kind, message: `the label "${shown}" (row ${row}) is ${is}. ${next}` };
}
