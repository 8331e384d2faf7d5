/**
 * By how much one model is better than another on the same cases, with its 95 % interval over patients: both answer the same resampled patients,
 * so what makes a case hard for both cancels out.
 */
import { type ComparedFigure, type EstimateView, targetFacts } from '../../contract/index.ts';
import { bootstrapInterval, bootstrapIntervals, pairedAucDifference } from '../../statistics/bootstrap.ts';
import { findingScores, type MarkedScores, macroRankings } from '../../statistics/findings.ts';
import { rank, rankedFigures, type Scores } from '../../statistics/metrics.ts';
import { pairOf } from '../evaluation/judge.ts';
import { positiveIndexOf } from '../training/operating-point.ts';
import { type AnsweredCases, casesOf, type PairedCases } from './common-cases.ts';

type Weights = ArrayLike<number>;
/** A figure of the cases, of which each counts as often as its weight says, once where there are none. */
type Figure = (weights?: Weights) => number | null;

interface Ruler {
  readonly figure: ComparedFigure;
  /** The figure of `answers`. */
  readonly own: (cases: AnsweredCases) => EstimateView;
  /** Better by how much than `before`. */
  readonly gain: (cases: PairedCases) => EstimateView;
  /** Better by how much than an answer that looks at no image. */
  readonly gainOverGuessing: (cases: AnsweredCases) => EstimateView;
  /** Of each name, where there are several. */
  readonly names: (cases: PairedCases) => { readonly name: string; readonly gain: EstimateView }[];
  /** Patients of the commonest answer, and of the others: an AUC is worth what the fewer of both are. Null where every patient has an own answer. */
  readonly rarer: (cases: AnsweredCases) => number | null;
}

/** How models of a target are compared: by the AUC, its mean over findings, or the mean absolute error. */
export function rulerOf({ record }: Pick<AnsweredCases, 'record'>): Ruler {
  const { isPerName, hasMarks } = targetFacts[record.target];
  if (!isPerName) return classRuler;
  return hasMarks ? findingRuler : quantityRuler;
}

/** The bootstrap of a figure over the cases' patients. */
function estimated(patients: readonly number[], figure: Figure): EstimateView {
  return { value: figure(), interval: pairOf(bootstrapInterval(patients, figure)) };
}

/** Two models that differ alike whoever is drawn differ by just that; whether the patients are enough to say so is the rule's to ask. */
const certain = { exact: (difference: number): [number, number] => [difference, difference] };

/** As `estimated`, of a difference between two models on the same patients. */
function gained(patients: readonly number[], figure: Figure): EstimateView {
  return { value: figure(), interval: pairOf(bootstrapInterval(patients, figure, certain)) };
}

const shifted = ({ value, interval }: EstimateView, by: number): EstimateView => ({
  value: value === null ? null : value + by,
  interval: interval === null ? null : [interval[0] + by, interval[1] + by],
});

const minus =
  (a: Figure, b: Figure): Figure =>
  (weights) => {
    const [first, second] = [a(weights), b(weights)];
    return first === null || second === null ? null : first - second;
  };

/** The AUC of answers by chance. */
const chance = 0.5;

const scoresOf = ({ record, columns, truths }: AnsweredCases, probabilities: Float64Array): Scores => ({
  ...{ classes: columns, positive: positiveIndexOf(record), targets: truths, probabilities },
});

