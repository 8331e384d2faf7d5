/** The classes that the labels of an import mean: what is asked before, what is refused by row, what is written. */
import { AppError } from '../../base/errors.ts';
import {
  type CaseQuestion,
  type ClassChoice,
  classNameKey,
  defaultTarget,
  type LabelProblem,
  type LabelsPreview,
  type MatchedClasses,
  matchClasses,
  type PositiveProposal,
  type TargetKind,
  targetFacts,
  tidyClassName,
} from '../../contract/index.ts';
import { classListOf, datasetByName, mergedClasses, type ReadDb } from '../../store/index.ts';
import { checkedList, countedClasses, noChoiceOfPositive, requireClass } from '../datasets/classes.ts';
import { refuseManyClasses } from './many-classes.ts';
import type { ParsedImport } from './ticket.ts';

/** Something with a label as it was given; `row` is null for what class folders say. */
export interface Labelled {
  readonly row: number | null;
  readonly label: string;
  /** The finding or the quantity that the label is about. */
  readonly question?: string | null;
  /** True where there is no label: the row only says whose the image is. */
  readonly isSilent?: true;
  /** What names the image, where rows may share one. */
  readonly key?: string;
}

/** The classes that labels may mean, and names that somebody has made part of another one. */
export interface ImportChoice extends ClassChoice {
  readonly mergedInto?: ReadonlyMap<string, string>;
}

export interface NamedClasses<T> {
  /** What was given, each with the name of its class; without what is refused. */
  readonly entries: readonly T[];
  readonly problems: readonly LabelProblem[];
  /** Names that were taken for another that differs only in case, or of which they became part. */
  readonly merged: MatchedClasses['merged'];
}

/** What is known of the classes before an import: those of the data set, or those that the import names. */
export function classChoice(
  options: Pick<ParsedImport, 'classes' | 'mergeCase'>,
  list: { readonly names: readonly string[]; readonly isFixed: boolean },
): ClassChoice {
  const mergeCase = options.mergeCase ?? false;
  return options.classes === undefined
    ? { known: list.names, isFixed: list.isFixed, mergeCase }
    : { known: options.classes, isFixed: true, mergeCase };
}

/**
 * What was given, with the names of classes. A label outside a fixed list becomes a problem of its row, and the rest goes on.
 * @param source what the labels come from, as the beginning of a sentence
 * @throws LABELS_INVALID where names differ only in case and nobody said whether that is one class, and where a label is what other kinds of
 *   tables have in its place
 */
export function nameClasses<T extends Labelled>(
  spoken: readonly T[],
  choice: ImportChoice,
  source: string,
): NamedClasses<T> {
  const { given, followed } = followMerges(spoken, choice);
  const counts = new Map<string, number>();
  for (const { label } of given) counts.set(label, (counts.get(label) ?? 0) + 1);
  const { classes, merged, questions, outside, refused } = matchClasses(counts, choice);
  const [why] = refused.values();
  if (why !== undefined) {
    const alike = [...refused].filter(([, other]) => other.reason === why.reason).map(([name]) => name);
    const rows = given.filter(({ label }) => alike.includes(label));
    const shown = alike.slice(0, 5).map((name) => `"${name}"`);
    const more = alike.length > shown.length ? ', …' : '';
    throw new AppError(
      'LABELS_INVALID',
      `${source} has labels that are none: ${shown.join(', ')}${more}${where(rows)} ${alike.length === 1 ? why.message : why.message.replace(/^is /, 'each is ').replace(/^names /, 'each names ')}.`,
      { action: why.action, details: { labels: alike, rows: rows.length } },
    );
  }
  if (questions.length > 0) throw sameButCase(questions, source, given[0]?.row ?? null);
  const allowed = choice.known.map((name) => `"${name}"`).join(', ');
  const isOutside = new Set(outside);
  return {
    entries: given.flatMap((entry) => {
      const label = classes.get(entry.label);
      return label === undefined ? [] : [{ ...entry, label }];
    }),
    problems: given
      .filter(({ label }) => isOutside.has(label))
      .map(({ row, label }) => ({
        row,
        message: `label "${label}" is none of the classes of this data set, whose list is fixed: ${allowed}`,
      })),
    merged: [...followed, ...merged],
  };
}

/**
 * A file of before says names of before: whoever made "carcinoma" part of "malignant" means it of the same file, imported again for the images
 * that have come since. Only a list that the import gives itself makes such a name a class again.
 */
function followMerges<T extends Labelled>(
  given: readonly T[],
  { known, mergedInto = new Map() }: ImportChoice,
): { readonly given: readonly T[]; readonly followed: MatchedClasses['merged'] } {
  const keys = new Set(known.map(classNameKey));
  const into = new Map([...mergedInto].map(([name, to]) => [classNameKey(name), to]));
  for (const key of keys) into.delete(key);
  if (into.size === 0) return { given, followed: [] };
  const followed = new Map<string, { readonly from: string; readonly to: string; rows: number }>();
  const entries = given.map((entry) => {
    const to = into.get(classNameKey(entry.label));
    if (to === undefined) return entry;
    const from = tidyClassName(entry.label);
    const one = followed.get(from) ?? { from, to, rows: 0 };
    followed.set(from, one);
    one.rows += 1;
    return { ...entry, label: to };
  });
  return { given: entries, followed: [...followed.values()] };
}

/** What of an import says which classes its labels may mean. */
export type ClassOptions = Pick<ParsedImport, 'dataset' | 'target' | 'classes' | 'mergeCase'>;

