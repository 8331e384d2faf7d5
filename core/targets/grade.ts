/**
 * One grade out of several in an order (density, BI-RADS, Kellgren-Lawrence, retinopathy), lowest first.
 *
 * The network is that of classes: softmax and cross-entropy know nothing of the order. What is judged knows it: an answer two grades off
 * costs more than one that is next door, in kappa with quadratic weights (Cohen, Psychological Bulletin 1968;70:213-220), by which an
 * epoch is kept, and in the mean absolute error of the decisions.
 */
import { gradeDoubts } from '../statistics/doubts.ts';
import { meanAbsoluteError } from '../statistics/numbers.ts';
import { kappaOfDecisions } from '../statistics/ordinal.ts';
import { oneOfSeveral, validateRows } from './one-of-several.ts';
import type { Decided, Target, WeightedFigure } from './target.ts';

const kappa: WeightedFigure = ({ scores, decisions }: Decided, weights) =>
  kappaOfDecisions(scores.targets, decisions, scores.classes, weights);

export const gradeTarget: Target = {
  ...oneOfSeveral,
  criteria: [...oneOfSeveral.criteria, 'kappa'],
  readLabel: (word, listed) => {
    // Spreadsheets write the grade 2 as 2.0.
    const same = listed.find((name) => name === word) ?? listed.find((name) => isSameNumber(name, word));
    if (same !== undefined) return { label: same };
    if (listed.length === 0) return { problem: 'this data set has no grades yet; name them in their order first' };
    const grades = listed.map((name) => `"${name}"`).join(', ');
    return { problem: `"${word}" is no grade of this data set (its grades, in order: ${grades})` };
  },
  doubts: gradeDoubts,
  validate: (values, labels, logits) => {
    const { valAuc, valAccuracy, answers } = validateRows(values, labels, logits);
    return { valAuc, valAccuracy, valScore: kappa(answers) };
  },
  figures: {
    kappaQuadratic: kappa,
    meanAbsoluteError: ({ scores, decisions }, weights) => meanAbsoluteError(scores.targets, decisions, weights),
  },
};

function isSameNumber(a: string, b: string): boolean {
  return a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b);
}
