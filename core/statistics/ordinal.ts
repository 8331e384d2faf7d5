/**
 * Agreement of decisions among classes that have an order. How many classes they are off by is `meanAbsoluteError` of numbers.ts. It takes
 * weights, for intervals over patients (bootstrap.ts).
 */
import { kappaQuadratic } from './metrics.ts';

/**
 * Cohen's kappa with quadratic weights of what was true and what was decided, both from 0 to `classes` - 1, as scikit-learn's
 * cohen_kappa_score(weights='quadratic'); null where chance alone would always agree. `weights` count examples more than once.
 */
export function kappaOfDecisions(
  targets: ArrayLike<number>,
  decisions: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
): number | null {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < targets.length; i++) {
    const row = table[targets[i] as number] as number[];
    const d = decisions[i] as number;
    row[d] = (row[d] as number) + (weights === undefined ? 1 : (weights[i] as number));
  }
  return kappaQuadratic(table);
}
