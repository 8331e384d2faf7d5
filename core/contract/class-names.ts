/**
 * Names of classes: when two are the same, when a person has to say so, and what is no name of a class at all.
 *
 * Windows writes "ö" as one sign and a Mac may write it as two, and a blank at the end of a cell is seen by nobody: such names are the same
 * and are written one way. Names that differ only in case may be one class typed carelessly or, rarely, two; that is asked, never guessed.
 */

/** The one way in which a class name is written: NFC, no blanks outside, single blanks inside. */
export function tidyClassName(name: string): string {
  // Signs without a width come with text copied from web pages and PDFs; nobody sees them either.
  return name
    .normalize('NFC')
    .replace(/[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Equal for names that differ at most in case, blanks, Unicode form and the kind of their dashes and apostrophes. */
export function classNameKey(name: string): string {
  // Word processors make "BI–RADS" of "BI-RADS".
  const typed = tidyClassName(name)
    .replaceAll(/[‐-―−]/gu, '-')
    .replaceAll(/[’‘ʼ´`]/gu, "'");
  // Upper case first: "ß" and "ss", "ς" and "σ" are then one, as they are to a reader of capitals.
  return typed.toUpperCase().toLowerCase().normalize('NFC');
}

/** The names that differ only in case, blanks or Unicode form, as groups of two and more; each group in the order of `names`. */
export function caseVariants(names: Iterable<string>): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const name of names) {
    const key = classNameKey(name);
    groups.set(key, (groups.get(key) ?? new Set<string>()).add(name));
  }
  return [...groups.values()].filter((group) => group.size > 1).map((group) => [...group]);
}

/** What a text that cannot be a class is taken for. */
export type NoClassReason = 'empty' | 'number' | 'list' | 'several' | 'missing' | 'formula' | 'date';

/** Why a text is no name of a class and what to do; null for a name. */
export interface NoClass {
  readonly reason: NoClassReason;
  readonly message: string;
  readonly action: string;
}

const noClasses: Readonly<Record<NoClassReason, Omit<NoClass, 'reason'>>> = {
  empty: { message: 'is empty', action: 'Give the class a name.' },
  number: {
    message:
      'is a number as tables of several findings have them (1.0 found, 0.0 not found, -1 uncertain), not the name of a class',
    action:
      'Write one column "label" with a word for each row, for example "effusion" and "no effusion"; leave out uncertain rows.',
  },
  list: {
    message: 'is a list as programs write it, not the name of one class',
    action: 'Write the one class of the row as a plain word; an image has one class here.',
  },
  several: {
    message: 'names several findings of one image (with "|" between), not one class',
    action:
      'Write one class a row: the finding that is to be learned, or its absence, for example "effusion" and "no effusion".',
  },
  formula: {
    message: 'is a formula or a reference of a spreadsheet, not the name of a class',
    action: 'In the spreadsheet, copy the column and paste it as values; then save the file again.',
  },
  date: {
    message: 'is a date, as spreadsheets make it of "1-2" or "3/4", not the name of a class',
    action: 'Make the file again with that column as text, before anything is typed or pasted into it.',
  },
  missing: {
    message: 'is what programs write where a value is missing, not the name of a class',
    action: 'Leave out rows without a label, or write the class.',
  },
};

/** Why `name` is no name of a class, or null. "0", "1", "-" and "+" are names: yes and no are written so. */
export function noClassOf(name: string): NoClass | null {
  const text = tidyClassName(name);
  const reason = reasonOf(text);
  return reason === null ? null : { reason, ...noClasses[reason] };
}

const months = 'jan|feb|mar|mrz|mär|apr|may|mai|maj|jun|jul|aug|sep|okt|oct|nov|dez|dec|ene|abr|ago|dic|giu|lug|ott';

/** Dates as spreadsheets write them: 2024-03-04, 4.3.2024, 3/4/24, 04-Mar, 04. Mrz, Mar-04. */
const dates: readonly RegExp[] = [
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/u,
  /^\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})$/u,
  new RegExp(`^\\d{1,2}[-.] ?(?:${months})\\.?(?:[-. ]\\d{2,4})?$`, 'iu'),
  new RegExp(`^(?:${months})-\\d{2}$`, 'iu'),
];

function reasonOf(text: string): NoClassReason | null {
  if (text === '') return 'empty';
  if (/^[-−–]\d+([.,]\d*)?$/u.test(text) || /^\+?\d*[.,]\d+$/u.test(text) || /^\d+[.,]$/u.test(text)) return 'number';
  if (/^[[({].*[\])}]$/su.test(text) && /['",;]/u.test(text)) return 'list';
  if (/^\[.*\]$/su.test(text) || /^\{.*\}$/su.test(text)) return 'list';
  if (/^=./su.test(text)) return 'formula';
  if (dates.some((date) => date.test(text))) return 'date';
  if (text.includes('|')) return 'several';
  if (isMissingValue(text)) return 'missing';
  return null;
}

/** Whether a cell holds what programs write for nothing. "None" and "NA" are classes of some lab ("none" is "no finding"), and initials. */
export function isMissingValue(text: string): boolean {
  return /^(nan|null|undefined|<na>|#(n\/a|na|nv|ref!|wert!|value!|bezug!|name\?|div\/0!))$/iu.test(text);
}

/** Names that differ only in case, how often each was given (0 for one that was there before), and which would stand for all. */
export interface CaseQuestion {
  readonly names: readonly { readonly name: string; readonly rows: number; readonly isKnown: boolean }[];
  readonly suggestion: string;
}

/** What becomes of the names that were given. */
export interface MatchedClasses {
  /** By name as given, the class that it means; names that are refused or in question are not in it. */
  readonly classes: ReadonlyMap<string, string>;
  /** Names that are those of a class but for their case, and were taken for it because that was asked or the list is fixed. */
  readonly merged: readonly { readonly from: string; readonly to: string; readonly rows: number }[];
  readonly questions: readonly CaseQuestion[];
  /** Names outside a list of classes that is fixed. */
  readonly outside: readonly string[];
  readonly refused: ReadonlyMap<string, NoClass>;
}

/** What is known before names are matched. */
export interface ClassChoice {
  /** The classes that the data set has, in their order. */
  readonly known: readonly string[];
  /** Whether those are all that there may be. */
  readonly isFixed: boolean;
  /** Whether names that differ only in case are one class. */
  readonly mergeCase: boolean;
}

/**
 * The classes that names mean.
 * @param given names as they stand in a file, on folders or in a field, with how often each does
 */
export function matchClasses(
  given: ReadonlyMap<string, number>,
  { known, isFixed, mergeCase }: ClassChoice,
): MatchedClasses {
  const classes = new Map<string, string>();
  const refused = new Map<string, NoClass>();
  const outside: string[] = [];
  const byKey = new Map<string, { readonly spelled: Map<string, number>; readonly given: string[] }>();
  for (const [name, rows] of given) {
    const tidy = tidyClassName(name);
    const isKnown = known.some((other) => tidyClassName(other) === tidy);
    // What a library holds already is kept, whatever it is called.
    const why = isKnown ? null : noClassOf(name);
    if (why !== null) refused.set(name, why);
    else {
      const group = byKey.get(classNameKey(name)) ?? { spelled: new Map<string, number>(), given: [] };
      group.spelled.set(tidy, (group.spelled.get(tidy) ?? 0) + rows);
      group.given.push(name);
      byKey.set(classNameKey(name), group);
    }
  }
  const merged: { from: string; to: string; rows: number }[] = [];
  const questions: CaseQuestion[] = [];
  for (const [key, { spelled, given: names }] of byKey) {
    const before = known.filter((name) => classNameKey(name) === key);
    const exact = (tidy: string): string | undefined => before.find((name) => tidyClassName(name) === tidy);
    const isOne = mergeCase || (isFixed && before.length === 1);
    const unknown = [...spelled.keys()].filter((tidy) => exact(tidy) === undefined);
    if (isFixed && before.length === 0) {
      outside.push(...names);
      continue;
    }
    const target =
      before.length === 1 ? before[0] : mostFrequent(before.length > 0 ? onlyOf(spelled, before) : spelled);
    const needsAnswer = unknown.length > 0 && before.length + unknown.length > 1;
    if (needsAnswer && !isOne) {
      questions.push(questionOf(before, spelled, target ?? ''));
      continue;
    }
    for (const name of names) {
      const tidy = tidyClassName(name);
      // A class that is there is meant by its own name, even beside another that differs from it only in case.
      const to = exact(tidy) ?? (needsAnswer ? target : tidy) ?? tidy;
      classes.set(name, to);
      if (tidy !== tidyClassName(to)) merged.push({ from: tidy, to, rows: given.get(name) ?? 0 });
    }
  }
  return { classes, merged, questions, outside, refused };
}

function onlyOf(spelled: ReadonlyMap<string, number>, names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, spelled.get(tidyClassName(name)) ?? 0]));
}

function mostFrequent(spelled: ReadonlyMap<string, number>): string | undefined {
  return [...spelled].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function questionOf(before: readonly string[], spelled: ReadonlyMap<string, number>, suggestion: string): CaseQuestion {
  const known = before.map((name) => ({ name, rows: spelled.get(tidyClassName(name)) ?? 0, isKnown: true }));
  const isThere = (tidy: string): boolean => before.some((name) => tidyClassName(name) === tidy);
  const others = [...spelled]
    .filter(([tidy]) => !isThere(tidy))
    .map(([name, rows]) => ({ name, rows, isKnown: false }));
  return { names: [...known, ...others], suggestion };
}
