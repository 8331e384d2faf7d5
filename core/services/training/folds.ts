/**
 * Deals the patients of training and validation to folds, for cross-validation.
 *
 * A patient, not an image, is dealt, as for the parts of a data set: images of one patient on both sides make a model look better than it is.
 * Patients are dealt stratum by stratum, the rarest first (a class; a finding that is present, and one that is known; a fifth of the numbers), each
 * to the fold that has the fewest of it. So folds differ by one patient of a stratum at most, where no patient belongs to several.
 *
 * Which fold a patient comes to depends on the seed and on the UIDs of its images, not on row numbers nor on the order of the images: the same
 * studies in another library are dealt alike.
 */
import { AppError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { markOfValue, type TargetKind, targetFacts, type VersionImage } from '../../contract/index.ts';
import { targets } from '../../targets/index.ts';

/** What of an image decides on its fold. */
export type FoldImage = Pick<
  VersionImage,
  'patientId' | 'studyInstanceUID' | 'sopInstanceUID' | 'frame' | 'classIndex' | 'values'
>;

export interface FoldOptions {
  /** How many folds, 2 or more. */
  readonly count: number;
  readonly seed: number;
  readonly target: TargetKind;
  /** The names of the version, for what is refused. */
  readonly classes: readonly string[];
}

interface FoldPatient {
  /** The first of its images by UID. */
  readonly key: string;
  readonly strata: ReadonlySet<string>;
  fold: number;
}

/** A class (null: all together) of which there are fewer patients than folds. */
interface FewPatients {
  readonly name: string | null;
  readonly patients: number;
}

/** Why there are fewer folds than are wanted; `few` is empty where it is not that patients are too few. */
export interface WhyFewerFolds {
  readonly message: string;
  readonly few: readonly FewPatients[];
}

/** What is refused where there are fewer patients than folds. */
class FewPatientsError extends AppError {
  readonly few: readonly FewPatients[];

  constructor(message: string, few: readonly FewPatients[], { action, count }: { action: string; count: number }) {
    super('SPLIT_IMPOSSIBLE', message, { action, details: { found: few, allowed: count } });
    this.few = few;
  }
}

/** Folds that patients are dealt to where every class has as many, and nobody says how many. */
export const foldsWanted = 5;

/** What a patient counts for of whom nothing else is to be balanced. */
const everybody = 'every patient';
/** How often patients are dealt at most. Where each has one class the first time does; what 20 times do not find is most likely not there. */
const mostDeals = 20;

/**
 * The fold of each image, counted from 0, in the order of `images`; all images of a patient are in one fold, and every fold has patients of every
 * class. The caller gives the images of training and validation: test patients are in no fold.
 *
 * Fewer patients of a class than folds are refused instead of dealt to fewer folds: how many networks learn, from how many patients, is part of
 * what a training is, and two trainings that were both asked for five folds are compared as such.
 * @throws SPLIT_IMPOSSIBLE naming every class with fewer patients than folds; where patients of several classes leave no way to deal; findings and numbers that a network would learn nothing of
 */
export function dealFolds(images: readonly FoldImage[], options: FoldOptions): number[] {
  const groups = Map.groupBy(images, ({ patientId }) => patientId);
  const strataOf = strataOfImages(images, options.target);
  const patients = new Map(
    [...groups].map(([patientId, own]): [number, FoldPatient] => [
      patientId,
      { key: own.map(keyOf).sort()[0] as string, strata: strataOf(own), fold: -1 },
    ]),
  );
  const sorted = [...patients.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  refuseFew(sorted, options);
  dealWithoutGaps(sorted, options);
  const folds = images.map(({ patientId }) => patients.get(patientId)?.fold as number);
  if (targetFacts[options.target].isPerName) refuseUntaught(images, folds, options);
  return folds;
}

/** The folds of `times` deals, the first by the seed itself, so that it is the only one of a training without others. @throws as `dealFolds` */
export function dealOften(images: readonly FoldImage[], times: number, options: FoldOptions): number[][] {
  return Array.from({ length: times }, (_, deal) => {
    const seed =
      deal === 0
        ? options.seed
        : Random.seeded(options.seed)
            .fork(`deal ${deal + 1}`)
            .uint32();
    return dealFolds(images, { ...options, seed });
  });
}

/**
 * The fold of each image as by `dealFolds`, of as many folds as are wanted (`foldsWanted`) or as every class allows.
 * @param refusal what cannot be done with fewer than two, and what to do then
 * @param told hears how many there are where those are fewer, and why
 * @throws SPLIT_IMPOSSIBLE
 */
export function dealAsMany(
  images: readonly FoldImage[],
  { target, classes, seed }: Omit<FoldOptions, 'count'>,
  refusal: { readonly what: string; readonly action: string },
  told: (count: number, why: WhyFewerFolds) => void = () => {},
): number[] {
  let why: WhyFewerFolds = { message: '', few: [] };
  for (let count = foldsWanted; ; count--) {
    try {
      const folds = dealFolds(images, { count, seed, target, classes });
      if (count < foldsWanted) told(count, why);
      return folds;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SPLIT_IMPOSSIBLE') throw error;
      if (count === foldsWanted) {
        why = { message: error.message, few: error instanceof FewPatientsError ? error.few : [] };
      }
      if (count > 2) continue;
      throw new AppError('SPLIT_IMPOSSIBLE', `${refusal.what}: ${error.message}`, {
        cause: error,
        action: refusal.action,
      });
    }
  }
}

/** @throws SPLIT_IMPOSSIBLE where patients of several classes cannot be dealt so that every fold has each class */
function dealWithoutGaps(patients: readonly FoldPatient[], { count, seed, target }: FoldOptions): void {
  const random = Random.seeded(seed).fork(`${count} folds`);
  for (let attempt = 1; attempt <= mostDeals; attempt++) {
    for (const patient of patients) patient.fold = -1;
    const counts = deal(patients, count, attempt === 1 ? random : random.fork(`attempt ${attempt}`));
    while (counts.gaps > 0 && fillOneGap(patients, counts)) {}
    if (counts.gaps === 0 || targetFacts[target].isPerName) return;
  }
  throw new AppError(
    'SPLIT_IMPOSSIBLE',
    `Patients whose images have several classes cannot be dealt to ${count} folds so that each fold has patients of every class.`,
    { action: 'Give fewer --folds, or label more patients.' },
  );
}

function deal(patients: readonly FoldPatient[], count: number, random: Random): FoldCounts {
  const counts = new FoldCounts(patients, count);
  for (const stratum of rarestFirst(patients)) {
    const waiting = patients.filter(({ strata, fold }) => fold < 0 && strata.has(stratum));
    for (const patient of random.fork(`folds of ${stratum}`).shuffled(waiting)) {
      counts.put(patient, counts.neediest(patient, stratum));
    }
  }
  return counts;
}

/** How many patients of each stratum each fold has. */
class FoldCounts {
  readonly #all: number[];
  readonly #ofStratum: ReadonlyMap<string, number[]>;
  /** Those with as many patients as there are folds, or more. */
  readonly #wanted: ReadonlySet<string>;
  #gaps: number;

  constructor(patients: readonly FoldPatient[], count: number) {
    const strata = countStrata(patients);
    this.#all = new Array<number>(count).fill(0);
    this.#ofStratum = new Map([...strata.keys()].map((name) => [name, new Array<number>(count).fill(0)]));
    this.#wanted = new Set([...strata].flatMap(([name, n]) => (n < count ? [] : [name])));
    this.#gaps = this.#wanted.size * count;
  }

  /** Folds without a patient of a stratum that has enough for all, counted for each stratum. */
  get gaps(): number {
    return this.#gaps;
  }

  /** A stratum and a fold that lacks it; undefined where none does. */
  firstGap(): { readonly stratum: string; readonly fold: number } | undefined {
    for (const stratum of this.#wanted) {
      const fold = this.of(stratum).indexOf(0);
      if (fold >= 0) return { stratum, fold };
    }
    return undefined;
  }

  of(stratum: string): number[] {
    return this.#ofStratum.get(stratum) as number[];
  }

  /** Puts a patient into a fold, out of the one where it is. */
  put(patient: FoldPatient, fold: number): void {
    if (patient.fold >= 0) this.#count(patient, patient.fold, -1);
    patient.fold = fold;
    this.#count(patient, fold, 1);
  }

  #count({ strata }: FoldPatient, fold: number, change: 1 | -1): void {
    this.#all[fold] = (this.#all[fold] as number) + change;
    for (const name of strata) {
      const counts = this.of(name);
      const before = counts[fold] as number;
      counts[fold] = before + change;
      if (this.#wanted.has(name)) this.#gaps += Number(before + change === 0) - Number(before === 0);
    }
  }

  /** The fold with the fewest patients of the stratum; of those the one with the fewest of the patient's other strata, then of all. */
  neediest(patient: FoldPatient, stratum: string): number {
    const others = [...patient.strata].filter((name) => name !== stratum).map((name) => this.of(name));
    const needs = this.#all.map((all, fold) => [
      this.of(stratum)[fold] as number,
      others.reduce((sum, counts) => sum + (counts[fold] as number), 0),
      all,
    ]);
    let best = 0;
    for (let fold = 1; fold < needs.length; fold++) {
      const [a, b] = [needs[fold] as number[], needs[best] as number[]];
      const at = a.findIndex((value, i) => value !== b[i]);
      if (at >= 0 && (a[at] as number) < (b[at] as number)) best = fold;
    }
    return best;
  }
}

