/**
 * What figures mean, by rule: figures in, verdict out. The rules with their reasons stand in docs/window/verdict.md; the words are the contract's.
 *
 * A model is asked questions: to tell each class from each other one, or whether each finding is present. Each has an AUC, and one rule holds for
 * all: a question is answered better than by guessing where the interval of its AUC lies above 0.5, on patients enough for that to mean anything. Where there are several questions their
 * intervals are so much wider (Bonferroni) that a model which guesses passes none of them in 95 of 100 evaluations, however many there are.
 * Of numbers guessing is to say the mean always, and R² takes the place of the AUC, 0 that of 0.5.
 */
import type { Verdict, VerdictKind, VerdictQuestion } from '../../contract/index.ts';
import { exactAucInterval } from '../../statistics/exact.ts';

type Estimate = Verdict['figure'];

/** From here on a model is called good: of two cases, one of either kind, it ranks four pairs of five rightly. Of numbers: half of the variance explained. */
export const goodFrom = { auc: 0.8, rSquared: 0.5 } as const;
/** A wider interval is of few patients: two fifths of the way from guessing to perfect. */
export const widest = { auc: 0.2, rSquared: 0.4 } as const;

const guessingAt = { auc: 0.5, rSquared: 0 } as const;

/** What every verdict is told. */
interface Judged {
  readonly patients: number;
  readonly cases: number;
  /** Classes, findings or the number, in the model's order. */
  readonly names: readonly string[];
  /** Mean AUC or R², with its 95 % interval. */
  readonly figure: Estimate;
  readonly beside: Verdict['beside'];
}

export interface JudgedClasses extends Judged {
  /** Every pair of classes of which there are cases. */
  readonly questions: readonly VerdictQuestion[];
  /** Rows are the labels, columns the model's own decisions. */
  readonly confusion: readonly (readonly number[])[];
  readonly accuracy: Estimate;
}

/** The verdict on a model whose answer is one name out of several. */
export function verdictOnClasses(judged: JudgedClasses): Verdict {
  const { names, confusion, questions, accuracy } = judged;
  const labelled = confusion.map((row) => row.reduce((sum, n) => sum + n, 0));
  const answered = names.map((_, c) => confusion.reduce((sum, row) => sum + (row[c] ?? 0), 0));
  const total = labelled.reduce((sum, n) => sum + n, 0);
  const most = labelled.indexOf(Math.max(...labelled));
  const untold = questions.filter((question) => !isTold(question));
  const neverAnswered = names.filter((_, c) => (labelled[c] ?? 0) > 0 && answered[c] === 0);
  const ranked = byQuestions(judged, questions);
  // Probabilities that rank rightly help nobody who is given the decisions: a class that is never answered is told from none.
  const isRankedOnly = (ranked.kind === 'good' || ranked.kind === 'weak') && neverAnswered.length > 0;
  return {
    ...common(judged, 'auc'),
    of: 'classes',
    ...ranked,
    ...(isRankedOnly ? { kind: 'ranksOnly' as const } : {}),
    told: names.filter(
      (name, c) =>
        (labelled[c] ?? 0) > 0 &&
        questions.some((question) => question.names.includes(name)) &&
        !untold.some((question) => question.names.includes(name)),
    ),
    missing: names.filter((_, c) => labelled[c] === 0),
    neverAnswered,
    accuracy:
      total === 0 ? null : { own: accuracy, most: { name: names[most] ?? '', share: (labelled[most] ?? 0) / total } },
  };
}

export interface JudgedFindings extends Judged {
  /** The findings that can be judged. */
  readonly questions: readonly VerdictQuestion[];
}

/** The verdict on a model of several findings. */
export function verdictOnFindings(judged: JudgedFindings): Verdict {
  const { names, questions } = judged;
  return {
    ...common(judged, 'auc'),
    of: 'findings',
    ...byQuestions(judged, questions),
    told: questions.filter(isTold).map((question) => question.names[0] ?? ''),
    missing: names.filter((name) => !questions.some((question) => question.names[0] === name)),
  };
}

export interface JudgedNumbers extends Judged {
  readonly error: Estimate;
  /** The mean absolute distance of the labels from their mean. */
  readonly errorOfMean: number;
}

/** The verdict on a model of numbers. */
export function verdictOnNumbers(judged: JudgedNumbers): Verdict {
  const { figure, error, errorOfMean } = judged;
  return {
    ...common(judged, 'rSquared'),
    of: 'numbers',
    kind: kindOf(
      [{ estimate: figure, isTold: (figure.interval?.[0] ?? 0) > guessingAt.rSquared, isEnough: true }],
      'rSquared',
    ),
    error: { own: error, ofMean: errorOfMean },
  };
}

/** What all verdicts have in common; what a target does not have is empty. */
function common({ patients, cases, names, figure, beside }: Judged, scale: keyof typeof widest) {
  return {
    patients,
    cases,
    names: [...names],
    figure,
    beside,
    isFew: isWide(figure, scale),
    told: [] as string[],
    untold: [] as VerdictQuestion[],
    lowest: null,
    missing: [] as string[],
    neverAnswered: [] as string[],
    accuracy: null,
    error: null,
  };
}

function isWide({ interval }: Estimate, scale: keyof typeof widest): boolean {
  return interval !== null && interval[1] - interval[0] > widest[scale];
}

function byQuestions({ figure }: Judged, questions: readonly VerdictQuestion[]) {
  const known = questions.filter(({ auc }) => auc.value !== null);
  const untold = questions.filter((question) => !isTold(question));
  const [lowest = null] = [...known].sort((a, b) => (a.auc.value ?? 0) - (b.auc.value ?? 0));
  const answered = questions.map((question) => ({
    estimate: question.auc,
    isTold: isTold(question),
    isEnough: question.isEnough,
  }));
  const kind = figure.value === null ? 'unjudged' : kindOf(answered, 'auc');
  // Were all ranked rightly, the interval of so few pairs of patients would be wide; it is no narrower because some are not.
  const atBest = exactAucInterval(1, Math.min(...questions.map(({ pairs }) => pairs)));
  const isFew = isWide(figure, 'auc') || (atBest !== null && atBest[1] - atBest[0] > widest.auc);
  return { kind, isFew, untold: [...untold], lowest };
}

/** Whether a question is answered better than by guessing: the one rule. */
function isTold({ auc, isEnough }: VerdictQuestion): boolean {
  return isEnough && auc.interval !== null && auc.interval[0] > guessingAt.auc;
}

/** What one question or the number gives: its estimate, and whether it counts as told. */
interface Answered {
  readonly estimate: Estimate;
  readonly isTold: boolean;
  readonly isEnough: boolean;
}

/** The kind of verdict that all questions give together. */
function kindOf(answered: readonly Answered[], scale: keyof typeof guessingAt): VerdictKind {
  const [guessing, good] = [guessingAt[scale], goodFrom[scale]];
  const known = answered.flatMap(({ estimate: { value, interval }, ...own }) =>
    value === null || interval === null ? [] : [{ value, interval, ...own }],
  );
  if (known.length === 0) return 'unjudged';
  const told = known.filter(({ isTold: is }) => is);
  if (told.length === 0) {
    if (known.some(({ interval, isEnough }) => isEnough && interval[1] < guessing)) return 'worse';
    // A good model is not ruled out either: these cases say nothing.
    return known.some(({ interval, isEnough }) => !isEnough || interval[1] >= good) ? 'tooFew' : 'guessing';
  }
  if (told.length < answered.length) return 'partly';
  return Math.min(...told.map(({ value }) => value)) >= good ? 'good' : 'weak';
}
