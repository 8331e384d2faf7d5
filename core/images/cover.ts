/**
 * An image with a part covered: a corner, all four, or what lies outside the body. What is covered gets the level of the background, so that
 * a marker that stood there is gone and nothing new is drawn where there was nothing.
 */
import { invariant } from '../base/errors.ts';
import type { GreyOrColourImage } from './picture.ts';

/** The parts that can be covered. */
export const coverRegions = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight', 'corners', 'outside'] as const;
export type CoverRegion = (typeof coverRegions)[number];

/**
 * A corner is a square of this share of the side: a lead letter of two or three centimetres, three or four from the edges of a
 * detector of 43 cm, ends within a sixth.
 */
const cornerShare = 1 / 6;
/** The frame whose middle level is taken for the background, as a share of the side. */
const frameShare = 1 / 24;

/** 1 where a pixel belongs to the region, [height, width]; null where nothing outside a body can be told. */
export function regionMask(image: GreyOrColourImage, region: CoverRegion): Uint8Array | null {
  if (region === 'outside') {
    const body = bodyMask(image);
    return body === null ? null : body.map((inside) => 1 - inside);
  }
  const { width, height } = image;
  const [across, down] = [Math.round(width * cornerShare), Math.round(height * cornerShare)];
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = y < down ? 'top' : y >= height - down ? 'bottom' : null;
      const column = x < across ? 'Left' : x >= width - across ? 'Right' : null;
      if (row === null || column === null) continue;
      if (region === 'corners' || region === `${row}${column}`) mask[y * width + x] = 1;
    }
  }
  return mask;
}

/** The image with the pixels of `mask` at the level of the background. */
export function coverPixels(image: GreyOrColourImage, mask: Uint8Array): GreyOrColourImage {
  const { channels, data } = image;
  invariant(mask.length * channels === data.length, 'cover: one mark for each pixel');
  const level = backgroundLevel(image);
  const out = Float32Array.from(data);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    for (let c = 0; c < channels; c++) out[i * channels + c] = level[c] as number;
  }
  return { ...image, data: out };
}

/** The median of the frame, channel by channel: what most of the edge shows, a marker in one corner or none. */
function backgroundLevel({ width, height, channels, data }: GreyOrColourImage): number[] {
  const edge = Math.max(1, Math.round(Math.min(width, height) * frameShare));
  const levels: number[][] = Array.from({ length: channels }, () => []);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= edge && x < width - edge && y >= edge && y < height - edge) continue;
      for (let c = 0; c < channels; c++) levels[c]?.push(data[(y * width + x) * channels + c] as number);
    }
  }
  return levels.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number);
}

/** A body that takes less or more of the image than this is none that can be told from its background. */
const bodyShares = [0.1, 0.95] as const;
/** How far the body is widened, as a share of the side: its edge is soft, and skin belongs to it. */
const rimShare = 0.02;

/**
 * 1 inside the body, [height, width]: what differs from the background by more than Otsu's threshold (IEEE Trans. SMC 9, 1979), of that the largest
 * part that hangs together, its holes filled, widened by a rim. Null where that is hardly anything or nearly the whole image: a close-up has no
 * outside. It follows grey levels and knows no anatomy: a marker that touches the body counts to it, and of two bodies (both breasts, two hands) only
 * the larger one is found.
 */
export function bodyMask(image: GreyOrColourImage): Uint8Array | null {
  const { width, height, channels, data } = image;
  const level = backgroundLevel(image);
  const distance = new Float32Array(width * height);
  for (let i = 0; i < distance.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.abs((data[i * channels + c] as number) - (level[c] as number));
    distance[i] = sum / channels;
  }
  const threshold = otsu(distance);
  const size = { width, height };
  const largest = largestPart(
    distance.map((d) => (d > threshold ? 1 : 0)),
    size,
  );
  const body = widened(withoutHoles(largest, size), size, Math.round(Math.min(width, height) * rimShare));
  const share = body.reduce((sum, inside) => sum + inside, 0) / body.length;
  return share < bodyShares[0] || share > bodyShares[1] ? null : body;
}

/** The threshold that leaves the least variance on both of its sides, over 256 steps of [0, 1]. */
function otsu(values: Float32Array): number {
  const steps = 256;
  const counts = new Float64Array(steps);
  for (const value of values) {
    const bin = Math.min(steps - 1, Math.max(0, Math.floor(value * steps)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const total = values.length;
  let sum = 0;
  counts.forEach((n, bin) => {
    sum += n * bin;
  });
  let [below, sumBelow, best, at] = [0, 0, -1, 0];
  counts.forEach((n, bin) => {
    below += n;
    sumBelow += n * bin;
    if (below === 0 || below === total) return;
    const gap = sumBelow / below - (sum - sumBelow) / (total - below);
    const between = below * (total - below) * gap * gap;
    if (between > best) [best, at] = [between, bin];
  });
  return (at + 1) / steps;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Visits what hangs together with `start` among the pixels that `belongs` takes, by their edges; `seen` is filled. */
function flood(start: number, { width, height }: Size, seen: Uint8Array, belongs: (at: number) => boolean): number[] {
  const found = [start];
  seen[start] = 1;
  for (let k = 0; k < found.length; k++) {
    const at = found[k] as number;
    const x = at % width;
    const y = (at - x) / width;
    const near = [
      x > 0 ? at - 1 : -1,
      x + 1 < width ? at + 1 : -1,
      y > 0 ? at - width : -1,
      y + 1 < height ? at + width : -1,
    ];
    for (const next of near) {
      if (next < 0 || seen[next] === 1 || !belongs(next)) continue;
      seen[next] = 1;
      found.push(next);
    }
  }
  return found;
}

function largestPart(mask: ArrayLike<number>, size: Size): Uint8Array {
  const seen = new Uint8Array(mask.length);
  let largest: number[] = [];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 1 || seen[at] === 1) continue;
    const part = flood(at, size, seen, (next) => mask[next] === 1);
    if (part.length > largest.length) largest = part;
  }
  const out = new Uint8Array(mask.length);
  for (const at of largest) out[at] = 1;
  return out;
}

/** The mask with everything that cannot be reached from the image's edge. */
function withoutHoles(mask: Uint8Array, size: Size): Uint8Array {
  const { width, height } = size;
  const outside = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at++) {
    const x = at % width;
    const y = (at - x) / width;
    const isEdge = x === 0 || y === 0 || x === width - 1 || y === height - 1;
    if (isEdge && mask[at] === 0 && outside[at] === 0) flood(at, size, outside, (next) => mask[next] === 0);
  }
  return outside.map((reached) => 1 - reached);
}

/** The mask with every pixel that is at most `by` pixels away from it, across or down. */
function widened(mask: Uint8Array, { width, height }: Size, by: number): Uint8Array {
  const along = (from: Uint8Array, step: number, length: number, starts: (line: number) => number, lines: number) => {
    const out = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++) {
      const start = starts(line);
      // How far back the last marked pixel lies; then the same from the other end.
      for (const [first, way] of [
        [0, 1],
        [length - 1, -1],
      ] as const) {
        let since = by + 1;
        for (let k = 0; k < length; k++) {
          const at = start + (first + way * k) * step;
          since = from[at] === 1 ? 0 : since + 1;
          if (since <= by) out[at] = 1;
        }
      }
    }
    return out;
  };
  const across = along(mask, 1, width, (y) => y * width, height);
  return along(across, width, height, (x) => x, width);
}
