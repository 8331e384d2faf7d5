/**
 * What is drawn on the noise. Each kind draws into an empty canvas with peak height 1; the picture scales it to the
 * contrast it draws, and reads from the canvas which patches hold it. Sizes are in pixels and are those of findings at
 * high resolution: most kinds are told apart by two or three pixels.
 */
import type { Random } from '../core/base/random.ts';
import { addSpot, addStroke, type Canvas, noise } from './canvas.ts';

type Draw = (canvas: Canvas, random: Random) => void;

const sign = (random: Random): number => (random.uniform() < 0.7 ? 1 : -1);

/** A group of tiny bright spots, as calcifications lie. */
const specks: Draw = (canvas, random) => {
  const radius = random.uniform(6, 26);
  const [cx, cy] = place(canvas.size, random, radius * 0.5);
  const count = 4 + random.integer(20);
  for (let i = 0; i < count; i++) {
    const [r, angle] = [radius * Math.sqrt(random.uniform()), random.uniform(0, 2 * Math.PI)];
    const [x, y] = [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
    addSpot(canvas, x, y, random.uniform(0.45, 1.1), random.uniform(0.5, 1));
  }
};

/** Single spots far apart, larger than specks, bright or dark. */
const dots: Draw = (canvas, random) => {
  const count = 1 + random.integer(5);
  const height = sign(random);
  for (let i = 0; i < count; i++) {
    const [x, y] = place(canvas.size, random, 0);
    addSpot(canvas, x, y, random.uniform(1.3, 2.6), height * random.uniform(0.6, 1));
  }
};

/** Small filled discs, bright or dark, with a sharp or a soft border. */
const discs: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const [cx, cy] = place(size, random, 2);
  const radius = random.logUniform(2.2, 9);
  const softness = random.uniform(0.4, 0.3 * radius);
  const stretch = random.uniform(0.85, 1.2);
  const height = sign(random);
  const reach = Math.ceil(radius * 1.2 + 6 * softness);
  for (let y = Math.max(0, Math.floor(cy) - reach); y <= Math.min(size - 1, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx) - reach); x <= Math.min(size - 1, cx + reach); x++) {
      const outside = Math.hypot((x - cx) / stretch, y - cy) - radius;
      pixels[y * size + x]! += height / (1 + Math.exp(outside / softness));
    }
  }
};

/** Short straight pieces, as long as a disc is wide or little more. */
const rods: Draw = (canvas, random) => {
  const [x, y] = place(canvas.size, random, 2);
  const angle = random.uniform(0, Math.PI);
  const half = random.uniform(3.5, 9);
  const [dx, dy] = [half * Math.cos(angle), half * Math.sin(angle)];
  const ends: readonly (readonly [number, number])[] = [
    [x - dx, y - dy],
    [x + dx, y + dy],
  ];
  addStroke(canvas, ends, random.uniform(0.6, half * 0.25), sign(random));
};

/** One soft mass, round or drawn out. */
const blob: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const sigma = random.logUniform(6, Math.min(28, size / 5));
  const [cx, cy] = place(size, random, 0);
  const stretch = random.uniform(1, 1.8);
  const angle = random.uniform(0, Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const power = random.uniform(1, 3);
  const height = sign(random);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = ((x - cx) * c + (y - cy) * s) / stretch;
      const v = (y - cy) * c - (x - cx) * s;
      const q = (u * u + v * v) / (2 * sigma * sigma);
      if (q < 12) pixels[y * size + x]! += height * Math.exp(-(q ** power));
    }
  }
};

/** Thin lines, straight or curved. */
const lines: Draw = (canvas, random) => {
  const height = sign(random);
  for (let n = 1 + random.integer(3); n > 0; n--) {
    const [x, y] = place(canvas.size, random, 0);
    addStroke(canvas, walk(x, y, random.uniform(20, canvas.size * 0.9), random), random.uniform(0.5, 1.3), height);
  }
};

/** Lines that run out from one point, as a spiculated mass. */
const star: Draw = (canvas, random) => {
  const [x, y] = place(canvas.size, random, 8);
  const rays = 5 + random.integer(10);
  const length = random.uniform(8, 26);
  for (let i = 0; i < rays; i++) {
    const angle = ((i + random.uniform(-0.3, 0.3)) / rays) * 2 * Math.PI;
    const r = length * random.uniform(0.6, 1.2);
    const end: readonly [number, number] = [x + r * Math.cos(angle), y + r * Math.sin(angle)];
    addStroke(canvas, [[x, y], end], random.uniform(0.5, 0.9), random.uniform(0.6, 1));
  }
};

