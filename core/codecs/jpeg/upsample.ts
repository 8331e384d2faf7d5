/** Bringing subsampled chroma to full size as libjpeg does: a triangle filter for 2:1, repetition for other ratios. */

export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Samples from one line to the next; at least `width`. */
  readonly stride: number;
  readonly samples: Uint16Array;
}

/** The sample function of `plane` at `across` by `down` times its size, written to `out` [rows, columns, step] from `offset`. */
export function upsampleInto(
  plane: Plane,
  across: number,
  down: number,
  out: Uint8Array | Uint16Array,
  rows: number,
  columns: number,
  offset: number,
  step: number,
): void {
  const isFancy = across === 2 && (down === 1 || down === 2) && plane.width > 2;
  const line = new Uint16Array(plane.width * across);
  for (let y = 0; y < rows; y++) {
    const start = Math.min(plane.height - 1, Math.floor(y / down)) * plane.stride;
    if (isFancy && down === 1) doubleLine(plane.samples, start, plane.width, line);
    else if (isFancy) doubleBoth(plane, y, line);
    let to = y * columns * step + offset;
    for (let x = 0; x < columns; x++, to += step) {
      out[to] = isFancy
        ? (line[x] as number)
        : (plane.samples[start + (across === 1 ? x : Math.floor(x / across))] as number);
    }
  }
}

/** h2v1_fancy_upsample of jdsample.c: weights 3/4 and 1/4, rounding alternately down and up. */
function doubleLine(samples: Uint16Array, start: number, width: number, out: Uint16Array): void {
  for (let x = 0; x < width; x++) {
    const near = (samples[start + x] as number) * 3;
    out[2 * x] = x === 0 ? near / 3 : (near + (samples[start + x - 1] as number) + 1) >> 2;
    out[2 * x + 1] = x === width - 1 ? near / 3 : (near + (samples[start + x + 1] as number) + 2) >> 2;
  }
}

/** h2v2_fancy_upsample of jdsample.c: the same in both directions, weights 9, 3, 3 and 1 sixteenths. */
function doubleBoth(plane: Plane, y: number, out: Uint16Array): void {
  const { samples, stride, width, height } = plane;
  const row = y >> 1;
  const other = Math.min(height - 1, Math.max(0, y % 2 === 0 ? row - 1 : row + 1));
  const sum = (x: number): number =>
    (samples[row * stride + x] as number) * 3 + (samples[other * stride + x] as number);
  for (let x = 0; x < width; x++) {
    const here = sum(x);
    out[2 * x] = x === 0 ? (here * 4 + 8) >> 4 : (here * 3 + sum(x - 1) + 8) >> 4;
    out[2 * x + 1] = x === width - 1 ? (here * 4 + 7) >> 4 : (here * 3 + sum(x + 1) + 7) >> 4;
  }
}
