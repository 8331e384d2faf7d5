/** How good the times left were that somebody saw. */

/** How many of what was shown from `from` seconds on were within a fifth of what it took, and the one furthest off, as a share. */
export function within(
  shown: readonly { readonly at: number; readonly whole: number }[],
  took: number,
  from: number,
): { readonly count: number; readonly inside: number; readonly worst: number } {
  const off = shown.filter(({ at }) => at >= from).map(({ whole }) => whole / took - 1);
  return {
    count: off.length,
    inside: off.filter((share) => Math.abs(share) <= 0.2).length,
    worst: off.reduce((worst, share) => (Math.abs(share) > Math.abs(worst) ? share : worst), 0),
  };
}
