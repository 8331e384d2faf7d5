/** Labels that contradict each other: of one reader, about one thing and one finding, with several words. */
import { redact } from '../../base/redact.ts';
import { type LabelTarget, targetKey } from '../../contract/index.ts';
import type { Besides } from './besides.ts';

interface Spoken {
  readonly row: number | null;
  readonly name: string;
  readonly target: LabelTarget;
  readonly question: string | null;
  readonly label: string;
  readonly reader: string | null;
}

interface Conflict {
  readonly rows: readonly number[];
  readonly message: string;
  readonly places: readonly string[];
}

/**
 * Entries that can be applied, and the rows that give one thing several labels.
 * @param besides what else of the file tells such rows apart
 */
export function separateConflicts<Entry extends Spoken>(
  entries: readonly Entry[],
  besides: Besides = () => [],
): { agreed: Entry[]; conflicts: Conflict[] } {
  const byTarget = new Map<string, Entry[]>();
  for (const entry of entries) {
    // Several readers may disagree, and findings are told apart by their names.
    const key = `${targetKey(entry.target)}\n${entry.reader ?? ''}\n${entry.question ?? ''}`;
    const there = byTarget.get(key);
    if (there === undefined) byTarget.set(key, [entry]);
    else there.push(entry);
  }
  const agreed: Entry[] = [];
  const conflicts: Conflict[] = [];
  for (const [first, ...rest] of byTarget.values()) {
    if (first === undefined) continue;
    const other = rest.filter(({ label }) => label !== first.label);
    if (other.length === 0) {
      agreed.push(first);
      continue;
    }
    const labels = [...new Set([first, ...other].map(spokenLabel))].join(' and ');
    const rows = [first, ...rest].flatMap(({ row }) => (row === null ? [] : [row]));
    const where = rows.length > 0 ? ` (rows ${rows.join(', ')})` : '';
    const said = [first, ...rest].flatMap(({ row, label }) => (row === null ? [] : [{ row, label }]));
    const message = `${redact(first.name)} is labelled ${labels}${where}; none was applied${apart(besides(said))}`;
    conflicts.push({ rows, message, places: [] });
  }
  return { agreed, conflicts };
}

/** What a conflict adds where a column that is not used tells its rows apart. */
function apart(columns: readonly string[]): string {
  if (columns.length === 0) return '';
  const named = columns.map((name) => `"${name}"`).join(', ');
  return `. The rows differ in ${named}, which ${columns.length === 1 ? 'is' : 'are'} not used: if that is who labelled, call the column "reader"; if it tells images apart, name the images (path, sopInstanceUID)`;
}

/** A label as messages say it: that of a finding with the finding. */
function spokenLabel({ label, question }: Pick<Spoken, 'label' | 'question'>): string {
  return question === null ? `"${label}"` : `"${question}" ${label}`;
}
