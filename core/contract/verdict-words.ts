/** A verdict in sentences: how they are put together, and the English ones. The window has the German ones of the same shape. */
import { counted } from '../base/counted.ts';
import { shownNumber } from '../base/shown-number.ts';
import type { Verdict, VerdictKind, VerdictQuestion } from './verdict.ts';

/** The parts of which sentences are made. Figures come as text, as the language writes them. */
export interface VerdictWords {
  readonly unjudged: (patients: number) => string;
  readonly tooFew: (patients: number, figure: string) => string;
  readonly guessing: (patients: number, figure: string) => string;
  readonly worse: (figure: string) => string;
  /** @param told classes told from all others; `pairs` are those that are not told apart, in words */
  readonly partlyClasses: (told: readonly string[], pairs: readonly string[]) => string;
  readonly partlyFindings: (told: readonly string[], untold: readonly string[]) => string;
  /** @param never classes that are never answered */
  readonly ranksOnly: (never: readonly string[], figure: string) => string;
  readonly weak: (lowest: string) => string;
  readonly good: (what: string, figure: string) => string;
  /** What a good model does. */
  readonly tells: { readonly classes: (names: readonly string[]) => string; readonly findings: (n: number) => string };
  readonly goodNumbers: (figure: string) => string;
  readonly weakNumbers: (figure: string) => string;
  readonly guessingNumbers: (patients: number, figure: string) => string;
  readonly worseNumbers: (figure: string) => string;
  /** Said after a verdict on few patients. */
  readonly few: (patients: number) => string;
  readonly figures: { readonly auc: string; readonly meanAuc: string; readonly rSquared: string };
  readonly estimate: (name: string, value: string, interval: readonly [string, string] | null) => string;
  readonly question: (of: VerdictQuestion['names'], auc: string) => string;
  readonly andOthers: (n: number) => string;
  readonly missingClasses: (names: readonly string[]) => string;
  readonly missingFindings: (names: readonly string[]) => string;
  readonly neverAnswered: (names: readonly string[]) => string;
  /** @param range from where to where it may lie, in words; empty where that is not known */
  readonly accuracy: (own: string, range: string, most: string, share: string) => string;
  readonly error: (own: string, range: string, ofMean: string) => string;
  readonly range: (low: string, high: string) => string;
  readonly beside: Readonly<
    Record<NonNullable<Verdict['beside']>['outcome'], (model: string, figure: string) => string>
  >;
  readonly differences: { readonly auc: string; readonly error: string };
}

/** How figures are written. */
export interface VerdictNumbers {
  readonly number: (value: number, digits: number) => string;
  readonly percent: (value: number) => string;
}

/** Pairs and findings that a sentence names before it counts the others. */
const mostNamed = 4;

/** Verdicts that claim something of the model, which more patients may turn round. */
const saysSomething: ReadonlySet<VerdictKind> = new Set(['good', 'weak', 'ranksOnly', 'partly']);

/** The verdict first, then what else a reader should know: one sentence or two each. */
export function verdictSentences(verdict: Verdict, words: VerdictWords, numbers: VerdictNumbers): string[] {
  const { accuracy, error, beside, missing, neverAnswered } = verdict;
  const isFindings = verdict.of === 'findings';
  const digits = error === null ? 3 : digitsOf(error.ofMean);
  const inUnit = (value: number): string => numbers.number(value, digits);
  return [
    headOf(verdict, words, numbers),
    ...(verdict.isFew && saysSomething.has(verdict.kind) ? [words.few(verdict.patients)] : []),
    ...(missing.length === 0 ? [] : [(isFindings ? words.missingFindings : words.missingClasses)(missing)]),
    ...(neverAnswered.length === 0 || verdict.kind === 'ranksOnly' ? [] : [words.neverAnswered(neverAnswered)]),
    ...(accuracy === null || accuracy.own.value === null
      ? []
      : [
          words.accuracy(
            numbers.percent(accuracy.own.value),
            rangeText(accuracy.own.interval, words, numbers.percent),
            accuracy.most.name,
            numbers.percent(accuracy.most.share),
          ),
        ]),
    ...(error === null || error.own.value === null
      ? []
      : [words.error(inUnit(error.own.value), rangeText(error.own.interval, words, inUnit), inUnit(error.ofMean))]),
    ...(beside === null
      ? []
      : [
          words.beside[beside.outcome](
            beside.model,
            estimateText(
              words.differences[verdict.of === 'numbers' ? 'error' : 'auc'],
              beside.difference,
              words,
              numbers,
              digits,
            ),
          ),
        ]),
  ];
}

