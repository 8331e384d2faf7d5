/**
 * Deals patients to training, validation and test.
 *
 * A patient, not an image, is dealt, because images of one patient on both sides of a split make a model look better than it is.
 * Patients are dealt class by class (a patient of several classes counts for the rarest of them), so every class has its share of
 * every split. Patients who already have a split keep it: the test patients of a data set stay locked when studies are added.
 *
 * What a file gives as test is the test set: nobody is dealt to it then. Where a file gives training and test and no validation, as
 * official splits of public sets do, the validation patients are cut from its training patients. Each patient carries how it came
 * to its part, so that both can be told.
 */
import { AppError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { type PatientId, type SplitName, type SplitOrigin, splitNames } from '../../contract/index.ts';

/** Shares of the patients: 60, 20 and 20 %. */
export const splitShares: Readonly<Record<SplitName, number>> = { train: 0.6, val: 0.2, test: 0.2 };

/** A patient with the classes of its labelled images. */
export interface SplitPatient {
  readonly patientId: PatientId;
  readonly classes: ReadonlySet<string>;
}

/** The part of a patient and how it came to be. */
export interface AssignedSplit {
  readonly split: SplitName;
  readonly origin: SplitOrigin;
}

/**
 * A split for every patient that `fixed` does not name, the same for the same patients, order and random stream; patients that a file
 * gives as training may be cut for validation, which it then does not give.
 * @throws SPLIT_IMPOSSIBLE naming the class that has too few patients
 */
export function drawSplits(
  patients: readonly SplitPatient[],
  fixed: ReadonlyMap<PatientId, AssignedSplit>,
  random: Random,
): Map<PatientId, AssignedSplit> {
  const free = patients.filter(({ patientId }) => !fixed.has(patientId));
  const isGiven = (split: SplitName): boolean =>
    patients.some(({ patientId }) => {
      const at = fixed.get(patientId);
      return at?.split === split && at.origin === 'given';
    });
  const open = isGiven('test') ? splitNames.filter((split) => split !== 'test') : splitNames;
  const perClass = patientsPerClass(patients);
  // With every patient given there is nothing to draw, and the check says what is missing.
  if (free.length > 0 && open.length === splitNames.length) refuseRareClasses(perClass);
  const splits = new Map(fixed);
  const rarestFirst = [...perClass].sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  const dealt = new Set<number>(fixed.keys());
  for (const name of rarestFirst) {
    const stratum = patients.filter(({ classes }) => classes.has(name));
    const counts = countsOf(stratum, splits);
    const total = open.reduce((sum, split) => sum + counts[split], 0) + waitingOf(stratum, dealt).length;
    for (const { patientId } of random.fork(`split of ${name}`).shuffled(waitingOf(stratum, dealt))) {
      const split = neediest(counts, total, open);
      counts[split] += 1;
      splits.set(patientId, { split, origin: 'drawn' });
      dealt.add(patientId);
    }
  }
  if (!isGiven('val')) cutValidation(patients, splits, rarestFirst, random);
  return splits;
}

function waitingOf(stratum: readonly SplitPatient[], dealt: ReadonlySet<number>): SplitPatient[] {
  return stratum.filter(({ patientId }) => !dealt.has(patientId));
}

/** For every class that validation lacks, its share of the patients that a file gives as training; one of them always stays. */
function cutValidation(
  patients: readonly SplitPatient[],
  splits: Map<PatientId, AssignedSplit>,
  classes: readonly string[],
  random: Random,
): void {
  const share = splitShares.val / (splitShares.train + splitShares.val);
  for (const name of classes) {
    const stratum = patients.filter((patient) => patient.classes.has(name));
    const counts = countsOf(stratum, splits);
    if (counts.val > 0) continue;
    let wanted = Math.max(1, Math.round(share * counts.train));
    for (const patient of random.fork(`validation of ${name}`).shuffled(stratum)) {
      const at = splits.get(patient.patientId);
      if (wanted === 0 || at?.split !== 'train' || at.origin !== 'given') continue;
      // A patient of several classes may be the last in training of one of them.
      const isSpare = [...patient.classes].every(
        (own) =>
          countsOf(
            patients.filter(({ classes: all }) => all.has(own)),
            splits,
          ).train > 1,
      );
      if (!isSpare) continue;
      splits.set(patient.patientId, { split: 'val', origin: 'cut' });
      wanted -= 1;
    }
  }
}

function patientsPerClass(patients: readonly SplitPatient[]): Map<string, number> {
  const perClass = new Map<string, number>();
  for (const { classes } of patients) for (const name of classes) perClass.set(name, (perClass.get(name) ?? 0) + 1);
  return perClass;
}

function countsOf(
  patients: readonly SplitPatient[],
  splits: ReadonlyMap<PatientId, AssignedSplit>,
): Record<SplitName, number> {
  const counts: Record<SplitName, number> = { train: 0, val: 0, test: 0 };
  for (const { patientId } of patients) {
    const at = splits.get(patientId);
    if (at !== undefined) counts[at.split] += 1;
  }
  return counts;
}

/** An empty split first, then the one furthest below its share of those that are dealt to; ties go to training. */
function neediest(counts: Readonly<Record<SplitName, number>>, total: number, open: readonly SplitName[]): SplitName {
  const empty = open.find((split) => counts[split] === 0);
  if (empty !== undefined) return empty;
  const whole = open.reduce((sum, split) => sum + splitShares[split], 0);
  const lackOf = (split: SplitName): number => (splitShares[split] / whole) * total - counts[split];
  let best: SplitName = 'train';
  for (const split of open) if (lackOf(split) > lackOf(best) + 1e-9) best = split;
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
export function checkSplits(
  patients: readonly SplitPatient[],
  splits: ReadonlyMap<PatientId, Pick<AssignedSplit, 'split'>>,
): void {
  const counts: Record<SplitName, number> = { train: 0, val: 0, test: 0 };
  const missing = new Map<string, Set<SplitName>>();
  for (const { classes } of patients) for (const name of classes) missing.set(name, new Set(splitNames));
  for (const { patientId, classes } of patients) {
    const split = splits.get(patientId)?.split;
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
