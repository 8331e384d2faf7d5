/**
 * What a search tries for each budget.
 *
 * Steps, not epochs, are counted: a network that has seen sixty images as often as another has seen six hundred has learned as long, so small
 * data sets get as many steps as middling ones, and of large ones each image is seen a few times at least. How many steps are best is searched
 * for like the rest: on few images an attentive probe is past its best after a few hundred, where FPT+ has hardly begun.
 */
import {
  type BudgetName,
  budgetNames,
  type Candidate,
  type Method,
  methods,
  type SearchPlan,
  type SearchRound,
} from '../../contract/index.ts';

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

/**
 * What is tried of methods that no budget tries by itself, where they are asked for. Those that compute the LPM in every step have few steps: one takes
 * as long as fifty of the others, and their weights begin where the LPM ended. Rates lie around those at which a method learns well: of all weights of the
 * LPM low, of its last blocks somewhat higher, of small parts beside it as usual, and of prompts high.
 */
const onRequest: Readonly<Partial<Record<Method, Readonly<Record<BudgetName, readonly Candidate[]>>>>> = {
  fpt: {
    quick: grid('fpt', [1e-3, 3e-3], [700]),
    thorough: grid('fpt', [1e-3, 3e-3], [700, 1500]),
    overnight: grid('fpt', [3e-4, 1e-3, 3e-3], [1500, 3000, 8000]),
  },
  'side-only': {
    quick: grid('side-only', [1e-3, 3e-3], [700]),
    thorough: grid('side-only', [1e-3, 3e-3], [700, 1500]),
    overnight: [],
  },
  lora: throughLpm('lora', [1e-3, 3e-3], [3e-4, 1e-3, 3e-3]),
  adapter: throughLpm('adapter', [1e-3, 3e-3], [3e-4, 1e-3, 3e-3]),
  'prompt-tuning': throughLpm('prompt-tuning', [3e-3, 1e-2], [1e-3, 3e-3, 1e-2]),
  bitfit: throughLpm('bitfit', [1e-3, 3e-3], [3e-4, 1e-3, 3e-3]),
  partial: throughLpm('partial', [1e-4, 5e-4], [1e-4, 3e-4, 1e-3]),
  full: throughLpm('full', [3e-5, 1e-4], [1e-5, 3e-5, 1e-4]),
};

/** @param few the rates of a quick search; `more` those of the others */
function throughLpm(
  method: Method,
  few: readonly number[],
  more: readonly number[],
): Readonly<Record<BudgetName, readonly Candidate[]>> {
  return {
    quick: grid(method, few, [120]),
    thorough: grid(method, more, [120, 300]),
    overnight: grid(method, more, [300, 800]),
  };
}

/** The methods that a search of a budget tries by itself, in the order of the contract. */
export function methodsOfBudget(budget: BudgetName): readonly Method[] {
  return methods.filter((method) => budgets[budget].candidates.some((one) => one.method === method));
}

/** The same for every budget. */
export function methodsOfBudgets(): Record<BudgetName, Method[]> {
  const entries = budgetNames.map((budget) => [budget, [...methodsOfBudget(budget)]] as const);
  return Object.fromEntries(entries) as Record<BudgetName, Method[]>;
}

/** The methods that are asked for, each once and in the order of the contract; undefined where they are those of the budget. */
export function methodsAsked(budget: BudgetName, asked: readonly Method[] | undefined): readonly Method[] | undefined {
  if (asked === undefined) return undefined;
  const wanted = methods.filter((method) => asked.includes(method));
  return wanted.join() === methodsOfBudget(budget).join() ? undefined : wanted;
}

/** What a budget tries of some methods: what it tries by itself, and of the others their own lists. */
function candidatesOf(budget: BudgetName, wanted: readonly Method[]): readonly Candidate[] {
  const own = methodsOfBudget(budget);
  return [
    ...budgets[budget].candidates.filter(({ method }) => wanted.includes(method)),
    ...wanted.flatMap((method) => (own.includes(method) ? [] : (onRequest[method]?.[budget] ?? []))),
  ];
}

/** Times that a training sees each image at least, whatever a budget says of its steps. */
const fewestEpochs = 5;

/** What a plan depends on besides the budget. */
export interface PlanFacts extends Pick<SearchPlan, 'seed' | 'folds' | 'images'> {
  readonly batch: number;
  /** The methods that are tried; those of the budget where left out. */
  readonly methods?: readonly Method[] | undefined;
}

/** The plan of a search. */
export function planSearch(budget: BudgetName, { seed, folds, images, batch, methods }: PlanFacts): SearchPlan {
  const { candidates: all, rounds } = budgets[budget];
  const asked = methodsAsked(budget, methods);
  const candidates = asked === undefined ? all : candidatesOf(budget, asked);
  const least = fewestEpochs * Math.floor(learnedOf({ images, folds }) / batch);
  const enough = candidates.map((one) => ({ ...one, steps: Math.max(one.steps, least) }));
  // Of many images several candidates of one rate get the same steps: one of them is tried.
  const told = new Set<string>();
  const chosen = enough.filter((one) => {
    const text = JSON.stringify(one);
    return !told.has(text) && told.add(text);
  });
  // Of other methods the same share goes on.
  const goingOn = (count: number): number =>
    asked === undefined ? count : Math.max(2, Math.round((count * chosen.length) / all.length));
  return {
    ...{ budget, ...(asked === undefined ? {} : { methods: [...asked] }), seed, folds, images },
    candidates: chosen,
    rounds: rounds.map((round) => ({
      candidates: Math.min(goingOn(round.candidates), chosen.length),
      folds: Math.min(round.folds, folds),
    })),
  };
}

/** Images that a network learns from, of all but one fold. */
export function learnedOf({ images, folds }: Pick<SearchPlan, 'images' | 'folds'>): number {
  return Math.floor((images * (folds - 1)) / folds);
}
