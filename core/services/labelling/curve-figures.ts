/** AUCs of a learning curve, of the images that are answered by the networks of each repeat and size. */
import type { TargetKind } from '../../contract/index.ts';
import { targetFacts } from '../../contract/index.ts';
import type { CurveFigures } from '../../statistics/learning-curve.ts';
import { meanDefined, type Ranking, rank, rankedFigures } from '../../statistics/metrics.ts';

export interface CurveAnswers {
  readonly target: TargetKind;
  readonly classes: number;
  /** What is true, as a network learns it: [n] places of classes, or [n, classes] marks with NaN where one is not known. */
  readonly labels: ArrayLike<number>;
  /** The number of each image's patient, from 0. */
  readonly patientOf: ArrayLike<number>;
  /** Probabilities [n, classes] of each repeat and size. */
  readonly probabilities: readonly (readonly Float64Array[])[];
}

interface RankedAnswers {
  readonly ranking: Ranking;
  /** The patient of each example from the highest probability down. */
  readonly rows: Int32Array;
}

/** The AUC of one class or finding against the rest, at each repeat and size. */
export function classFigures(answers: CurveAnswers, c: number): CurveFigures {
  const ranked = answers.probabilities.map((sizes) =>
    sizes.map((probabilities) => rankedAnswers(answers, probabilities, c)),
  );
  return (weights) =>
    ranked.map((sizes) =>
      sizes.map(({ ranking, rows }) => rankedFigures(ranking, weights === undefined ? {} : { rows, weights }).auc),
    );
}

/** The mean of several figures where each of them is defined for some; null where none is. */
export function meanFigures(figures: readonly CurveFigures[]): CurveFigures {
  return (weights) => {
    const all = figures.map((one) => one(weights));
    const [first = []] = all;
    return first.map((sizes, r) => sizes.map((_, s) => meanDefined(all.map((one) => one[r]?.[s] ?? null))));
  };
}

function rankedAnswers(
  { target, classes, labels, patientOf }: CurveAnswers,
  probabilities: Float64Array,
  c: number,
): RankedAnswers {
  const { isPerName } = targetFacts[target];
  const n = patientOf.length;
  const truth = (i: number): number => (isPerName ? (labels[i * classes + c] as number) : labels[i] === c ? 1 : 0);
  const known = Array.from({ length: n }, (_, i) => i).filter((i) => !Number.isNaN(truth(i)));
  const ranking = rank(
    {
      classes: 1,
      positive: null,
      // The class that is ranked is 0 here.
      targets: known.map((i) => 1 - truth(i)),
      probabilities: Float64Array.from(known, (i) => probabilities[i * classes + c] as number),
    },
    0,
  );
  return { ranking, rows: Int32Array.from(ranking.order, (k) => patientOf[known[k] as number] as number) };
}
