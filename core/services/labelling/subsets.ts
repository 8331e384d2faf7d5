/**
 * Who is learned from in a learning curve. The patients are put in an order of which every beginning has its share of each class, finding or range of
 * numbers; a smaller set is a shorter beginning, so each set contains the ones before it. All images of a patient come and go together.
 */
import type { Random } from '../../base/random.ts';
import type { PatientId, TargetKind } from '../../contract/index.ts';
import { type FoldImage, keyOf, strataOfImages } from '../training/folds.ts';

/** A patient in the order, and the class, finding or range that is its rarest. */
export interface OrderedPatient {
  readonly patientId: PatientId;
  readonly stratum: string;
}

/** The patients of `images`, each once; the order depends on `random` and the UIDs of the images, not on row numbers. */
export function nestedOrder(images: readonly FoldImage[], target: TargetKind, random: Random): OrderedPatient[] {
  const strataOf = strataOfImages(images, target);
  const patients = [...Map.groupBy(images, ({ patientId }) => patientId)]
    .map(([patientId, own]) => ({ patientId, key: own.map(keyOf).sort()[0] as string, strata: strataOf(own) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const counts = new Map<string, number>();
  for (const { strata } of patients) for (const name of strata) counts.set(name, (counts.get(name) ?? 0) + 1);
  const rarity = (name: string): number => counts.get(name) as number;
  const byRarest = Map.groupBy(
    patients,
    ({ strata }) => [...strata].sort((a, b) => rarity(a) - rarity(b) || (a < b ? -1 : 1))[0] ?? '',
  );
  const placed = [...byRarest].flatMap(([stratum, own]) =>
    random
      .fork(`order of ${stratum}`)
      .shuffled(own)
      // One of each stratum is among the very first, so that no beginning is without a class.
      .map(({ patientId, key }, i) => ({ patientId, stratum, key, at: i === 0 ? -1 : (i + 0.5) / own.length })),
  );
  return placed
    .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
    .map(({ patientId, stratum }) => ({ patientId, stratum }));
}

/**
 * The patients of `order` that a network learns from that is to answer fold `fold`: the first `share` of those in other folds. Where the first of a
 * stratum is in the fold, its next one comes forward: else the smallest sets would lack a class that has few patients.
 */
export function learnedPatients(
  order: readonly OrderedPatient[],
  foldOf: ReadonlyMap<PatientId, number>,
  fold: number,
  share: number,
): ReadonlySet<PatientId> {
  const others = order.filter(({ patientId }) => foldOf.get(patientId) !== fold);
  const byStratum = [...Map.groupBy(others, ({ stratum }) => stratum).values()];
  const firsts = new Set(byStratum.map(([first]) => first as OrderedPatient));
  const ordered = [...firsts, ...others.filter((other) => !firsts.has(other))];
  const learned = ordered.slice(0, Math.round(share * others.length));
  return new Set(learned.map(({ patientId }) => patientId));
}
