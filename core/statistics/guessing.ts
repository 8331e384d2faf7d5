/** How high an AUC may be by chance alone. */

/** Standard errors that the best of many epochs may lie above 0.5 without having learned: beyond them lies one of 700. */
const errorsByChance = 3;

/**
 * The mean AUC that guessing hardly exceeds, over `questions`: whether each example is positive, null where that is not known. The standard error of an AUC of
 * answers that know nothing is √((m + n + 1) / 12 m n) with m patients of one kind and n of the other (Mann and Whitney, Annals of Mathematical
 * Statistics 1947;18:50-60); that of a mean is at most the mean of them. Null where no question has both kinds.
 * @param patients the patient of each example: their images are alike, and count as one
 */
export function rankGuessing(
  questions: readonly (readonly (boolean | null)[])[],
  patients: readonly number[],
): number | null {
  const errors = questions.flatMap((positives) => {
    const of = (kind: boolean): number => new Set(patients.filter((_, i) => positives[i] === kind)).size;
    const [m, n] = [of(true), of(false)];
    return m === 0 || n === 0 ? [] : [Math.sqrt((m + n + 1) / (12 * m * n))];
  });
  if (errors.length === 0) return null;
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return Math.min(1, 0.5 + errorsByChance * mean);
}
