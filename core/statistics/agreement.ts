/**
 * Agreement of readers beyond chance: Cohen's kappa for two, Fleiss' kappa for more.
 *
 * Sources: Cohen 1960, Educational and Psychological Measurement 20:37; Fleiss 1971, Psychological Bulletin 76:378 (equations 1 to
 * 7; per category equation 15). Both take weights, for intervals over patients (bootstrap.ts).
 */
import { invariant } from '../base/errors.ts';

/**
 * Cohen's kappa of two readers who gave each case a class from 0 to `classes` - 1; null where chance alone would always agree
 * (both used one and the same class throughout), because kappa is not defined there. `weights` count cases more than once.
 */
export function cohenKappa(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
): number | null {
  invariant(a.length === b.length, 'both readers read the same cases');
  const first = new Float64Array(classes);
  const second = new Float64Array(classes);
  let total = 0;
  let equal = 0;
  for (let i = 0; i < a.length; i++) {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    const [x, y] = [a[i] as number, b[i] as number];
    total += weight;
    if (x === y) equal += weight;
    first[x] = (first[x] as number) + weight;
    second[y] = (second[y] as number) + weight;
  }
  if (total === 0) return null;
  let chance = 0;
  for (let c = 0; c < classes; c++) chance += ((first[c] as number) / total) * ((second[c] as number) / total);
  return chance >= 1 ? null : (equal / total - chance) / (1 - chance);
}

/**
 * Fleiss' kappa of a table [cases][classes] of how many readers chose each class; every case has the same number of readers, two
 * at least. `overall` is null where all readings are of one class; `byClass` is the kappa of each class against the rest.
 */
export function fleissKappa(
  table: readonly (readonly number[])[],
  weights?: ArrayLike<number>,
): { readonly overall: number | null; readonly byClass: readonly (number | null)[] } {
  const classes = table[0]?.length ?? 0;
  const readers = (table[0] ?? []).reduce((sum, n) => sum + n, 0);
  const shares = new Float64Array(classes);
  const split = new Float64Array(classes);
  let total = 0;
  let agreement = 0;
  table.forEach((row, i) => {
    const weight = weights === undefined ? 1 : (weights[i] as number);
    invariant(row.reduce((sum, n) => sum + n, 0) === readers && readers > 1, 'every case has the same readers');
    total += weight;
    let pairs = 0;
    row.forEach((n, c) => {
      shares[c] = (shares[c] as number) + weight * n;
      split[c] = (split[c] as number) + weight * n * (readers - n);
      pairs += n * (n - 1);
    });
    agreement += (weight * pairs) / (readers * (readers - 1));
  });
  if (total === 0) return { overall: null, byClass: Array.from({ length: classes }, () => null) };
  let chance = 0;
  const byClass = Array.from(shares, (sum, c) => {
    const share = sum / (total * readers);
    chance += share * share;
    const expected = total * readers * (readers - 1) * share * (1 - share);
    return expected === 0 ? null : 1 - (split[c] as number) / expected;
  });
  return { overall: chance >= 1 ? null : (agreement / total - chance) / (1 - chance), byClass };
}

/**
 * The mean of differences between two readers' numbers, and the limits between which 95 % of them are to be expected: mean ± 1.96 sample
 * deviations; null with fewer than two. Source: Bland and Altman, Lancet 1986;327:307-310.
 */
export function limitsOfAgreement(differences: readonly number[]): {
  readonly mean: number | null;
  readonly limits: [low: number, high: number] | null;
} {
  const n = differences.length;
  if (n === 0) return { mean: null, limits: null };
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, limits: null };
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { mean, limits: [mean - 1.96 * deviation, mean + 1.96 * deviation] };
}
