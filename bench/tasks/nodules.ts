/** Task 2: are there small round nodules in chest-like lungs with ribs, vessels and a heart? */
import type { Random } from '../../core/base/random.ts';
import { addSpot, clouds, type Field, whiteNoise } from './field.ts';

export const noduleClasses = ['clear', 'nodules'] as const;

export function paintNodules(size: number, hasNodules: boolean, random: Random): Field {
  const soft = clouds(size, size / 20, 0.6, random.fork('soft'));
  const grain = whiteNoise(size, random.fork('grain'));
  const lungs = [0.29, 0.71].map((cx) => ({
    cx: size * (cx + random.uniform(-0.015, 0.015)),
    cy: size * random.uniform(0.44, 0.48),
    a: size * random.uniform(0.165, 0.195),
    b: size * random.uniform(0.33, 0.38),
  }));
  const ribs = {
    period: size * random.uniform(0.072, 0.09),
    phase: random.uniform(0, 6),
    curve: random.uniform(0.5, 0.8),
  };
  const field = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      let air = 0;
      for (const { cx, cy, a, b } of lungs) {
        air = Math.max(air, 1 - Math.min(1, Math.max(0, (Math.hypot((x - cx) / a, (y - cy) / b) - 0.92) / 0.12)));
      }
      const out = Math.abs(x / size - 0.5) * 2;
      const rib = Math.cos((2 * Math.PI * (y + ribs.curve * size * 0.16 * out * out)) / ribs.period + ribs.phase);
      const bone = Math.max(0, rib - 0.35) * (out > 0.12 ? 1 : 0);
      field[i] = 0.68 - 0.42 * air + 0.09 * bone + 0.035 * (soft[i] as number) + 0.012 * (grain[i] as number);
    }
  }
  const heart = { cx: size * random.uniform(0.53, 0.57), cy: size * 0.63, sigma: size * 0.085, height: 0.3 };
  addSpot(field, size, { ...heart, hardness: 2 });
  const place = (): readonly [number, number] => {
    const { cx, cy, a, b } = lungs[random.integer(2)] as (typeof lungs)[number];
    const [angle, r] = [random.uniform(0, 2 * Math.PI), 0.78 * Math.sqrt(random.uniform())];
    return [cx + a * r * Math.cos(angle), cy + b * r * Math.sin(angle)];
  };
  // Vessels: tapering chains of spots in every image, as wide as a nodule is, but long.
  for (let n = 14 + random.integer(8); n > 0; n--) vessel(field, size, place(), random);
  for (let n = hasNodules ? 2 + random.integer(3) : 0; n > 0; n--) {
    const [cx, cy] = place();
    addSpot(field, size, { cx, cy, sigma: random.uniform(3.6, 5.4), height: random.uniform(0.13, 0.2), hardness: 2 });
  }
  return field;
}

function vessel(field: Field, size: number, [startX, startY]: readonly [number, number], random: Random): void {
  let [x, y] = [startX, startY];
  let angle = random.uniform(0, 2 * Math.PI);
  let sigma = random.uniform(1.6, 3.2);
  const height = random.uniform(0.05, 0.09);
  for (let step = 12 + random.integer(14); step > 0; step--) {
    addSpot(field, size, { cx: x, cy: y, sigma, height });
    angle += random.normal(0, 0.15);
    x += 1.6 * sigma * Math.cos(angle);
    y += 1.6 * sigma * Math.sin(angle);
    sigma = Math.max(0.9, sigma * 0.97);
  }
}
