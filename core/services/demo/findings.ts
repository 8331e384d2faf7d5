/**
 * What distinguishes the classes: clusters of fine specks, or one coarse mass; where several findings are asked for, a metal clip, too.
 *
 * A speck is a bright spot 2 to 3 px wide with a faint dark halo of the same integral, as edge-enhancing processing leaves
 * around calcifications. So a pixel of a 128-px image, which averages 6 x 6 of ours, keeps next to nothing of it, while
 * a 512-px image (1.5 x 1.5) still shows it. Neither finding moves the mean of the picture: a mass is taken out of the
 * rest of the tissue again, for otherwise the mean grey level alone would give the class away.
 */
import type { Random } from '../../base/random.ts';
import type { TissueImage } from './tissue.ts';

/** Size at which the numbers below are pixels; other sizes scale the coarse ones, never the specks. */
const nominalSize = 768;

/** Where a finding lies, in pixels. */
export type Place = readonly [x: number, y: number];

/** Paints one to three clusters of 14 to 26 specks. Returns the centre of the last. */
export function paintSpecks(image: TissueImage, random: Random): Place {
  const clusters = 1 + random.integer(3);
  let place: Place = [0, 0];
  for (let c = 0; c < clusters; c++) {
    place = placeInside(image, random, 0.08);
    const [cx, cy] = place;
    const radius = (image.size / nominalSize) * random.uniform(26, 48);
    const brightness = random.uniform(0.38, 0.5);
    const count = 14 + random.integer(13);
    for (let s = 0; s < count; s++) {
      const angle = random.uniform(0, 2 * Math.PI);
      const distance = radius * Math.sqrt(random.uniform());
      paintSpeck(
        image,
        cx + distance * Math.cos(angle),
        cy + distance * Math.sin(angle),
        random.uniform(0.85, 1.1),
        brightness * random.uniform(0.75, 1.15),
      );
    }
  }
  return place;
}

/** Adds a difference of Gaussians whose sum over the pixels is zero. */
function paintSpeck(image: TissueImage, cx: number, cy: number, sigma: number, amplitude: number): void {
  const halo = 2.2 * sigma;
  const reach = Math.ceil(3.2 * halo);
  const x0 = Math.round(cx);
  const y0 = Math.round(cy);
  if (x0 < reach || y0 < reach || x0 + reach >= image.size || y0 + reach >= image.size) return;
  const width = 2 * reach + 1;
  const core = new Float32Array(width * width);
  const ring = new Float32Array(width * width);
  let coreSum = 0;
  let ringSum = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const r2 = (x0 + dx - cx) ** 2 + (y0 + dy - cy) ** 2;
      const i = (dy + reach) * width + dx + reach;
      coreSum += core[i] = Math.exp(-r2 / (2 * sigma * sigma));
      ringSum += ring[i] = Math.exp(-r2 / (2 * halo * halo));
    }
  }
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const i = (dy + reach) * width + dx + reach;
      const p = (y0 + dy) * image.size + x0 + dx;
      const change = amplitude * ((core[i] as number) - ((ring[i] as number) * coreSum) / ringSum);
      image.data[p] = (image.data[p] as number) + change;
    }
  }
}

/** Paints one roundish mass of 90 to 160 px with an uneven edge, and takes its sum out of the rest of the tissue. Returns its centre. */
export function paintMass(image: TissueImage, random: Random): Place {
  const [cx, cy] = placeInside(image, random, 0.13);
  const radius = (image.size / nominalSize) * random.uniform(60, 90);
  const amplitude = random.uniform(0.28, 0.36);
  const lobes = Array.from({ length: 4 }, (_, k) => ({
    size: random.uniform(0, 0.14 / (1 + k)),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  let added = 0;
  let area = 0;
  for (let y = 0; y < image.size; y++) {
    for (let x = 0; x < image.size; x++) {
      const i = y * image.size + x;
      const tissue = image.inside[i] as number;
      area += tissue;
      const dx = x - cx;
      const dy = y - cy;
      const r2 = dx * dx + dy * dy;
      if (tissue === 0 || r2 > 4 * radius * radius) continue;
      const angle = Math.atan2(dy, dx);
      let edge = 1;
      lobes.forEach((lobe, k) => {
        edge += lobe.size * Math.sin((k + 2) * angle + lobe.phase);
      });
      const change = amplitude * tissue * Math.exp(-((r2 / (radius * edge) ** 2) ** 1.6));
      image.data[i] = (image.data[i] as number) + change;
      added += change;
    }
  }
  const correction = added / area;
  for (let i = 0; i < image.data.length; i++) {
    image.data[i] = (image.data[i] as number) - correction * (image.inside[i] as number);
  }
  return [cx, cy];
}

/** Paints a metal clip: a bright bar of 34 to 46 px by 7 px, turned at random. Returns its centre. */
export function paintClip(image: TissueImage, random: Random): Place {
  const [cx, cy] = placeInside(image, random, 0.1);
  const scale = image.size / nominalSize;
  const half = scale * random.uniform(17, 23);
  const thick = scale * 3.5;
  const angle = random.uniform(0, Math.PI);
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.ceil(half + thick + 2);
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(image.size - 1, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(image.size - 1, cx + reach); x++) {
      const along = Math.abs((x - cx) * ux + (y - cy) * uy);
      const across = Math.abs((y - cy) * ux - (x - cx) * uy);
      // Edges a pixel wide, so that the bar does not jump from pixel to pixel.
      const share = edge(half - along) * edge(thick - across);
      const i = y * image.size + x;
      image.data[i] = (image.data[i] as number) + 0.45 * share;
    }
  }
  return [cx, cy];
}

/** How much of a pixel lies inside, `distance` pixels from the border. */
function edge(distance: number): number {
  return Math.min(1, Math.max(0, distance + 0.5));
}

/** A point well inside the tissue, at least `margin` of the picture away from its borders. */
export function placeInside(image: TissueImage, random: Random, margin: number): Place {
  const low = image.size * margin;
  const high = image.size * (1 - margin);
  const step = image.size * margin;
  for (let attempt = 0; attempt < 1000; attempt++) {
    const x = random.uniform(low, high);
    const y = random.uniform(low, high);
    const isInside = [
      [x, y],
      [x - step, y],
      [x + step - 1, y],
      [x, y - step],
      [x, y + step - 1],
    ].every(([px, py]) => (image.inside[Math.floor(py as number) * image.size + Math.floor(px as number)] ?? 0) > 0.9);
    if (isInside) return [x, y];
  }
  return [image.mirrored ? image.size * 0.7 : image.size * 0.3, image.size * 0.5];
}
