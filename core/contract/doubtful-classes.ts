/**
 * Names of classes that a person has to look at: they may say that nobody knows, or be another class typed otherwise. All of them are classes of some
 * lab, so nothing is refused and nothing guessed; preview and import name them.
 */
import { classNameKey } from './class-names.ts';

const unknownWords: ReadonlySet<string> = new Set(
  [
    'na|n/a|n.a.|not available|not applicable|not assessed|not known|not labelled|not labeled|not specified|unknown|unk|unlabelled|unlabeled|missing|blank|empty',
    '(blank)|tbd|t.b.d.|to do|todo|pending|no label|no data|unbekannt|nicht bekannt|k. a.|k.a.|keine angabe|ohne angabe|fehlt|(leer)|leer|offen|nicht befundet',
    'inconnu|inconnue|(vide)|desconocido|desconocida|(en blanco)|sconosciuto|(vuoto)|onbekend',
  ]
    .join('|')
    .split('|'),
);

/**
 * Those of the names that may say that nobody knows instead of what is there ("NA" of R, "?", "(blank)" of a pivot table). Each is a class of some
 * lab, so a person has to look; "-" beside "+" says no.
 */
export function maybeUnknown(names: readonly string[]): string[] {
  const keys = names.map(classNameKey);
  const hasPlus = keys.includes('+');
  return names.filter((_, i) => {
    const key = keys[i] ?? '';
    return unknownWords.has(key) || /^[?.*_/]+$/u.test(key) || /^-{2,}$/.test(key) || (key === '-' && !hasPlus);
  });
}

/** Tokens so long differ by a slip of the fingers; "T1a" and "T1b" do not. */
const shortestTyped = 6;

/** Of more names than these only those are grouped that differ in signs: a column of IDs taken for classes would be compared for hours. */
const mostCompared = 300;

/** Groups of names that differ only in blanks, hyphens, points and zeros before a number, or in one letter of a long word. */
export function alikeClasses(names: readonly string[]): string[][] {
  const groups: { readonly names: string[]; readonly words: (readonly string[])[] }[] = [];
  const byBare = new Map<string, (typeof groups)[number]>();
  for (const name of names) {
    // Names that differ only in case are asked about before.
    const key = classNameKey(name);
    const words = key.split(' ');
    const isTyped = (others: (typeof groups)[number]): boolean => others.words.some((other) => isSlip(other, words));
    const there = byBare.get(bare(key)) ?? (names.length > mostCompared ? undefined : groups.find(isTyped));
    const group = there ?? { names: [], words: [] };
    if (there === undefined) groups.push(group);
    group.names.push(name);
    group.words.push(words);
    byBare.set(bare(key), group);
  }
  return groups.flatMap((group) => (group.names.length > 1 ? [group.names] : []));
}

/** Without what people write or leave out. Signs that mean something stay: <, >, +, a minus at the end or before a number, as in -1, 0, 1. */
function bare(name: string): string {
  return name
    .replaceAll(/[\s_;:'"()]+|(?<!\d)[.,]|[.,](?!\d)|(?<=[\p{L}\p{N}])-(?=[\p{L}\p{N}])/gu, '')
    .replaceAll(/(?<![\d.,])0+(?=\d)/gu, '');
}

/** One letter more, less, other or exchanged with its neighbour, in one long word and behind its first letter ("typical", "atypical"). */
function isSlip(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const differ = a.flatMap((word, i) => (word === b[i] ? [] : [[word, b[i] ?? ''] as const]));
  const [pair] = differ;
  if (differ.length !== 1 || pair === undefined) return false;
  const [long, short] = pair[0].length >= pair[1].length ? pair : [pair[1], pair[0]];
  if (short.length < shortestTyped || long.length - short.length > 1 || /\d/u.test(long + short)) return false;
  let from = 0;
  while (long[from] === short[from]) from += 1;
  if (from === 0) return false;
  if (long.length > short.length) return long.slice(from + 1) === short.slice(from);
  const rest = long.slice(from + 1) === short.slice(from + 1);
  const isExchanged = long[from] === short[from + 1] && long[from + 1] === short[from];
  return rest || (isExchanged && long.slice(from + 2) === short.slice(from + 2));
}