/** The verdict itself, in one sentence. */
function headOf(verdict: Verdict, words: VerdictWords, numbers: VerdictNumbers): string {
  const { kind, of, patients, names, told, untold, lowest } = verdict;
  if (kind === 'unjudged') return words.unjudged(patients);
  const isNumbers = of === 'numbers';
  const name = isNumbers
    ? words.figures.rSquared
    : names.length > 2 || of === 'findings'
      ? words.figures.meanAuc
      : words.figures.auc;
  const figure = estimateText(name, verdict.figure, words, numbers);
  const auc = (question: VerdictQuestion): string => estimateText(words.figures.auc, question.auc, words, numbers);
  switch (kind) {
    case 'tooFew':
      return words.tooFew(patients, figure);
    case 'guessing':
      return (isNumbers ? words.guessingNumbers : words.guessing)(patients, figure);
    case 'worse':
      return (isNumbers ? words.worseNumbers : words.worse)(figure);
    case 'ranksOnly':
      return words.ranksOnly(verdict.neverAnswered, figure);
    case 'weak':
      if (isNumbers || lowest === null) return words.weakNumbers(figure);
      return words.weak(words.question(lowest.names, auc(lowest)));
    case 'partly': {
      const texts = untold.slice(0, mostNamed).map((question) => words.question(question.names, auc(question)));
      const rest = untold.length - texts.length;
      const listed = rest > 0 ? [...texts, words.andOthers(rest)] : texts;
      return (of === 'findings' ? words.partlyFindings : words.partlyClasses)(told, listed);
    }
    case 'good':
      if (isNumbers) return words.goodNumbers(figure);
      return words.good(of === 'findings' ? words.tells.findings(told.length) : words.tells.classes(told), figure);
  }
}

type EstimateOf = Verdict['figure'];

function estimateText(
  name: string,
  { value, interval }: EstimateOf,
  words: VerdictWords,
  { number }: VerdictNumbers,
  digits = 2,
): string {
  const ends = interval === null ? null : ([number(interval[0], digits), number(interval[1], digits)] as const);
  return words.estimate(name, value === null ? '–' : number(value, digits), ends);
}

function rangeText(interval: EstimateOf['interval'], words: VerdictWords, of: (value: number) => string): string {
  return interval === null ? '' : ` (${words.range(of(interval[0]), of(interval[1]))})`;
}

/** Decimals that keep three significant digits of an error in any unit. */
const digitsOf = (size: number): number => Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.max(size, 1e-6)))));

