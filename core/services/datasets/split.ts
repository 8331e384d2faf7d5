/**
 * Deals patients to training, validation and test.
 *
 * A patient, not an image, is dealt, because images of one patient on both sides of a split make a model look better than it is.
 * Patients are dealt class by class (a patient of several classes counts for the rarest of them), so every class has its share of
 * every split. Patients who already have a split keep it: the test patients of a data set stay locked when studies are added.
 */
import { AppError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { type PatientId, type SplitName, splitNames } from '../../contract/index.ts';

/** Shares of the patients: 60, 20 and 20 %. */
export const splitShares: Readonly<Record<SplitName, number>> = { train: 0.6, val: 0.2, test: 0.2 };

/** A patient with the classes of its labelled images. */
export interface SplitPatient {
  readonly patientId: PatientId;
  readonly classes: ReadonlySet<string>;
}

/**
 * A split for every patient that `fixed` does not name, the same for the same patients, order and random stream.
 * @throws SPLIT_IMPOSSIBLE naming the class that has too few patients
 */
export function drawSplits(
  patients: readonly SplitPatient[],
  fixed: ReadonlyMap<PatientId, SplitName>,
  random: Random,
): Map<PatientId, SplitName> {
  const perClass = new Map<string, number>();
  for (const { classes } of patients) for (const name of classes) perClass.set(name, (perClass.get(name) ?? 0) + 1);
  const free = patients.filter(({ patientId }) => !fixed.has(patientId));
  // With every patient given there is nothing to draw, and the check says what is missing.
  if (free.length > 0) refuseRareClasses(perClass);
  const splits = new Map(fixed);
  const rarestFirst = [...perClass].sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  const dealt = new Set<number>(fixed.keys());
  for (const name of rarestFirst) {
    const stratum = patients.filter(({ classes }) => classes.has(name));
    const counts: Record<SplitName, number> = { train: 0, val: 0, test: 0 };
    for (const { patientId } of stratum) {
      const split = splits.get(patientId);
      if (split !== undefined) counts[split] += 1;
    }
    const waiting = random.fork(`split of ${name}`).shuffled(stratum.filter(({ patientId }) => !dealt.has(patientId)));
    for (const { patientId } of waiting) {
      const split = neediest(counts, stratum.length);
      counts[split] += 1;
      splits.set(patientId, split);
      dealt.add(patientId);
    }
  }
  return splits;
}

/** An empty split first, then the one furthest below its share; ties go to training. */
function neediest(counts: Readonly<Record<SplitName, number>>, total: number): SplitName {
  const empty = splitNames.find((split) => counts[split] === 0);
  if (empty !== undefined) return empty;
  let best: SplitName = 'train';
  for (const split of splitNames) {
    const lack = splitShares[split] * total - counts[split];
    if (lack > splitShares[best] * total - counts[best] + 1e-9) best = split;
  }
  return best;
}

function refuseRareClasses(perClass: ReadonlyMap<string, number>): void {
  const rare = [...perClass]
    .filter(([, patients]) => patients < splitNames.length)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (rare.length === 0) return;
  const found = rare.map(([name, n]) => `"${name}" has ${n} patient${n === 1 ? '' : 's'}`).join(', ');
  throw new AppError('SPLIT_IMPOSSIBLE', `Class ${found}; each class needs at least 3, one for each split.`, {
    details: { classes: rare.map(([name, patients]) => ({ name, patients })), allowed: 3 },
  });
}

/**
 * Checks that training, validation and test each have patients of every class.
 * @throws SPLIT_IMPOSSIBLE listing every class and split without patients
 */
export function checkSplits(patients: readonly SplitPatient[], splits: ReadonlyMap<PatientId, SplitName>): void {
  const counts: Record<SplitName, number> = { train: 0, val: 0, test: 0 };
  const missing = new Map<string, Set<SplitName>>();
  for (const { classes } of patients) for (const name of classes) missing.set(name, new Set(splitNames));
  for (const { patientId, classes } of patients) {
    const split = splits.get(patientId);
    if (split === undefined) continue;
    counts[split] += 1;
    for (const name of classes) missing.get(name)?.delete(split);
  }
  const words: Record<SplitName, string> = { train: 'training', val: 'validation', test: 'test' };
  const empty = splitNames.filter((split) => counts[split] === 0);
  const found = splitNames.map((split) => `${words[split]} ${counts[split]}`).join(', ');
  if (empty.length > 0) {
    throw new AppError(
      'SPLIT_IMPOSSIBLE',
      `The data set has no ${empty.map((split) => words[split]).join(' and no ')} patients (found: ${found}).`,
      {
        action: 'Give some patients this split in the labels file, or leave its split column out.',
        details: { counts },
      },
    );
  }
  const gaps = [...missing].filter(([, splitsLeft]) => splitsLeft.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (gaps.length === 0) return;
  const listed = gaps.map(([name, left]) => `"${name}" has none in ${[...left].map((s) => words[s]).join(', ')}`);
  throw new AppError('SPLIT_IMPOSSIBLE', `Every class needs patients in every split; class ${listed.join('; ')}.`, {
    details: { classes: gaps.map(([name, left]) => ({ name, missing: [...left] })) },
  });
}
