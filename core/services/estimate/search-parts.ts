/** A search for a recipe as trainings whose times are known: one for each method that it tries, with the steps that are to be expected of it. */
import type { z } from 'zod';
import {
  networksTrained,
  type SearchPlan,
  type TimePromise,
  type trainOptionsSchema,
  type VersionImage,
} from '../../contract/index.ts';
import { stepsPerEpoch } from '../../training/sampler.ts';
import { learnedOf, planSearch } from '../recipe/plan.ts';
import { foldsWanted } from '../training/folds.ts';

type Training = Omit<z.output<typeof trainOptionsSchema>, 'resume'>;

/** Which candidates go on nobody knows beforehand; those with more or fewer steps, or of a slower method, move the time by so much. */
const fewest = 0.75;
const most = 1.35;

/**
 * What `options` come to: themselves, or of a search a training for each method, of folds and with a number of epochs, not always whole, that comes to the
 * steps expected of its candidates and of the networks that are trained at the end.
 * @param plan what their search would try; null where they search nothing
 */
export function trainingsOf(options: Training, plan: SearchPlan | null): readonly Training[] {
  if (plan === null) return [options];
  const perEpoch = Math.max(1, stepsPerEpoch(Math.max(1, learnedOf(plan)), options.batch));
  return [...expectedSteps(plan, networksAtTheEnd(plan, options))].map(([method, steps]) => ({
    ...options,
    method,
    folds: plan.folds,
    // Told by the steps already.
    repeats: 1,
    deliver: 'folds',
    epochs: steps / (plan.folds * perEpoch),
  }));
}

/** How many networks are trained by the recipe that wins. */
export function networksAtTheEnd(
  { folds }: Pick<SearchPlan, 'folds'>,
  { repeats, deliver }: Pick<Training, 'repeats' | 'deliver'>,
): number {
  return networksTrained({ folds, repeats, deliver });
}

/** What the search of these options would try, where patients can be dealt to all folds; null where they name a recipe. */
export function plannedSearch(
  { recipe, budget, seed, batch, methods }: Training,
  images: readonly Pick<VersionImage, 'split'>[],
): SearchPlan | null {
  if (recipe !== 'auto') return null;
  const used = images.filter(({ split }) => split !== 'test').length;
  return planSearch(budget, { seed, folds: foldsWanted, images: used, batch, methods });
}

/** Steps to be expected of each method, were all candidates alike; `networks` of the one that wins are trained at the end. */
export function expectedSteps(
  { candidates, rounds, folds }: Pick<SearchPlan, 'candidates' | 'rounds' | 'folds'>,
  networks = folds,
): Map<SearchPlan['candidates'][number]['method'], number> {
  let [answered, times] = [0, networks / candidates.length];
  for (const round of rounds) {
    times += ((round.folds - answered) * round.candidates) / candidates.length;
    answered = round.folds;
  }
  const steps = new Map<SearchPlan['candidates'][number]['method'], number>();
  for (const one of candidates) steps.set(one.method, (steps.get(one.method) ?? 0) + times * one.steps);
  return steps;
}

/**
 * How far the time of the trainings may lie from what is expected, as shares of it: where the cheapest candidates go on from each round, and where the
 * dearest do.
 * @param secondsOf a step of a method
 */
export function rangeOfTrainings(
  { candidates, rounds, folds }: Pick<SearchPlan, 'candidates' | 'rounds' | 'folds'>,
  secondsOf: ReadonlyMap<SearchPlan['candidates'][number]['method'], number>,
  networks = folds,
): { readonly least: number; readonly most: number } {
  const costs = candidates.map(({ method, steps }) => steps * (secondsOf.get(method) ?? 0)).sort((a, b) => a - b);
  const sum = (list: readonly number[]): number => list.reduce((all, cost) => all + cost, 0);
  let [answered, expected, least, most] = [0, 0, 0, 0];
  for (const round of [...rounds, { candidates: 1, folds: (rounds.at(-1)?.folds ?? 0) + networks }]) {
    const times = round.folds - answered;
    answered = round.folds;
    expected += (times * round.candidates * sum(costs)) / costs.length;
    least += times * sum(costs.slice(0, round.candidates));
    most += times * sum(costs.slice(-round.candidates));
  }
  return expected === 0 ? { least: 1, most: 1 } : { least: least / expected, most: most / expected };
}

/**
 * The promise of a search, of those of its parts; null where one of them is not known yet.
 * @param plan what it tries; where methods were asked for, the range holds whichever of them goes on
 * @param asked how many networks the winner is trained in, beyond one for each fold
 */
export function promiseOfSearch(
  parts: readonly (TimePromise | null)[],
  trainings: readonly Pick<Training, 'method'>[] = [],
  plan?: SearchPlan,
  asked: Pick<Training, 'repeats' | 'deliver'> = { repeats: 1, deliver: 'folds' },
): TimePromise | null {
  const known = parts.filter((part): part is TimePromise => part !== null);
  if (known.length < parts.length) return null;
  const sum = (of: (part: TimePromise) => number): number => known.reduce((all, part) => all + of(part), 0);
  const methods = trainings.flatMap(({ method }, i) => {
    const seconds = known[i]?.seconds;
    return seconds === undefined ? [] : [{ method, seconds }];
  });
  const range = { least: fewest, most };
  if (plan?.methods !== undefined) {
    const networks = networksAtTheEnd(plan, asked);
    const own = rangeOfTrainings(
      plan,
      new Map(trainings.map(({ method }, i) => [method, stepSeconds(known[i])])),
      networks,
    );
    range.least = Math.min(fewest, own.least);
    range.most = Math.max(most, own.most);
  }
  const stages = Map.groupBy(
    known.flatMap((part) => part.stages),
    ({ stage }) => stage,
  );
  return {
    seconds: sum(({ seconds }) => seconds),
    low: range.least * sum(({ low }) => low),
    high: range.most * sum(({ high }) => high),
    diskBytes: sum(({ diskBytes }) => diskBytes),
    stages: [...stages].map(([stage, list]) => ({
      stage,
      seconds: list.reduce((all, { seconds }) => all + seconds, 0),
      parts: list.flatMap(({ parts: own }) => own),
    })),
    ...(methods.length === 0 ? {} : { methods }),
  };
}

/** Seconds of one step of a training that is promised. */
function stepSeconds(promise: TimePromise | undefined): number {
  const parts = promise?.stages.flatMap((stage) => stage.parts) ?? [];
  return parts.find(({ what }) => what === 'step')?.seconds ?? 0;
}
