/** Labels files of another kind: several findings in a cell, codes, measurements, a column a finding. They are explained, not read. */
import { type LabelKind, labelKindMeanings } from '../../contract/index.ts';

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

/** What columns without the one of the label say: null unless two or more hold nothing but 0, 1 and codes, and a 1 is among them. */
export function otherKindOfColumns(
  columns: readonly { readonly name: string; readonly values: readonly string[] }[],
): OtherKind | null {
  const isCoded = (value: string): boolean => /^(?:|[-−]?[01](?:[.,]0+)?)$/.test(value);
  const binary = columns.filter(({ values }) => values.some((value) => value !== '') && values.every(isCoded));
  const hasFinding = binary.some(({ values }) => values.some((value) => value.startsWith('1')));
  if (binary.length < 2 || !hasFinding) return null;
  const names = binary.slice(0, 3).map(({ name }) => `"${name}"`);
  const { is, next } = labelKindMeanings['columns-of-findings'];
  const more = binary.length > names.length ? ` and ${binary.length - names.length} more` : '';
  return {
    kind: 'columns-of-findings',
    message: `the columns ${names.join(', ')}${more} are ${is.replace('one column a finding', 'one a finding')}. ${next}`,
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