/**
 * Patients of several strata may leave a fold without one of them. Another patient of it then moves there, or changes places with one who is there,
 * where that leaves fewer such gaps; false where nothing does.
 */
function fillOneGap(patients: readonly FoldPatient[], counts: FoldCounts): boolean {
  const gap = counts.firstGap();
  if (gap === undefined) return false;
  const before = counts.gaps;
  const there = patients.filter(({ fold }) => fold === gap.fold);
  for (const patient of patients.filter(({ strata }) => strata.has(gap.stratum))) {
    const from = patient.fold;
    counts.put(patient, gap.fold);
    if (counts.gaps < before) return true;
    for (const other of there) {
      counts.put(other, from);
      if (counts.gaps < before) return true;
      counts.put(other, gap.fold);
    }
    counts.put(patient, from);
  }
  return false;
}

/** What an image is called in every library: patients are sorted by it, not by row numbers. */
export function keyOf({ studyInstanceUID, sopInstanceUID, frame }: FoldImage): string {
  return `${studyInstanceUID} ${sopInstanceUID} ${String(frame).padStart(8, '0')}`;
}

/** Gives what the images of one patient count for, of all images that are dealt. */
export function strataOfImages(
  images: readonly FoldImage[],
  kind: TargetKind,
): (own: readonly FoldImage[]) => ReadonlySet<string> {
  const { isPerName, hasMarks } = targetFacts[kind];
  if (!isPerName) return (own) => new Set(own.map(({ classIndex }) => String(classIndex)));
  if (hasMarks) {
    const marksOf = ({ values }: FoldImage): string[] =>
      values.flatMap((value, k) => {
        if (value === null || markOfValue(value) === 'uncertain') return [];
        return markOfValue(value) === 'present' ? [`known ${k}`, `present ${k}`] : [`known ${k}`];
      });
    return (own) => new Set([...own.flatMap(marksOf), everybody]);
  }
  const numbersOf = ({ values }: FoldImage): string[] =>
    values.flatMap((value) => (value === null ? [] : [String(value)]));
  const strata = targets[kind].strata(images.flatMap(numbersOf));
  return (own) => new Set([...strata(own.flatMap(numbersOf)), everybody]);
}

