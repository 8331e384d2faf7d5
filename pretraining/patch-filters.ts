/**
 * Starting values of the patch projection: cosines, each with the gain that gives its response unit variance on the
 * pictures to come.
 *
 * Neighbouring pixels are alike, so that nearly all variance of a patch lies in a few coarse patterns and a random
 * projection sees little else: fine detail, two or three pixels wide, drowns. Training from random filters stayed at
 * chance for 900 steps; with these it leaves chance at once. Cosines are close to the principal components of such
 * patches (Ahmed, Natarajan and Rao, IEEE Trans. Computers 1974); they are a starting point and are trained like the rest.
 */
import { median } from '../core/statistics/bootstrap.ts';

/** Standard deviation of each token entry at the start; the positions' is a quarter of it. */
const tokenDeviation = 0.5;

/**
 * Share of the grey level itself. The tokens are brought to one length before each block: where the level takes little of it, a faint
 * drawing on smooth tissue is as loud as a strong one on rough.
 */
const levelShare = 0.3;

/**
 * The projection [3 * patch * patch, width], row order channel, row, column.
 * @param pictures [3, size, size] each, as the network reads them
 */
export function cosineFilters(
  pictures: readonly Float32Array[],
  size: number,
  patch: number,
  width: number,
): Float32Array {
  const area = patch * patch;
  const filters = lowestCosines(patch, Math.min(width, area));
  const out = new Float32Array(3 * area * width);
  filters.forEach((filter, k) => {
    const responses: number[] = [];
    for (const picture of pictures) {
      for (let top = 0; top < size; top += patch) {
        for (let left = 0; left < size; left += patch) {
          let response = 0;
          for (let y = 0; y < patch; y++) {
            for (let x = 0; x < patch; x++) {
              const at = (top + y) * size + left + x;
              const grey = (picture[at]! + picture[size * size + at]! + picture[2 * size * size + at]!) / 3;
              response += filter[y * patch + x]! * grey;
            }
          }
          responses.push(response);
        }
      }
    }
    const deviation = typicalDeviation(responses);
    const gain = ((k === 0 ? levelShare : 1) * tokenDeviation) / (3 * deviation);
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < area; i++) out[(c * area + i) * width + k] = filter[i]! * gain;
    }
  });
  return out;
}

/** Half of the responses deviate less from their median than 0.6745 of this: of a normal distribution, the standard deviation. */
function typicalDeviation(responses: readonly number[]): number {
  const centre = median(responses);
  return Math.max(median(responses.map((r) => Math.abs(r - centre))) / 0.6745, 1e-3);
}

/** The `count` cosine patterns of lowest frequency, unit length each. */
function lowestCosines(patch: number, count: number): Float32Array[] {
  const frequencies = Array.from({ length: patch * patch }, (_, i) => [Math.floor(i / patch), i % patch] as const);
  frequencies.sort(([a, b], [c, d]) => a * a + b * b - (c * c + d * d) || a - c);
  return frequencies.slice(0, count).map(([u, v]) => {
    const filter = new Float32Array(patch * patch);
    const scale = (u === 0 ? Math.SQRT1_2 : 1) * (v === 0 ? Math.SQRT1_2 : 1) * (2 / patch);
    for (let y = 0; y < patch; y++) {
      for (let x = 0; x < patch; x++) {
        filter[y * patch + x] =
          scale *
          Math.cos(((2 * y + 1) * u * Math.PI) / (2 * patch)) *
          Math.cos(((2 * x + 1) * v * Math.PI) / (2 * patch));
      }
    }
    return filter;
  });
}
