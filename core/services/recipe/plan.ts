/**
 * What a search tries, and how long, for each budget.
 *
 * Steps, not epochs, are counted: a network that has seen sixty images as often as another has seen six hundred has learned as long, so small
 * data sets get as many steps as middling ones. Beyond those, every round sees the images a few times at least.
 */
import type { BudgetName, Candidate, Method, SearchPlan, SearchRound } from '../../contract/index.ts';

/** Folds that patients are dealt to where every class has as many. */
export const foldsWanted = 5;

const decay = 0.1;
const candidate = (method: Method, learningRate: number, others: Partial<Candidate> = {}): Candidate => ({
  method,
  learningRate,
  weightDecay: decay,
  augment: true,
  ...others,
});

interface Budget {
  readonly candidates: readonly Candidate[];
  readonly rounds: readonly SearchRound[];
  /** Of each network that is trained with the recipe that wins. */
  readonly steps: number;
}

const budgets: Readonly<Record<BudgetName, Budget>> = {
  quick: {
    candidates: [
      candidate('attentive', 5e-3),
      candidate('attentive', 2e-3),
      candidate('fpt+', 3e-3),
      candidate('fpt+', 1e-3),
      candidate('linear', 1e-2),
    ],
    rounds: [
      { candidates: 5, folds: 2, steps: 200 },
      { candidates: 2, folds: 3, steps: 400 },
    ],
    steps: 800,
  },
  thorough: {
    candidates: [
      ...[1e-3, 2e-3, 5e-3, 1e-2].map((rate) => candidate('attentive', rate)),
      candidate('attentive', 5e-3, { weightDecay: 0.01 }),
      ...[5e-4, 1e-3, 3e-3].map((rate) => candidate('fpt+', rate)),
      candidate('fpt+', 1e-3, { augment: false }),
      ...[3e-3, 1e-2, 3e-2].map((rate) => candidate('linear', rate)),
    ],
    rounds: [
      { candidates: 12, folds: 3, steps: 300 },
      { candidates: 5, folds: 5, steps: 600 },
      { candidates: 2, folds: 5, steps: 1200 },
    ],
    steps: 2000,
  },
  overnight: {
    candidates: [
      ...[0.1, 0.01].flatMap((weightDecay) =>
        [1e-3, 2e-3, 5e-3, 1e-2, 2e-2].map((rate) => candidate('attentive', rate, { weightDecay })),
      ),
      ...[true, false].flatMap((augment) =>
        [3e-4, 1e-3, 3e-3, 1e-2].map((rate) => candidate('fpt+', rate, { augment })),
      ),
      candidate('fpt+', 1e-3, { weightDecay: 0.01 }),
      ...[1e-3, 3e-3].map((rate) => candidate('side-only', rate)),
      ...[3e-3, 1e-2, 3e-2, 1e-1].map((rate) => candidate('linear', rate)),
    ],
    rounds: [
      { candidates: 25, folds: 5, steps: 500 },
      { candidates: 10, folds: 5, steps: 1500 },
      { candidates: 4, folds: 5, steps: 4000 },
    ],
    steps: 6000,
  },
};

/** Times that a training sees each image at least, whatever the budget says of its steps. */
const fewestEpochs = 5;

/** The plan of a search over `images` images of training and validation. */
export function planSearch(
  budget: BudgetName,
  {
    seed,
    folds,
    images,
    batch,
    methods,
  }: {
    readonly seed: number;
    readonly folds: number;
    readonly images: number;
    readonly batch: number;
    /** The methods that may be tried; all that a budget has where left out. */
    readonly methods?: readonly Method[] | undefined;
  },
): SearchPlan {
  const { candidates, rounds, steps } = budgets[budget];
  const least = Math.ceil((fewestEpochs * images * (folds - 1)) / (folds * batch));
  const enough = (n: number): number => Math.max(n, least);
  const chosen = candidates.filter(({ method }) => methods === undefined || methods.includes(method));
  return {
    budget,
    seed,
    folds,
    images,
    candidates: chosen,
    rounds: rounds.map((round) => ({
      candidates: Math.min(round.candidates, chosen.length),
      folds: Math.min(round.folds, folds),
      steps: enough(round.steps),
    })),
    steps: enough(steps),
  };
}
