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
import { foldsWanted, learnedOf, planSearch } from '../recipe/plan.ts';

type Training = Omit<z.output<typeof trainOptionsSchema>, 'resume'>;

/** Which candidates go on nobody knows beforehand; those with more or fewer steps, or of a slower method, move the time by so much. */
const fewest = 0.75;
const most = 1.35;

/**
 * What `options` come to: themselves, or of a search a training for each method, of folds and with a number of epochs, not always whole, that comes to the
 * steps expected of its candidates and of the networks that are trained at the end.
 */
export function trainingsOf(options: Training, images: readonly Pick<VersionImage, 'split'>[]): readonly Training[] {
  if (options.recipe !== 'auto') return [options];
  const used = images.filter(({ split }) => split !== 'test').length;
  const plan = planSearch(options.budget, {
    seed: options.seed,
    folds: foldsWanted,
    images: used,
    batch: options.batch,
  });
  const perEpoch = Math.max(1, stepsPerEpoch(Math.max(1, learnedOf(plan)), options.batch));
  const { repeats, deliver } = options;
  const networks = networksTrained({ folds: plan.folds, repeats, deliver });
  return [...expectedSteps(plan, networks)].map(([method, steps]) => ({
    ...options,
    method,
    folds: plan.folds,
    // Told by the steps already.
    repeats: 1,
    deliver: 'folds',
    epochs: steps / (plan.folds * perEpoch),
  }));
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

/** The promise of a search, of those of its parts; null where one of them is not known yet. */
export function promiseOfSearch(parts: readonly (TimePromise | null)[]): TimePromise | null {
  const known = parts.filter((part): part is TimePromise => part !== null);
  if (known.length < parts.length) return null;
  const sum = (of: (part: TimePromise) => number): number => known.reduce((all, part) => all + of(part), 0);
  const stages = Map.groupBy(
    known.flatMap((part) => part.stages),
    ({ stage }) => stage,
  );
  return {
    seconds: sum(({ seconds }) => seconds),
    low: fewest * sum(({ low }) => low),
    high: most * sum(({ high }) => high),
    diskBytes: sum(({ diskBytes }) => diskBytes),
    stages: [...stages].map(([stage, list]) => ({
      stage,
      seconds: list.reduce((all, { seconds }) => all + seconds, 0),
      parts: list.flatMap(({ parts: own }) => own),
    })),
  };
}
