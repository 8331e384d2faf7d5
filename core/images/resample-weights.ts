/** What is resampled, and what each place of a line is the weighted sum of, as Pillow has it (libImaging/Resample.c). */

export interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** A rectangle within an image, in pixels; borders may lie between pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An image [height, width, channels] of floats in [0, 1], or of 16-bit samples that stand for them (`toUint16`). */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array | Uint16Array;
}

/** For each output place the first input it takes from, how many it takes, and their weights, with room for `taps` a place. */
export class Weights {
  first = new Int32Array(0);
  counts = new Int32Array(0);
  taps = 0;
  values = new Float64Array(0);
  #set = '';

  /** precompute_coeffs of Resample.c: taps outside the region are left out and the rest scaled to sum to one. */
  set(start: number, length: number, size: number, filter: Filter): void {
    const made = `${start} ${length} ${size} ${filter.support}`;
    if (made === this.#set) return;
    this.#set = made;
    const scale = length / size;
    const filterScale = Math.max(1, scale);
    const support = filter.support * filterScale;
    const taps = Math.ceil(support) * 2 + 1;
    const lowest = Math.max(0, Math.floor(start));
    const highest = Math.ceil(start + length);
    this.taps = taps;
    if (this.first.length < size) [this.first, this.counts] = [new Int32Array(size), new Int32Array(size)];
    if (this.values.length < size * taps) this.values = new Float64Array(size * taps);
    const { first, counts, values } = this;
    for (let i = 0; i < size; i++) {
      const center = start + (i + 0.5) * scale;
      const low = Math.max(lowest, Math.floor(center - support + 0.5));
      const high = Math.min(highest, Math.floor(center + support + 0.5));
      let sum = 0;
      for (let k = 0; k < high - low; k++) {
        const weight = filter.weight((k + low - center + 0.5) / filterScale);
        values[i * taps + k] = weight;
        sum += weight;
      }
      if (sum !== 0) for (let k = 0; k < high - low; k++) values[i * taps + k] = (values[i * taps + k] as number) / sum;
      first[i] = low;
      counts[i] = high - low;
    }
  }
}
