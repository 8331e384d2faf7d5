/**
 * Side images with a processor's vector instructions (passes.wat): the numbers of `PlainPasses`, bit for bit, in a fraction of the time.
 *
 * For whoever makes thousands of images in a row. An instance reserves address space of its own, so many short-lived ones would use it up.
 */
import {
  PlainPasses,
  pixelRange,
  placesOf,
  type Region,
  type Samples,
  type SideImagePasses,
  triangle,
  Weights,
} from '../../../images/index.ts';
import { passesWasm } from './passes.ts';

/** What of WebAssembly is used here; TypeScript describes it among a browser's types alone. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/** The functions of passes.wat, which says what each computes. Places in memory are bytes from its start. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  spread(a: number, b: number, c: number, d: number, count: number, rows: number): void;
  weigh(
    rows: number,
    step: number,
    first: number,
    counts: number,
    values: number,
    taps: number,
    width: number,
    to: number,
    apart: number,
    stride: number,
  ): void;
  sum(
    lines: number,
    stride: number,
    first: number,
    counts: number,
    values: number,
    taps: number,
    height: number,
    to: number,
  ): void;
  blend(at: number, count: number, factor: number, rest: number): void;
  scale(at: number, step: number, count: number, mean: number, std: number, to: number): void;
}

/** Passes by vector instructions, or without where there is no room for their memory. */
export function quickPasses(): SideImagePasses {
  try {
    return new SimdPasses();
  } catch {
    return new PlainPasses();
  }
}

const page = 65_536;
/** Lines that are resampled beside each other. */
const lanes = 8;
/** Places that a kernel reads or writes beyond the last. */
const beyond = 8;

/** Bytes of `count` values and of what kernels touch behind them. */
const room = (count: number, bytes: number): number => Math.ceil(((count + beyond) * bytes) / 16) * 16;

/** Where weights lie in the kernels' memory. */
interface PlacedWeights {
  readonly first: number;
  readonly counts: number;
  readonly values: number;
  readonly taps: number;
}

export class SimdPasses implements SideImagePasses {
  readonly #kernels: Kernels;
  readonly #across = new Weights();
  readonly #down = new Weights();
  /** Where the resampled values lie, and what was scaled of them. */
  #values = 0;
  #scaled = 0;
  /** Makes the images for which there was no memory. */
  #plain: PlainPasses | undefined;
  #isPlain = false;

  constructor() {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
    const module = new Module(Uint8Array.from(Buffer.from(passesWasm, 'base64')));
    this.#kernels = new Instance(module).exports as Kernels;
  }

  resample(image: Samples, region: Region, side: number, isMirrored: boolean): Float32Array {
    const { channels, data } = image;
    const { memory, spread: spread16, weigh, sum } = this.#kernels;
    const { top, bottom, left, right } = pixelRange(image, region);
    this.#across.set(region.left, region.width, side, triangle);
    this.#down.set(region.top, region.height, side, triangle);
    const count = (right - left) * channels;
    const stride = side * channels;
    const lineCount = bottom - top;
    let end = 0;
    const place = (values: number, bytes: number): number => {
      const start = end;
      end += room(values, bytes);
      return start;
    };
    const source = data instanceof Uint16Array ? place(lineCount * image.width * channels, 2) : 0;
    const rows = place(lanes * (count + beyond), 8);
    const [across, down] = [this.#across, this.#down].map(
      ({ taps }): PlacedWeights => ({
        first: place(side, 4),
        counts: place(side, 4),
        values: place(side * taps, 8),
        taps,
      }),
    ) as [PlacedWeights, PlacedWeights];
    const lines = place((lineCount + lanes) * stride, 4);
    this.#values = place(side * stride, 4);
    this.#scaled = place(side * side, 4);
    this.#isPlain = !this.#hasRoom(end);
    if (this.#isPlain) {
      this.#plain ??= new PlainPasses();
      return this.#plain.resample(image, region, side, isMirrored);
    }
    const { buffer } = memory;
    copyWeights(buffer, across, this.#across, side);
    copyWeights(buffer, down, this.#down, side);
    const lineStart = (y: number): number => Math.min(y, bottom - 1) * image.width * channels;
    if (data instanceof Uint16Array) {
      const used = data.subarray(lineStart(top), lineStart(bottom - 1) + image.width * channels);
      new Uint16Array(buffer, source, used.length).set(used);
    }
    const rowValues = new Float64Array(buffer, rows, lanes * count);
    const [begin, step] = placesOf(side, channels, isMirrored);
    for (let y = top; y < bottom; y += lanes) {
      if (data instanceof Uint16Array) {
        for (let lane = 0; lane < lanes; lane += 4) {
          const [a, b, c, d] = [0, 1, 2, 3].map(
            (n) => source + 2 * (lineStart(y + lane + n) - lineStart(top) + left * channels),
          ) as [number, number, number, number];
          spread16(a, b, c, d, count, rows + 8 * lane);
        }
      } else {
        for (let lane = 0; lane < lanes; lane++) {
          const from = lineStart(y + lane) + left * channels;
          for (let i = 0; i < count; i++) rowValues[i * lanes + lane] = data[from + i] as number;
        }
      }
      for (let channel = 0; channel < channels; channel++) {
        // Weights count pixels of the whole image from the left, rows begin at `left`.
        const from = rows + 8 * lanes * (channel - left * channels);
        const to = lines + 4 * ((y - top) * stride + begin + channel);
        const { first, counts, values, taps } = across;
        weigh(from, 8 * lanes * channels, first, counts, values, taps, side, to, 4 * step, 4 * stride);
      }
    }
    const from = lines - 4 * top * stride;
    sum(from, 4 * stride, down.first, down.counts, down.values, down.taps, side, this.#values);
    return new Float32Array(buffer, this.#values, side * stride);
  }

  blend(count: number, factor: number, rest: number): void {
    if (this.#isPlain) this.#plain?.blend(count, factor, rest);
    else this.#kernels.blend(this.#values, count, factor, rest);
  }

  scale(from: number, step: number, count: number, mean: number, std: number, out: Float32Array, at: number): void {
    if (this.#isPlain) {
      this.#plain?.scale(from, step, count, mean, std, out, at);
      return;
    }
    this.#kernels.scale(this.#values + 4 * from, 4 * step, count, mean, std, this.#scaled);
    out.set(new Float32Array(this.#kernels.memory.buffer, this.#scaled, count), at);
  }

  #hasRoom(bytes: number): boolean {
    const missing = bytes - this.#kernels.memory.buffer.byteLength;
    if (missing <= 0) return true;
    try {
      this.#kernels.memory.grow(Math.ceil(missing / page));
      return true;
    } catch {
      return false;
    }
  }
}

function copyWeights(
  buffer: ArrayBuffer,
  to: PlacedWeights,
  { first, counts, values, taps }: Weights,
  size: number,
): void {
  new Int32Array(buffer, to.first, size).set(first.subarray(0, size));
  new Int32Array(buffer, to.counts, size).set(counts.subarray(0, size));
  new Float64Array(buffer, to.values, size * taps).set(values.subarray(0, size * taps));
}
