/** What a labels file was taken for where nobody said it, as a preview says it before and an import after. */
import { type ImportNote, targetFacts } from '../../contract/index.ts';
import type { LeftColumn } from './profiles/column-kinds.ts';
import type { ReadLabels } from './read-labels.ts';

/** Rows that are named; the count says how many there are. */
const namedRows = 5;
/** Columns that are named of each kind. */
const namedColumns = 20;

/** What cannot stand in a list with commas between quotes on a command line. */
const notInCommand = /[,"$`\\!%\n\r]/;

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
  const marks = new Set(strange.flatMap((one) => one.marks ?? []));
  const words = new Set(strange.flatMap((one) => one.words ?? []));
  // All columns that are to be named to have these taken, too.
  const columns = [...taken, ...strange.map(({ name }) => name)];
  const isWhole = strange.length > 0 && strange.every((one) => one.words !== null);
  const isOffered = isWhole && ![...columns, ...words].some((text) => notInCommand.test(text));
  return {
    count: left.length,
    strange: listed(strange.map(({ name, first }) => `${quoted(name)} (${first?.row}: "${first?.word}")`)),
    attributes: names('attribute'),
    empty: names('empty'),
    other: names('other'),
    // '' where no command can say it. What a strange word means, nobody but the user knows.
    columns: isOffered ? columns.join(',') : '',
    words: isOffered
      ? [...[...marks].map((word) => `,${word}=${word}`), ...[...words].map((word) => `,${word}=?`)].join('')
      : '',
  };
}

function quoted(name: string): string {
  return `"${name}"`;
}

function listed(names: readonly string[]): string {
  const more = names.length - namedColumns;
  return names.slice(0, namedColumns).join(', ') + (more > 0 ? ` (+${more})` : '');
}
