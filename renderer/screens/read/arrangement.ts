/** How the list stands while cases are ordered by uncertainty. */

/** A case of the list by its key. */
export interface ListedCase {
  readonly key: string;
  readonly isLabelled: boolean;
}

/**
 * The keys of the list in the order in which it is to be shown: what is labelled, as it stands in the list now; the case that is open, so that whoever
 * reads it finds it between what is done and what is to come; then the cases without a label by their places in `ordered`; then those without a place,
 * as they stand.
 * @param listed the cases as the list shows them now
 * @param open the key of the case that is open, or null
 */
export function arranged(listed: readonly ListedCase[], open: string | null, ordered: readonly string[]): string[] {
  const places = new Map(ordered.map((key, place) => [key, place]));
  const others = listed.filter(({ key }) => key !== open);
  const waiting = others.filter(({ isLabelled }) => !isLabelled).map(({ key }) => key);
  const placed = waiting.filter((key) => places.has(key));
  placed.sort((a, b) => (places.get(a) as number) - (places.get(b) as number));
  return [
    ...others.filter(({ isLabelled }) => isLabelled).map(({ key }) => key),
    ...listed.filter(({ key }) => key === open).map(({ key }) => key),
    ...placed,
    ...waiting.filter((key) => !places.has(key)),
  ];
}
