/**
 * Which of two classes is the positive one: the one whose presence a test asks for.
 *
 * Sensitivity, specificity, predictive values and a decision threshold mean nothing before this is known. It is read from the names:
 * words for "nothing found" in the languages of labs, negations of the other name ("no fracture", "Non-COVID", "unauffällig"), and
 * grades. Where the names do not tell, the one later in the alphabet is taken and `source` says so, so that every place that prints a
 * figure can.
 */
import {
  abnormalWords,
  absentEndings,
  benignWords,
  formerly,
  gradedScales,
  healthyNames,
  healthyWords,
  malignantWords,
  negatingBeginnings,
  negatingEndings,
  negativeEndings,
  negativeSubtypes,
  negators,
  neutralWords,
  notNegations,
  notReassuring,
  opposites,
  reassuringNames,
  softNegators,
} from './positive-words.ts';

/** How the positive class was found: a person said so, by the meaning of the names, or by the alphabet for want of both. */
export type PositiveClassSource = 'chosen' | 'recognised' | 'alphabet';

export interface PositiveClass {
  readonly name: string;
  /** Its place in the list it was looked for in. */
  readonly index: number;
  readonly source: PositiveClassSource;
}

/** How far a name is from "nothing found": 0 healthy, 1 benign, 2 it does not say, 3 abnormal. */
type Standing = 0 | 1 | 2 | 3;

type Tokens = readonly string[];

/**
 * The words of a name, folded: NFKC, lower case, no accents, ä = ae = a, a capital inside a word begins a new one, a minus at the end is
 * "negative". A number is one word: "0.0" is "0".
 */
export function tokensOf(name: string): string[] {
  const text = name.normalize('NFKC').trim();
  if (text === '') return [];
  if (/^[-−–—+]$/u.test(text)) return [text === '+' ? 'positive' : 'negative'];
  if (Number.isFinite(Number(text))) return [String(Number(text))];
  return text
    .replace(/(?<=[\p{L}\p{N})])\s*\(?[-−–]\)?$/u, ' negative')
    .replace(/(?<=\p{L})\s*\(?\+\)?$/u, ' positive')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('œ', 'oe')
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([aou])e/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');
}

const key = (tokens: Tokens): string => tokens.join(' ');
const setOf = (words: readonly string[]): ReadonlySet<string> => new Set(words.map((word) => key(tokensOf(word))));
const listOf = (words: readonly string[]): readonly Tokens[] => words.map(tokensOf).sort((a, b) => b.length - a.length);

const healthy = setOf(healthyWords);
const healthyWhole = setOf([...healthyWords, ...healthyNames]);
/** Abbreviations mean other things too: "no RAS" need not be "not normal". */
const abbreviations = setOf(healthyNames.filter((name) => name === name.toUpperCase()));
const benign = setOf(benignWords);
const benignWhole = setOf([...benignWords, ...reassuringNames]);
const abnormal = setOf(abnormalWords);
const malignant = setOf(malignantWords);
const neutral = setOf(neutralWords);
const hardNegators = listOf(negators);
const allNegators = listOf([...negators, ...softNegators]);
const idioms = listOf(notNegations);
const unreassuring = listOf(notReassuring);
const past = listOf(formerly);
const absent = listOf(absentEndings);
const negative = listOf(negativeEndings);
const subtypes = setOf(negativeSubtypes);
const scales: ReadonlySet<string> = new Set(gradedScales.map((scale) => tokensOf(scale).join('')));
const beginnings = negatingBeginnings.map(([beginning, letters]) => [key(tokensOf(beginning)), letters] as const);
const endings = negatingEndings.map(([ending, letters]) => [key(tokensOf(ending)), letters] as const);
const oppositeKeys: ReadonlySet<string> = new Set(
  opposites.map((pair) => pair.map((word) => key(tokensOf(word))).join('/')),
);

/**
 * The positive one of two classes; null for any other number of classes, where each class is judged against the rest.
 * @param chosen the class that a person named, null where nobody did; a name that is none of the two counts as no choice
 */
export function positiveClassOf(classes: readonly string[], chosen: string | null): PositiveClass | null {
  const [a, b] = classes;
  if (a === undefined || b === undefined || classes.length !== 2) return null;
  const said = chosen === null ? -1 : classes.indexOf(chosen);
  if (chosen !== null && said >= 0) return { name: chosen, index: said, source: 'chosen' };
  const recognised = recognise(a, b);
  const index = recognised ?? (a < b ? 1 : 0);
  return { name: index === 0 ? a : b, index, source: recognised === null ? 'alphabet' : 'recognised' };
}