const classRuler: Ruler = {
  figure: 'auc',
  own: (cases) => {
    const scores = scoresOf(cases, cases.answers);
    const positives = scores.positive === null ? [...Array(scores.classes).keys()] : [scores.positive];
    const aucs = positives.flatMap((c) => rankedFigures(rank(scores, c)).auc ?? []);
    return {
      value: aucs.length === 0 ? null : aucs.reduce((a, b) => a + b) / aucs.length,
      interval: pairOf(bootstrapIntervals(scores, cases.patients).auc),
    };
  },
  gain: (cases) => {
    const { value, interval } = pairedAucDifference(
      scoresOf(cases, cases.answers),
      scoresOf(cases, cases.before),
      cases.patients,
      certain,
    );
    return { value, interval: pairOf(interval) };
  },
  gainOverGuessing: (cases) => shifted(classRuler.own(cases), -chance),
  names: () => [],
  rarer: ({ truths, patients }) => {
    const byClass = Map.groupBy(truths.keys(), (row) => truths[row]);
    const counts = [...byClass.values()].map((rows) => new Set(rows.map((row) => patients[row])).size);
    return counts.reduce((a, b) => a + b, 0) - Math.max(0, ...counts);
  },
};

const marksOf = ({ columns, truths }: AnsweredCases, probabilities: Float64Array): MarkedScores => ({
  ...{ findings: columns, marks: truths, probabilities },
});
const meanAuc = (marks: MarkedScores): Figure => {
  const rankings = macroRankings(marks);
  return (weights) => rankings(weights).auc;
};

const findingRuler: Ruler = {
  figure: 'auc',
  own: (cases) => estimated(cases.patients, meanAuc(marksOf(cases, cases.answers))),
  gain: (cases) =>
    gained(cases.patients, minus(meanAuc(marksOf(cases, cases.answers)), meanAuc(marksOf(cases, cases.before)))),
  gainOverGuessing: (cases) => shifted(findingRuler.own(cases), -chance),
  names: (cases) =>
    cases.record.classes.map((name, k) => {
      const [own, before] = [cases.answers, cases.before].map((answers) => findingScores(marksOf(cases, answers), k));
      if (own === undefined || before === undefined) return { name, gain: { value: null, interval: null } };
      const patients = Array.from(own.rows, (row) => cases.patients[row] as number);
      const { value, interval } = pairedAucDifference(own.scores, before.scores, patients, certain);
      return { name, gain: { value, interval: pairOf(interval) } };
    }),
  // Of the finding that has most: a mean over findings is carried by those that are not rare.
  rarer: ({ columns, truths, patients }) =>
    Math.max(
      0,
      ...Array.from({ length: columns }, (_, k) => {
        const withMark = (mark: number): number =>
          new Set(patients.filter((_p, row) => truths[row * columns + k] === mark)).size;
        return Math.min(withMark(0), withMark(1));
      }),
    ),
};

/** The mean distance from what is true over what is known. */
function meanError({ truths }: AnsweredCases, answers: Float64Array, columns: number): Figure {
  return (weights) => {
    let [sum, known] = [0, 0];
    for (let at = 0; at < truths.length; at++) {
      const truth = truths[at] as number;
      if (Number.isNaN(truth)) continue;
      const weight = weights === undefined ? 1 : (weights[Math.floor(at / columns)] as number);
      sum += weight * Math.abs((answers[at] as number) - truth);
      known += weight;
    }
    return known === 0 ? null : sum / known;
  };
}

const quantityRuler: Ruler = {
  figure: 'absoluteError',
  own: (cases) => estimated(cases.patients, meanError(cases, cases.answers, cases.columns)),
  // An error that is smaller is a gain.
  gain: (cases) =>
    gained(
      cases.patients,
      minus(meanError(cases, cases.before, cases.columns), meanError(cases, cases.answers, cases.columns)),
    ),
  gainOverGuessing: (cases) => {
    const mean = cases.record.labelScale?.mean;
    if (mean === undefined) return { value: null, interval: null };
    return quantityRuler.gain({ ...cases, before: new Float64Array(cases.answers.length).fill(mean) });
  },
  names: () => [],
  rarer: () => null,
};

/** The figure of the model in use on the cases. */
export function figureBefore(cases: PairedCases): EstimateView {
  return rulerOf(cases).own({ ...casesOf(cases, [...cases.members.keys()]), answers: cases.before });
}
