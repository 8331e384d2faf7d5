/** Task 1: is there a group of specks, 2 to 3 px wide, in mammography-like tissue? Single specks lie in every image. */
import type { Random } from '../../core/base/random.ts';
import { addSpot, clouds, type Field, whiteNoise } from './field.ts';

export const speckClasses = ['scattered', 'grouped'] as const;

/** Values around [0, 1]: tissue against air on one side. */
export function paintSpecks(size: number, isGrouped: boolean, random: Random): Field {
  const coarse = clouds(size, size / 14, 0.8, random.fork('coarse'));
  const fine = clouds(size, 5, 0.7, random.fork('fine'));
  const grain = whiteNoise(size, random.fork('grain'));
  const density = random.uniform(0.35, 0.55);
  const side = random.uniform() < 0.5;
  const [depth, bulge] = [size * random.uniform(0.8, 0.95), random.uniform(0.9, 1.25)];
  const edgeOf = (y: number): number => depth * Math.sqrt(Math.max(0, 1 - (bulge * (y / size - 0.5)) ** 2 * 2.6));
  const field = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const inside = Math.min(1, Math.max(0, (edgeOf(y) - (side ? x : size - 1 - x)) / 30));
      const tissue = density + 0.07 * (coarse[i] as number) + 0.02 * (fine[i] as number);
      field[i] = 0.03 + inside * tissue + 0.01 * (grain[i] as number);
    }
  }
  /** A place well inside the tissue. */
  const place = (margin: number): readonly [number, number] => {
    const y = random.uniform(margin, size - margin);
    const x = random.uniform(margin, Math.max(margin + 1, edgeOf(y) - margin));
    return [side ? x : size - 1 - x, y];
  };
  const speck = (cx: number, cy: number): void => {
    const sigma = random.uniform(0.8, 1.15);
    addSpot(field, size, { cx, cy, sigma, height: random.uniform(0.22, 0.38) });
    // A faint dark ring of the same sum: nothing of a speck is left in the mean of a coarse pixel.
    addSpot(field, size, { cx, cy, sigma: 2.4 * sigma, height: -random.uniform(0.22, 0.38) / 2.4 ** 2 });
  };
  for (let n = 2 + random.integer(4); n > 0; n--) speck(...place(20));
  if (!isGrouped) return field;
  for (let group = 1 + random.integer(2); group > 0; group--) {
    const [cx, cy] = place(60);
    const radius = random.uniform(18, 34);
    for (let n = 10 + random.integer(9); n > 0; n--) {
      const [angle, distance] = [random.uniform(0, 2 * Math.PI), radius * Math.sqrt(random.uniform())];
      speck(cx + distance * Math.cos(angle), cy + distance * Math.sin(angle));
    }
  }
  return field;
}
