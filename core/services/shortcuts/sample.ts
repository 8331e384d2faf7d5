/** Which images of a split are answered again with parts covered: a few of each class or finding, whichever patients they are of. */
import { Random } from '../../base/random.ts';

/**
 * Places of up to `perKind` images of each kind, in their order; kinds with fewer give all they have. An image of several patients' worth of
 * others is as good as any, but patients tell more than images: no patient gives a second image of a kind before every one gave a first.
 */
export function sampleImages(
  images: readonly { readonly kind: string; readonly patientId: number }[],
  perKind: number,
  seed: number,
): number[] {
  const random = Random.seeded(seed).fork('shortcuts');
  const byKind = Map.groupBy(images.keys(), (i) => images[i]?.kind ?? '');
  return [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([kind, places]) => {
      const rounds = new Map<number, number>();
      return random
        .fork(kind)
        .shuffled(places)
        .map((place) => {
          const patient = images[place]?.patientId ?? 0;
          const round = rounds.get(patient) ?? 0;
          rounds.set(patient, round + 1);
          return { place, round };
        })
        .sort((a, b) => a.round - b.round)
        .slice(0, perKind)
        .map(({ place }) => place);
    })
    .sort((a, b) => a - b);
}

/** What an image stands for: its class, or the rarest of the findings that it has; numbers are of one kind. */
export function kindsOf(truths: Float64Array, names: number, hasMarks: boolean): string[] {
  if (names === 0) return Array.from(truths, String);
  const rows = Array.from({ length: truths.length / names }, (_, row) => row);
  if (!hasMarks) return rows.map(() => 'number');
  const present = (row: number, k: number): boolean => truths[row * names + k] === 1;
  const counts = Array.from({ length: names }, (_, k) => rows.filter((row) => present(row, k)).length);
  return rows.map((row) => {
    const own = counts.flatMap((n, k) => (present(row, k) ? [{ n, k }] : [])).sort((a, b) => a.n - b.n);
    return String(own[0]?.k ?? 'none');
  });
}
