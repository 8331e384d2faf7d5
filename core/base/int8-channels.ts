/**
 * Numbers of tokens in 8 bits, with one scale a channel: what an LPM gives, kept in half of the bytes of 16-bit floats.
 *
 *     numbers [G, T, C]  ->  q int8 [G, T, C] and scales float32 [G, C]:  scale = max over T of |x| / 127,  q = x / scale to the nearest, a half to the even one
 *
 * A channel has the same scale at all T tokens of a group (a head of a layer, or a layer), and a channel of zeros has scale 0 and comes back as zeros.
 * Why a channel: those of a ViT differ in size by powers of ten, tokens do not (docs/adr/0490-features-in-8-bits.md).
 */
import { invariant } from './errors.ts';
import { fromFloat16Bits } from './half.ts';

/** How numbers [G, T, C] are cut into channels: T and C, from which G follows. */
export interface ChannelShape {
  readonly tokens: number;
  readonly channels: number;
}

export interface Int8Channels {
  /** [G, T, C], -127 to 127. */
  readonly quantised: Int8Array;
  /** [G, C], by which a number is multiplied to come back. */
  readonly scales: Float32Array;
}

const largest = 127;

/** 16-bit floats [G, T, C] in 8 bits. They are finite: whoever computed them has refused others. */
export function toInt8Channels(bits: Uint16Array, { tokens, channels }: ChannelShape): Int8Channels {
  const perGroup = tokens * channels;
  invariant(bits.length > 0 && bits.length % perGroup === 0, 'toInt8Channels: not so many tokens and channels');
  const groups = bits.length / perGroup;
  const values = fromFloat16Bits(bits);
  const quantised = new Int8Array(values.length);
  const scales = new Float32Array(groups * channels);
  for (let g = 0; g < groups; g++) {
    const own = scales.subarray(g * channels, (g + 1) * channels);
    const [from, to] = [g * perGroup, (g + 1) * perGroup];
    for (let at = from; at < to; at += channels) {
      for (let c = 0; c < channels; c++) {
        const size = Math.abs(values[at + c] as number);
        if (size > (own[c] as number)) own[c] = size;
      }
    }
    // Float32 is fine enough for every one of them: the smallest 16-bit float over 127 is 4.7e-10.
    for (let c = 0; c < channels; c++) own[c] = (own[c] as number) / largest;
    for (let at = from; at < to; at += channels) {
      for (let c = 0; c < channels; c++) {
        const scale = own[c] as number;
        if (scale > 0) quantised[at + c] = nearest(Math.fround((values[at + c] as number) / scale));
      }
    }
  }
  return { quantised, scales };
}

/** The nearest whole number from -127 to 127; of two, the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const past = x - below;
  const whole = past > 0.5 || (past === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(largest, Math.max(-largest, whole));
}

/** The record of 16-bit floats in 8 bits: all quantised numbers, then all scales. */
export function int8Record(bits: Uint16Array, shape: ChannelShape): Uint8Array {
  const { quantised, scales } = toInt8Channels(bits, shape);
  const record = new Uint8Array(quantised.byteLength + scales.byteLength);
  record.set(new Uint8Array(quantised.buffer));
  record.set(new Uint8Array(scales.buffer), quantised.byteLength);
  return record;
}

/** Bytes of the record of so many numbers. */
export function int8RecordBytes(numbers: number, { tokens }: Pick<ChannelShape, 'tokens'>): number {
  return numbers + (4 * numbers) / tokens;
}
