/**
 * Task 3: three grades of a texture that differ in the size of its grains alone, 1.2, 1.7 and 2.4 px. How strong the
 * grains are, and everything coarse, varies from image to image and says nothing.
 */
import type { Random } from '../../core/base/random.ts';
import { blurred, clouds, type Field, standardised, whiteNoise } from './field.ts';

export const gradeClasses = ['fine', 'medium', 'coarse'] as const;
const grainSigmas = [1.2, 1.7, 2.4] as const;

export function paintGrades(size: number, grade: number, random: Random): Field {
  const sigma = (grainSigmas[grade] as number) * random.uniform(0.94, 1.06);
  const noise = whiteNoise(size, random.fork('grains'));
  const [narrow, wide] = [blurred(noise, size, sigma), blurred(noise, size, 1.6 * sigma)];
  const grains = standardised(narrow.map((x, i) => x - (wide[i] as number)));
  const background = clouds(size, size * random.uniform(0.04, 0.09), 0.9, random.fork('background'));
  const where = clouds(size, size / 9, 0.3, random.fork('where'));
  const strength = random.uniform(0.04, 0.08);
  const mean = random.uniform(0.4, 0.6);
  // Grains fill patches of the organ, about half of it.
  return grains.map((g, i) => {
    const amount = 1 / (1 + Math.exp(-4 * (where[i] as number)));
    return mean + 0.08 * (background[i] as number) + strength * amount * g;
  });
}
