/** A search that tries three recipes for some steps each: every part of a search in seconds. */
import type { BudgetName, Candidate, SearchPlan } from '../../core/contract/index.ts';
import type { PlanFacts } from '../../core/services/recipe/plan.ts';

const shared = { weightDecay: 0.1, augment: true } as const;

export const smallCandidates: readonly Candidate[] = [
  { ...shared, method: 'linear', learningRate: 3e-2, steps: 8 },
  { ...shared, method: 'attentive', learningRate: 1e-2, steps: 12 },
  { ...shared, method: 'fpt+', learningRate: 3e-3, steps: 8 },
];

/** As `planSearch`, of these candidates: all on two folds, the better two on all. */
export function planOf(candidates: readonly Candidate[]) {
  return (budget: BudgetName, { seed, folds, images }: PlanFacts): SearchPlan => ({
    ...{ budget, seed, folds, images },
    candidates: [...candidates],
    rounds: [
      { candidates: candidates.length, folds: Math.min(2, folds) },
      { candidates: Math.min(2, candidates.length), folds },
    ],
  });
}
