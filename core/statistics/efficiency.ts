/**
 * Scores that discount a figure by what it costs, of the literature on efficient fine-tuning: `score · exp(−log₁₀(r + 1))`, with a share `r` of
 * full fine-tuning. ELEVATER (Li et al. 2022, arXiv 2204.08790) brought the form for parameters; FPT (arXiv 2403.07576) and FPT+ (arXiv 2408.02426)
 * report it for parameters (PPE) and for memory (PME). See docs/comparison.md for what of that could be checked.
 */

import { Random } from '../base/random.ts';
import { type BootstrapOptions, bootstrapInterval, bootstrapSeed, type Groups, type Interval } from './bootstrap.ts';
import { averagedClasses, meanDefined, rank, rankedFigures, type Scores } from './metrics.ts';

/** `score` as it is where nothing is taken (share 0), and times exp(−log₁₀ 2), which is 0.740, at the share of full fine-tuning (1). */
export function efficiency(score: number, share: number): number {
  return score * Math.exp(-Math.log10(share + 1));
}

/** A figure of n examples that count `weights[i]` times (whole numbers; once where left out); null where the draw does not define it. */
export type WeightedFigure = (weights?: ArrayLike<number>) => number | null;

/** The AUC of classes, averaged as everywhere, as a function of how often each example counts: rankings are computed once. */
export function classAuc(scores: Scores): WeightedFigure {
  const rankings = averagedClasses(scores).map((c) => rank(scores, c));
  return (weights) => {
    const counts = weights === undefined ? undefined : new Int32Array(weights);
    return meanDefined(
      rankings.map((ranking) => rankedFigures(ranking, counts === undefined ? {} : { weights: counts }).auc),
    );
  };
}

export interface SeedsFigure {
  /** The figure of each seed. */
  readonly values: readonly (number | null)[];
  readonly mean: number | null;
  /** 95 % interval of the mean, over seeds and patients. */
  readonly interval: Interval | null;
}

/**
 * The mean of a figure over trainings with several seeds on the same examples. Each resample draws patients, and as many trainings as there are;
 * of one training patients alone, which is its own interval. `exact` is asked where no draw changes the mean.
 */
export function figureOfSeeds(
  seeds: readonly WeightedFigure[],
  groups: Groups,
  exact: () => Interval | null,
  options: BootstrapOptions = {},
): SeedsFigure {
  const values = seeds.map((figure) => figure());
  const random = Random.seeded(options.seed ?? bootstrapSeed).fork('seeds');
  const drawn = new Int32Array(seeds.length);
  const interval = bootstrapInterval(
    groups,
    (weights) => {
      if (seeds.length > 1) random.tally(drawn);
      else drawn.fill(1);
      // One that the patients drawn do not define leaves the mean undefined, as it leaves that of one training.
      let sum = 0;
      for (const [s, figure] of seeds.entries()) {
        const times = drawn[s] as number;
        if (times === 0) continue;
        const value = figure(weights);
        if (value === null) return null;
        sum += times * value;
      }
      return sum / seeds.length;
    },
    { ...options, exact },
  );
  return { values, mean: values.includes(null) ? null : meanDefined(values), interval };
}
