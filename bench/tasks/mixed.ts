/** Task 4: three classes at once, of which one is fine and one is coarse: groups of specks 2 to 3 px wide, a mass that a small picture shows, or neither. */
import type { Random } from '../../core/base/random.ts';
import { addSpot, type Field } from './field.ts';
import { paintSpecks } from './specks.ts';

export const mixedClasses = ['neither', 'specks', 'mass'] as const;

/** Values around [0, 1]: the tissue of the specks' task, with single specks everywhere; a mass is a bright blurred disc some 100 px wide. */
export function paintMixed(size: number, classIndex: number, random: Random): Field {
  const field = paintSpecks(size, classIndex === 1, random.fork('tissue'));
  if (classIndex !== 2) return field;
  const before = meanOf(field);
  const place = random.fork('mass');
  const [cy, cx] = [place.uniform(0.3, 0.7) * size, place.uniform(0.35, 0.65) * size];
  const sigma = place.uniform(26, 40);
  addSpot(field, size, { cx, cy, sigma, height: place.uniform(0.28, 0.42) });
  // No class is brighter than another: else the mean of an image would give the mass away.
  const share = before / meanOf(field);
  return field.map((value) => value * share);
}

function meanOf(field: Field): number {
  return field.reduce((sum, value) => sum + value, 0) / field.length;
}
