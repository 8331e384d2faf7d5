/**
 * The first pass of a resampling with a processor's vector instructions (resample-lines.wat): the sums of `PlainLines`, bit for bit, in two fifths of the time.
 *
 * For whoever resamples thousands of images in a row. An instance reserves address space of its own, so many short-lived ones would use it up.
 */
import {
  type FirstPass,
  lanes,
  type PixelRange,
  PlainLines,
  placesOf,
  type Samples,
  spread,
  type Weights,
} from '../../../images/index.ts';
import { resampleLinesWasm } from './resample-lines.ts';

/** What of WebAssembly is used here; TypeScript describes it among a browser's types alone. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

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
}

/** Lines by vector instructions, or without where there is no room for their memory. */
export function quickLines(): FirstPass {
  try {
    return new SimdLines();
  } catch {
    return new PlainLines();
  }
}

const page = 65_536;
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export class SimdLines implements FirstPass {
  readonly #kernels: Kernels;
  /** Does it where no more memory is to be had. */
  #plain: PlainLines | undefined;

  constructor() {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
    const module = new Module(Uint8Array.from(Buffer.from(resampleLinesWasm, 'base64')));
    this.#kernels = new Instance(module).exports as Kernels;
  }

  resample(
    image: Samples,
    { top, bottom, left, right }: PixelRange,
    across: Weights,
    width: number,
    isMirrored: boolean,
  ): Float32Array {
    const { channels, data } = image;
    const { memory, spread: spread16, weigh } = this.#kernels;
    const count = (right - left) * channels;
    const stride = width * channels;
    // Kernels read and write up to three places beyond a line, and lines beyond the last.
    const sourceBytes = aligned(2 * (count + lanes));
    const rows = lanes * sourceBytes;
    const first = rows + aligned(8 * lanes * (count + lanes));
    const counts = first + aligned(4 * width);
    const values = counts + aligned(4 * width);
    const lines = values + aligned(8 * width * across.taps);
    const lineCount = bottom - top + lanes;
    const missing = lines + 4 * lineCount * stride - memory.buffer.byteLength;
    if (missing > 0 && !this.#hasGrown(Math.ceil(missing / page))) {
      this.#plain ??= new PlainLines();
      return this.#plain.resample(image, { top, bottom, left, right }, across, width, isMirrored);
    }
    const { buffer } = memory;
    new Int32Array(buffer, first, width).set(across.first.subarray(0, width).map((x) => x - left));
    new Int32Array(buffer, counts, width).set(across.counts.subarray(0, width));
    new Float64Array(buffer, values, width * across.taps).set(across.values.subarray(0, width * across.taps));
    const source = Array.from({ length: lanes }, (_, lane) => new Uint16Array(buffer, lane * sourceBytes, count));
    const [a, b, c, d] = [0, sourceBytes, 2 * sourceBytes, 3 * sourceBytes];
    const rowValues = new Float64Array(buffer, rows, lanes * count);
    const [begin, step] = placesOf(width, channels, isMirrored);
    for (let y = top; y < bottom; y += lanes) {
      for (let lane = 0; lane < lanes; lane++) {
        const from = (Math.min(y + lane, bottom - 1) * image.width + left) * channels;
        if (data instanceof Uint16Array) source[lane]?.set(data.subarray(from, from + count));
        else spread(data, from, count, rowValues, lane);
      }
      if (data instanceof Uint16Array) spread16(a, b, c, d, count, rows);
      for (let channel = 0; channel < channels; channel++) {
        const to = lines + 4 * ((y - top) * stride + begin + channel);
        const at = rows + 8 * lanes * channel;
        weigh(at, 8 * lanes * channels, first, counts, values, across.taps, width, to, 4 * step, 4 * stride);
      }
    }
    return new Float32Array(buffer, lines, lineCount * stride);
  }

  #hasGrown(pages: number): boolean {
    try {
      this.#kernels.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}