/** The classes that labels of an import may mean. @throws BAD_INPUT for a list of classes that is none */
export function labelChoice(db: ReadDb, options: ClassOptions): ImportChoice {
  const dataset = datasetByName(db, options.dataset);
  const list = dataset === undefined ? { names: [], isFixed: false } : classListOf(db, dataset.id);
  const { classes } = options;
  const choice = classChoice(classes === undefined ? options : { ...options, classes: checkedList(classes) }, list);
  return dataset === undefined ? choice : { ...choice, mergedInto: mergedClasses(db, dataset.id) };
}

/**
 * What labels mean: classes by their names; what a target with an order of its own reads for itself stays as it is.
 * @throws as nameClasses; LABELS_INVALID where nearly every image would be a class of its own
 */
export function namesOf<T extends Labelled>(
  db: ReadDb,
  options: ClassOptions,
  given: readonly T[],
  choice: ImportChoice,
  source: string,
): NamedClasses<T> {
  const target = targetOf(db, options);
  if (targetFacts[target].isListed) return { entries: given, problems: [], merged: [] };
  const silent = given.filter(({ isSilent }) => isSilent === true);
  const spoken = silent.length === 0 ? given : given.filter(({ isSilent }) => isSilent !== true);
  const name = targetFacts[target].isPerName ? nameQuestions : nameClasses;
  if (!targetFacts[target].isPerName) refuseManyClasses(spoken, choice, source);
  const { entries, ...rest } = name(spoken, choice, source);
  return { entries: silent.length === 0 ? entries : [...entries, ...silent], ...rest };
}

/** As `nameClasses`, of what labels are about instead of what they say. */
function nameQuestions<T extends Labelled>(given: readonly T[], choice: ImportChoice, source: string): NamedClasses<T> {
  const about = given.flatMap((entry) =>
    entry.question == null ? [] : [{ row: entry.row, label: entry.question, entry }],
  );
  const { entries, problems, merged } = nameClasses(about, choice, source);
  return { entries: entries.map(({ label, entry }) => ({ ...entry, question: label })), problems, merged };
}

/** @throws BAD_INPUT where the positive class that was named cannot be it */
export function refusePositive(
  db: ReadDb,
  options: Pick<ParsedImport, 'positive' | 'dataset' | 'target'>,
  names: readonly string[],
): void {
  const { positive, dataset } = options;
  if (positive === undefined) return;
  const none = noChoiceOfPositive({ name: dataset, target: targetOf(db, options) });
  if (none !== null) throw none;
  requireClass(positive, [...new Set(names)], `Data set "${dataset}"`);
}

/** Which of two classes would be positive in the data set with these added; null with more or fewer. */
export function positiveOf(
  db: ReadDb,
  options: Pick<ParsedImport, 'positive' | 'dataset' | 'target' | 'classes'>,
  added: readonly string[],
): PositiveProposal {
  const dataset = datasetByName(db, options.dataset);
  const facts = targetFacts[targetOf(db, options)];
  const rows = dataset === undefined ? [] : countedClasses(db, dataset);
  const used = new Set([...rows.filter(({ labels }) => labels > 0).map(({ name }) => name), ...added]);
  const listed = dataset === undefined ? (options.classes ?? []) : rows.map(({ name }) => name);
  const names = facts.isListed ? listed : [...used];
  const chosen = options.positive ?? (dataset === undefined ? null : classListOf(db, dataset.id).positive);
  const found = facts.positiveOf(names, chosen);
  return found === null ? null : { names: [...names], name: found.name, source: found.source };
}

function targetOf(db: ReadDb, { dataset, target }: Pick<ParsedImport, 'dataset' | 'target'>): TargetKind {
  return datasetByName(db, dataset)?.target ?? target ?? defaultTarget;
}

/** What an error asks about names that differ only in case; nothing of another error. */
export function caseQuestionsOf(error: unknown): LabelsPreview['caseQuestions'] {
  if (!(error instanceof AppError)) return [];
  const questions = error.details?.['questions'];
  if (!Array.isArray(questions)) return [];
  return (questions as readonly CaseQuestion[]).map(({ names, suggestion }) => ({ names: [...names], suggestion }));
}

function where(rows: readonly Labelled[]): string {
  const [first] = rows;
  if (first === undefined || first.row === null) return '';
  return rows.length === 1 ? ` (row ${first.row})` : ` (row ${first.row} and ${rows.length - 1} more)`;
}

/** @param row of the first label; null where folders say it, of which nothing has been read yet */
function sameButCase(questions: readonly CaseQuestion[], source: string, row: number | null): AppError {
  const thing = row === null ? 'file' : 'row';
  const groups = questions.map(({ names }) =>
    names
      .map(
        ({ name, rows, isKnown }) =>
          `"${name}" (${isKnown && rows === 0 ? 'in the data set' : `${rows} ${rows === 1 ? thing : `${thing}s`}`})`,
      )
      .join(', '),
  );
  const [first] = questions;
  return new AppError(
    'LABELS_INVALID',
    `${source} has names of classes that differ only in small and capital letters (or in the kind of their dashes): ${groups.join('; ')}. Nothing was ${row === null ? 'imported' : 'labelled'}.`,
    {
      action:
        `If they are one class, say so with --merge-case (it becomes "${first?.suggestion ?? ''}"), or name the classes with ` +
        `--classes; the window asks before it imports. If they are two, give one of them another name ${row === null ? 'on the disk' : 'in the file'}.`,
      details: { questions },
    },
  );
}
