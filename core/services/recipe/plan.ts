/**
 * What a search tries for each budget.
 *
 * Steps, not epochs, are counted: a network that has seen sixty images as often as another has seen six hundred has learned as long, so small
 * data sets get as many steps as middling ones, and of large ones each image is seen a few times at least. How many steps are best is searched
 * for like the rest: on few images an attentive probe is past its best after a few hundred, where FPT+ has hardly begun.
 */
import type { BudgetName, Candidate, Method, SearchPlan, SearchRound } from '../../contract/index.ts';

/** Folds that patients are dealt to where every class has as many. */
export const foldsWanted = 5;

type Tried = Omit<Candidate, 'method' | 'learningRate' | 'steps'>;

/** Each rate with each number of steps. */
function grid(
  method: Method,
  rates: readonly number[],
  steps: readonly number[],
  others: Partial<Tried> = {},
): Candidate[] {
  return steps.flatMap((n) =>
    rates.map((learningRate) => ({ method, learningRate, weightDecay: 0.1, augment: true, ...others, steps: n })),
  );
}

interface Budget {
  readonly candidates: readonly Candidate[];
  readonly rounds: readonly SearchRound[];
}

const budgets: Readonly<Record<BudgetName, Budget>> = {
  quick: {
    candidates: [
      ...grid('attentive', [2e-3, 5e-3], [200]),
      ...grid('attentive', [2e-3], [500]),
      ...grid('fpt+', [1e-3, 3e-3], [700]),
      ...grid('linear', [1e-2], [400]),
      ...grid('linear', [3e-2], [1000]),
    ],
    rounds: [
      { candidates: 7, folds: 2 },
      { candidates: 3, folds: 5 },
    ],
  },
  thorough: {
    candidates: [
      ...grid('attentive', [1e-3, 2e-3, 5e-3], [200, 500]),
      ...grid('attentive', [2e-3], [1200]),
      ...grid('attentive', [5e-3], [300], { weightDecay: 0.01 }),
      ...grid('fpt+', [1e-3, 3e-3], [700, 1500]),
      ...grid('fpt+', [1e-3], [3000]),
      ...grid('fpt+', [1e-3], [1500], { augment: false }),
      ...grid('linear', [1e-2, 3e-2], [400, 1500]),
    ],
    rounds: [
      { candidates: 18, folds: 2 },
      { candidates: 8, folds: 4 },
      { candidates: 4, folds: 5 },
    ],
  },
  overnight: {
    candidates: [
      ...grid('attentive', [1e-3, 2e-3, 5e-3, 1e-2], [200, 500, 1200]),
      ...grid('attentive', [2e-3, 5e-3], [500, 1200], { weightDecay: 0.01 }),
      ...grid('fpt+', [3e-4, 1e-3, 3e-3], [1500, 3000, 8000]),
      ...grid('fpt+', [1e-3, 3e-3], [3000, 8000], { augment: false }),
      ...grid('fpt+', [1e-3], [3000], { weightDecay: 0.01 }),
      ...grid('side-only', [1e-3, 3e-3], [3000, 8000]),
      ...grid('linear', [3e-3, 1e-2, 3e-2, 1e-1], [400, 1500, 5000]),
    ],
    rounds: [
      { candidates: 46, folds: 3 },
      { candidates: 20, folds: 5 },
    ],
  },
};

/** Times that a training sees each image at least, whatever a budget says of its steps. */
const fewestEpochs = 5;

/** What a plan depends on besides the budget. */
export interface PlanFacts extends Pick<SearchPlan, 'seed' | 'folds' | 'images'> {
  readonly batch: number;
}

/** The plan of a search. */
export function planSearch(budget: BudgetName, { seed, folds, images, batch }: PlanFacts): SearchPlan {
  const { candidates, rounds } = budgets[budget];
  const least = fewestEpochs * Math.floor(learnedOf({ images, folds }) / batch);
  const enough = candidates.map((one) => ({ ...one, steps: Math.max(one.steps, least) }));
  // Of many images several candidates of one rate get the same steps: one of them is tried.
  const told = new Set<string>();
  const chosen = enough.filter((one) => {
    const text = JSON.stringify(one);
    return !told.has(text) && told.add(text);
  });
  return {
    ...{ budget, seed, folds, images },
    candidates: chosen,
    rounds: rounds.map((round) => ({
      candidates: Math.min(round.candidates, chosen.length),
      folds: Math.min(round.folds, folds),
    })),
  };
}

/** Images that a network learns from, of all but one fold. */
export function learnedOf({ images, folds }: Pick<SearchPlan, 'images' | 'folds'>): number {
  return Math.floor((images * (folds - 1)) / folds);
}
