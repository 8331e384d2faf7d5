/** What a labels file was taken for where nobody said it, as a preview says it before and an import after. */
import { type ImportNote, targetFacts } from '../../contract/index.ts';
import type { LeftColumn } from './profiles/column-kinds.ts';
import type { ReadLabels } from './read-labels.ts';

/** Rows that are named; the count says how many there are. */
const namedRows = 5;
/** Columns that are named of each kind. */
const namedColumns = 20;

/** The notes about how a file was read. */
export function labelNotes({ reading }: Pick<ReadLabels, 'reading'>): ImportNote[] {
  if (reading === null) return [];
  const { againstNone, plan } = reading;
  const notes: ImportNote[] = [];
  const { rows, word } = againstNone;
  if (rows.length > 0) {
    const first = rows.slice(0, namedRows).join(', ') + (rows.length > namedRows ? ', …' : '');
    notes.push({ code: 'againstNone', values: { rows: rows.length, first, word } });
  }
  const { left, labels } = plan;
  if (left === undefined || !('columns' in labels)) return notes;
  const { hasMarks } = targetFacts[plan.target ?? 'finding'];
  const isNumbers = hasMarks ? 0 : 1;
  notes.push({
    code: 'columnsTaken',
    values: { columns: listed(labels.columns.map(quoted)), count: labels.columns.length, isNumbers },
  });
  if (left.length > 0) notes.push({ code: 'columnsLeft', values: { ...leftValues(left, labels.columns), isNumbers } });
  return notes;
}

/** What was left, by reason; '' where there is none of it. Cells are shown of columns alone that hold marks or numbers but for a few words. */
function leftValues(left: readonly LeftColumn[], taken: readonly string[]): ImportNote['values'] {
  const ofKind = (why: LeftColumn['why']): readonly LeftColumn[] => left.filter((one) => one.why === why);
  const names = (why: LeftColumn['why']): string => listed(ofKind(why).map(({ name }) => quoted(name)));
  const strange = ofKind('word');
  const words = new Set(strange.flatMap((one) => one.words ?? []));
  return {
    count: left.length,
    strange: listed(strange.map(({ name, first }) => `${quoted(name)} (${first?.row}: "${first?.word}")`)),
    attributes: names('attribute'),
    empty: names('empty'),
    other: names('other'),
    // All columns that are to be named to have these taken, too.
    columns: strange.length === 0 ? '' : [...taken, ...strange.map(({ name }) => name)].join(','),
    words: [...words].map((word) => `,${word}=uncertain`).join(''),
  };
}

function quoted(name: string): string {
  return `"${name}"`;
}

function listed(names: readonly string[]): string {
  const more = names.length - namedColumns;
  return names.slice(0, namedColumns).join(', ') + (more > 0 ? ` (+${more})` : '');
}