const quoted = (name: string): string => `“${name}”`;
/** `“a”`, `“a” and “b”`, `“a”, “b” and “c”`. */
const listOf = (texts: readonly string[], and: string): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} ${and} ${texts.at(-1)}`;
const both = (names: readonly string[]): string => listOf(names.map(quoted), 'and');
const n = (count: number, one: string, several: string): string => counted('en', count, one, several);

export const englishVerdict: VerdictWords = {
  unjudged: (patients) =>
    `Cannot be judged on these cases: ${n(patients, 'patient gives', 'patients give')} nothing to tell apart, or too little to say how certain it is.`,
  tooFew: (patients, figure) =>
    `Nobody can tell yet whether this is better than guessing: ${n(patients, 'patient is', 'patients are')} too few (${figure}).`,
  guessing: (patients, figure) =>
    `Not better than guessing, as far as ${n(patients, 'patient shows', 'patients show')} (${figure}; guessing gives 0.50).`,
  worse: (figure) =>
    `Worse than guessing (${figure}; guessing gives 0.50): answers are the wrong way round. Check whether labels are exchanged.`,
  partlyClasses: (told, pairs) =>
    told.length === 0
      ? `Tells some classes apart, but on these cases not ${listOf(pairs, 'nor')}.`
      : `Tells ${both(told)} from the rest, but on these cases not ${listOf(pairs, 'nor')}.`,
  partlyFindings: (told, untold) =>
    `Better than guessing at ${both(told)}; on these cases not at ${listOf(untold, 'nor')}.`,
  ranksOnly: (never, figure) =>
    `Tells the classes apart by its probabilities (${figure}), but not by its decisions: it never answers ${listOf(never.map(quoted), 'or')}.`,
  weak: (lowest) => `Better than guessing, but often wrong: ${lowest}, where guessing gives 0.50.`,
  good: (what, figure) => `Good: ${what} (${figure}).`,
  tells: {
    classes: (names) =>
      names.length === 2
        ? `tells “${names[0]}” from “${names[1]}”`
        : `tells all ${n(names.length, 'class', 'classes')} apart`,
    findings: (count) => (count === 1 ? 'finds what it is asked for' : `finds all ${n(count, 'finding', 'findings')}`),
  },
  goodNumbers: (figure) => `Good: it explains half or more of the differences between cases (${figure}).`,
  weakNumbers: (figure) =>
    `Better than always saying the mean, but it explains less than half of the differences between cases (${figure}).`,
  guessingNumbers: (patients, figure) =>
    `Not better than always saying the mean, as far as ${n(patients, 'patient shows', 'patients show')} (${figure}; the mean gives 0).`,
  worseNumbers: (figure) => `Worse than always saying the mean (${figure}; the mean gives 0).`,
  few: (patients) =>
    `That is on few patients (${patients.toLocaleString('en-US')}): with more it may turn out otherwise.`,
  figures: { auc: 'AUC', meanAuc: 'mean AUC', rSquared: 'R²' },
  estimate: (name, value, interval) =>
    [name, interval === null ? value : `${value}, ${interval[0]} to ${interval[1]}`]
      .filter((part) => part !== '')
      .join(' '),
  question: ([first = '', second], auc) =>
    second === undefined ? `“${first}” (${auc})` : `“${first}” from “${second}” (${auc})`,
  andOthers: (count) => `${count} more`,
  missingClasses: (names) =>
    `There is no case of ${both(names)}: nothing is known about ${names.length === 1 ? 'it' : 'them'}.`,
  missingFindings: (names) => `${both(names)} cannot be judged here.`,
  neverAnswered: (names) => `It never answers ${listOf(names.map(quoted), 'or')}.`,
  range: (low, high) => `${low} to ${high}`,
  accuracy: (own, range, most, share) =>
    `It is right in ${own} of the cases${range}; always answering “${most}” would be in ${share}.`,
  error: (own, range, ofMean) =>
    `It is off by ${own} on average${range}; always saying the mean would be off by ${ofMean}.`,
  beside: {
    better: (model, figure) => `Better than the linear model “${model}” (${figure}).`,
    same: (model, figure) => `Not better than the linear model “${model}”, as far as these cases show (${figure}).`,
    worse: (model, figure) => `Worse than the linear model “${model}” (${figure}).`,
  },
  differences: { auc: 'difference in AUC', error: 'difference in error' },
};

/** Figures as English texts of the command line and of reports have them. */
export const englishNumbers: VerdictNumbers = {
  number: shownNumber,
  percent: (value) => `${(100 * value).toFixed(0)} %`,
};

/** A verdict in English. */
export const englishVerdictSentences = (verdict: Verdict): string[] =>
  verdictSentences(verdict, englishVerdict, englishNumbers);