function countStrata(patients: readonly FoldPatient[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { strata } of patients) for (const name of strata) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function rarestFirst(patients: readonly FoldPatient[]): string[] {
  return [...countStrata(patients)].sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
}

/** @throws SPLIT_IMPOSSIBLE where a fold would be without a class, or without a patient */
function refuseFew(patients: readonly FoldPatient[], { count, target, classes }: FoldOptions): void {
  const [one] = targetFacts[target].noun;
  const found: FewPatients[] = targetFacts[target].isPerName
    ? [{ name: null, patients: patients.length }]
    : [...countStrata(patients)].map(([index, n]) => ({ name: classes[Number(index)] ?? index, patients: n }));
  const few = found.filter(({ patients: n }) => n < count);
  if (few.length === 0) return;
  const words = few
    .sort((a, b) => a.patients - b.patients)
    .map(({ name, patients: n }) => `${name === null ? 'there are' : `${one} "${name}" has`} ${n}`)
    .join(', ');
  const least = Math.min(...few.map(({ patients: n }) => n));
  throw new FewPatientsError(
    `${count} folds need at least ${count} patients${few[0]?.name === null ? '' : ` of every ${one}`} in training and validation together; ${words}.`,
    few,
    {
      action:
        least >= 2
          ? `Give --folds ${least} or fewer, or label more patients.`
          : 'Label more patients, or train without folds.',
      count,
    },
  );
}

/** @throws SPLIT_IMPOSSIBLE for a finding or a number that is known in one fold alone: the network that is to predict that fold knows nothing of it */
function refuseUntaught(
  images: readonly FoldImage[],
  folds: readonly number[],
  { count, classes, target }: FoldOptions,
): void {
  const { hasMarks } = targetFacts[target];
  const isKnown = (value: number | null | undefined): boolean =>
    value != null && !(hasMarks && markOfValue(value) === 'uncertain');
  const untaught = classes.filter((_, k) => {
    const known = new Set(images.flatMap(({ values }, i) => (isKnown(values[k]) ? [folds[i] as number] : [])));
    return known.size < 2;
  });
  if (untaught.length === 0) return;
  throw new AppError(
    'SPLIT_IMPOSSIBLE',
    `${untaught.map((name) => `"${name}"`).join(', ')}: known for patients of fewer than two of the ${count} folds, so the network that predicts those would have learned nothing of it.`,
    {
      action: 'Label more patients for it, take it out of the list of the data set, or train without folds.',
      details: { names: untaught },
    },
  );
}