/**
 * Classes in the order in which new models count them: without a finding first, then by name. Of two, the positive one is the second.
 * Nothing reads the positive class from this order: stored models have other orders.
 */
export function orderClasses(names: Iterable<string>, chosen: string | null = null): string[] {
  const unique = [...new Set(names)];
  const positive = positiveClassOf(unique, chosen);
  if (positive !== null) return [...unique.filter((name) => name !== positive.name), positive.name];
  const place = (name: string): number => Math.min(2, standing(tokensOf(name)));
  return unique.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** 0 or 1: which of the two is positive; null where their names do not tell. */
function recognise(a: string, b: string): 0 | 1 | null {
  const [first, second] = [tokensOf(a), tokensOf(b)];
  const [low, high] = [standing(first), standing(second)];
  if (low !== high) return low < high ? 1 : 0;
  const [negatesSecond, negatesFirst] = [isOppositeOf(first, second), isOppositeOf(second, first)];
  if (negatesSecond !== negatesFirst) return negatesSecond ? 1 : 0;
  const [pastSecond, pastFirst] = [isPastOf(first, second), isPastOf(second, first)];
  if (pastSecond !== pastFirst) return pastSecond ? 1 : 0;
  const [gradeA, gradeB] = [gradeOf(first), gradeOf(second)];
  if (gradeA === null || gradeB === null || gradeA.scale !== gradeB.scale || gradeA.value === gradeB.value) return null;
  // "Type 1" and "type 2" are no scale, and T1 and T2 are pictures; 0 beside another number is none of it.
  if (!isScale(gradeA.scale) && Math.min(gradeA.value, gradeB.value) > 0) return null;
  return gradeA.value < gradeB.value ? 1 : 0;
}

function standing(tokens: Tokens): Standing {
  const whole = key(tokens);
  if (healthyWhole.has(whole)) return 0;
  if (benignWhole.has(whole)) return 1;
  if (abnormal.has(whole) || malignant.has(whole)) return 3;
  const hard = withoutBeginning(tokens, hardNegators);
  const rest = hard ?? withoutBeginning(tokens, allNegators);
  if (rest !== null && !idioms.some((idiom) => startsWith(tokens, idiom)))
    return isUnreassuring(rest) ? 2 : standingOfNegated(rest, hard !== null);
  return standingOfEnding(tokens) ?? standingOfWords(tokens);
}

/** Whether the absence of what is named says nothing about health, or the opposite of it. */
function isUnreassuring(named: Tokens): boolean {
  return unreassuring.some((phrase) => key(named.slice(-phrase.length)) === key(phrase));
}

/** Of "not REST". "No. 5" is a number. */
function standingOfNegated(rest: Tokens, isHard: boolean): Standing {
  if (rest.every((token) => /^\d/u.test(token))) return 2;
  if (rest.every((token) => neutral.has(token))) return 0;
  const inner = abbreviations.has(key(rest)) ? 2 : standing(rest);
  if (inner === 3) return 0;
  if (inner < 2) return 3;
  return isHard ? 0 : 2;
}

function standingOfEnding(tokens: Tokens): Standing | null {
  const missing = withoutEnding(tokens, absent);
  if (missing !== null) return isUnreassuring(missing) ? 2 : 0;
  if (tokens.length === 1 && /.{4}(?:frei|free|vrij)$/u.test(tokens[0] ?? '')) return 0;
  const tested = withoutEnding(tokens, negative);
  if (tested === null) return null;
  if (tested.every((token) => neutral.has(token))) return 0;
  return subtypes.has(tested.at(-1) ?? '') ? 2 : 1;
}

function standingOfWords(tokens: Tokens): Standing {
  const [first = '', last = ''] = [tokens[0], tokens.at(-1)];
  if (malignant.has(first) || malignant.has(last)) return 3;
  if (benign.has(first) || benign.has(last)) return 1;
  const meaningful = tokens.filter((token) => !neutral.has(token) && !/^\d+$/u.test(token));
  if (meaningful.length === 0) return 2;
  if (meaningful.every((token) => healthy.has(token))) return 0;
  return meaningful.every((token) => abnormal.has(token)) ? 3 : 2;
}

/** Whether `a` says that `b` is not there, or is the lesser of a pair such as low and high. */
function isOppositeOf(a: Tokens, b: Tokens): boolean {
  if (idioms.some((idiom) => startsWith(a, idiom)) || isUnreassuring(b)) return false;
  const rest = withoutBeginning(a, allNegators) ?? withoutEnding(a, [...absent, ...negative]);
  if (rest !== null && isUnreassuring(rest)) return false;
  const named = rest?.filter((token) => !neutral.has(token)) ?? [];
  if (named.length > 0 && named.every((token) => b.includes(token))) return true;
  const affirmed = a.filter((token) => !allNegators.some((negator) => key(negator) === token));
  if (affirmed.length < a.length && affirmed.length > 0 && key(affirmed) === key(b)) return true;
  const [joined, other] = [a.join(''), b.join('')];
  if (isNegated(joined, other) || isTestedNegative(joined, other)) return true;
  if (a.length !== b.length) return false;
  const different = a.flatMap((token, i) => (token === b[i] ? [] : [[token, b[i] ?? ''] as const]));
  const [pair] = different;
  if (different.length !== 1 || pair === undefined) return false;
  const [word, instead] = pair;
  if (isUnreassuring(a.filter((token) => token !== word))) return false;
  if (isNegated(word, instead) || oppositeKeys.has(`${word}/${instead}`)) return true;
  // "fracture: no" and "fracture: yes"; "normal bone density" and "low bone density".
  const counterpart = standing([instead]);
  return (standing([word]) === 0 && counterpart === 3) || (healthy.has(word) && counterpart > 1);
}

/** Whether `a` says that `b` was there once: "status post fracture" beside "fracture". */
function isPastOf(a: Tokens, b: Tokens): boolean {
  const rest = withoutBeginning(a, past);
  return rest !== null && (key(rest) === key(b) || key(rest) === key(b.slice(1)));
}

/** "seronegative" beside "seropositive", "N0" beside "N+". */
const isTestedNegative = (word: string, other: string): boolean =>
  (/negativ/u.test(word) && word.replace('negativ', 'positiv') === other) ||
  (word.endsWith('0') && other === `${word.slice(0, -1)}positive`);

const isNegated = (word: string, other: string): boolean =>
  beginnings.some(([beginning, letters]) => other.length >= letters && word === beginning + other) ||
  // "noduleless" beside "nodule", "lesionless" beside "lesional".
  endings.some(([ending, letters]) => {
    const stem = word.endsWith(ending) ? word.slice(0, -ending.length) : '';
    return stem.length >= letters && other.startsWith(stem) && !isUnreassuring([stem]);
  });

/** The tokens after the first of `phrases` that they begin with; null where there is none or nothing follows. */
function withoutBeginning(tokens: Tokens, phrases: readonly Tokens[]): Tokens | null {
  const found = phrases.find((phrase) => phrase.length < tokens.length && startsWith(tokens, phrase));
  return found === undefined ? null : tokens.slice(found.length);
}

function withoutEnding(tokens: Tokens, phrases: readonly Tokens[]): Tokens | null {
  const found = phrases.find(
    (phrase) => phrase.length < tokens.length && key(tokens.slice(-phrase.length)) === key(phrase),
  );
  return found === undefined ? null : tokens.slice(0, -found.length);
}

function startsWith(tokens: Tokens, phrase: Tokens): boolean {
  return phrase.every((token, i) => tokens[i] === token);
}

const roman: Readonly<Record<string, number>> = { i: 1, ii: 2, iii: 3, iv: 4, v: 5, vi: 6 };

const isScale = (name: string): boolean => scales.has(name) || name.endsWith('rads');

/** A name that ends in a number or begins a range with one: "BI-RADS 4a" is 4.1 on "birads"; null for any other name. */
function gradeOf(tokens: Tokens): { readonly scale: string; readonly value: number } | null {
  const place = tokens.findIndex((token) => /\d/u.test(token) || token in roman);
  const token = tokens[place];
  if (token === undefined) return null;
  const [, stem = '', digits = '', letter = ''] = /^(\D*)(\d+)([a-d]?)$/u.exec(String(roman[token] ?? token)) ?? [];
  const scale = tokens.slice(0, place).join('') + stem;
  if (digits === '' || scale === '') return null;
  return { scale, value: Number(digits) + (letter === '' ? 0 : (letter.charCodeAt(0) - 96) / 10) };
}