/** Thin closed curves. */
const rings: Draw = (canvas, random) => {
  const height = sign(random);
  for (let n = 1 + random.integer(3); n > 0; n--) {
    const [cx, cy] = place(canvas.size, random, 4);
    const radius = random.logUniform(3.5, 22);
    const stretch = random.uniform(0.7, 1.3);
    const points = Array.from({ length: 33 }, (_, i): readonly [number, number] => {
      const angle = (i / 32) * 2 * Math.PI;
      return [cx + radius * stretch * Math.cos(angle), cy + radius * Math.sin(angle)];
    });
    addStroke(canvas, points, random.uniform(0.5, 1.2), height);
  }
};

/** A patch of parallel stripes. */
const grating: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const wave = random.logUniform(2.5, 16);
  const angle = random.uniform(0, Math.PI);
  const [kx, ky] = [(2 * Math.PI * Math.cos(angle)) / wave, (2 * Math.PI * Math.sin(angle)) / wave];
  const [cx, cy] = place(size, random, 0);
  const radius = random.uniform(12, size * 0.4);
  const phase = random.uniform(0, 2 * Math.PI);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const window = softDisc(x - cx, y - cy, radius);
      if (window > 0.01) pixels[y * size + x]! += window * Math.sin(kx * x + ky * y + phase);
    }
  }
};

/** One side of a straight or bent border is brighter. */
const edge: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const [cx, cy] = place(size, random, 0);
  const angle = random.uniform(0, 2 * Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const bend = random.uniform(-1, 1) / size;
  const softness = random.uniform(0.4, 3);
  const depth = random.uniform(14, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const along = (y - cy) * c - (x - cx) * s;
      const d = (x - cx) * c + (y - cy) * s + bend * along * along;
      if (d > -4 * softness) pixels[y * size + x]! += Math.exp(-Math.max(0, d) / depth) / (1 + Math.exp(-d / softness));
    }
  }
};

/** A cloud of points of a random iterated function system (Kataoka et al., "Pre-training without natural images"). */
const fractal: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const maps = Array.from({ length: 2 + random.integer(4) }, () => {
    const m = Array.from({ length: 6 }, () => random.uniform(-1, 1));
    // Scaled to contract, so that the orbit stays in the picture.
    const norm = Math.max(1, Math.hypot(m[0]!, m[1]!, m[2]!, m[3]!) / 0.95);
    return m.map((x, i) => (i < 4 ? x / norm : x));
  });
  const scale = random.uniform(0.12, 0.32) * size;
  const [cx, cy] = place(size, random, scale * 0.5);
  let [x, y] = [0, 0];
  const points = 300 + random.integer(500);
  for (let i = 0; i < points; i++) {
    const m = maps[random.integer(maps.length)]!;
    [x, y] = [m[0]! * x + m[1]! * y + m[4]!, m[2]! * x + m[3]! * y + m[5]!];
    const [u, v] = [Math.round(cx + (x * scale) / 2), Math.round(cy + (y * scale) / 2)];
    if (u >= 0 && v >= 0 && u < size && v < size) pixels[v * size + u] = Math.min(1, pixels[v * size + u]! + 0.6);
  }
};

/** A region whose texture is finer or coarser than its surroundings. */
const texture: Draw = (canvas, random) => {
  const { size, pixels } = canvas;
  const field = noise(size, random.uniform(-0.3, 0.7), random);
  const [cx, cy] = place(size, random, 0);
  const radius = random.uniform(14, size * 0.4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const window = softDisc(x - cx, y - cy, radius);
      if (window > 0.01) pixels[y * size + x]! += 0.6 * window * field.pixels[y * size + x]!;
    }
  }
};

/** 1 inside `radius`, falling smoothly to 0 beyond it. */
function softDisc(x: number, y: number, radius: number): number {
  const q = (x * x + y * y) / (radius * radius);
  return Math.exp(-q * q);
}

function place(size: number, random: Random, margin: number): readonly [number, number] {
  return [random.uniform(margin, size - margin), random.uniform(margin, size - margin)];
}

function walk(x: number, y: number, length: number, random: Random): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [[x, y]];
  let angle = random.uniform(0, 2 * Math.PI);
  const turn = random.uniform(-0.15, 0.15);
  let [px, py] = [x, y];
  for (let done = 0; done < length; done += 4) {
    angle += turn + random.uniform(-0.1, 0.1);
    [px, py] = [px + 4 * Math.cos(angle), py + 4 * Math.sin(angle)];
    points.push([px, py]);
  }
  return points;
}

/** The kinds by name, in the order of the labels. */
export const kinds = {
  specks,
  dots,
  discs,
  rods,
  blob,
  lines,
  star,
  rings,
  grating,
  edge,
  fractal,
  texture,
} as const satisfies Record<string, Draw>;
export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly Kind[];
