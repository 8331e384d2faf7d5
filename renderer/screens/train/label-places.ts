/** Where the names of lines stand that end beside each other. */

/** A place for each of `ends`, in their order: at its end, or above the one below where they would be less than `gap` apart. */
export function labelPlaces(ends: readonly number[], gap: number): number[] {
  const places = [...ends];
  const upwards = ends.map((_, i) => i).sort((a, b) => (ends[a] as number) - (ends[b] as number));
  let free = Number.NEGATIVE_INFINITY;
  for (const i of upwards) {
    places[i] = Math.max(ends[i] as number, free);
    free = (places[i] as number) + gap;
  }
  return places;
}
