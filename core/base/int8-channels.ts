/**
 * Numbers of tokens in 8 bits, with one scale a channel: what an LPM gives, kept in half of the bytes of 16-bit floats.
 *
 *     x [G, T, C]  ->  largest [G, C], the most of |x| over T, and q int8 [G, T, C], x / scale to the nearest, a half to the even one; scale = largest / 127
 *
 * A channel has the same scale at all T tokens of a group (a head of a layer, or a layer), and a channel of zeros has scale 0 and comes back as zeros.
 * What is kept of a scale is the largest number: it is one of the 16-bit floats and so exact in two bytes, which the scale is not.
 * Why a channel: those of a ViT differ in size, tokens less so (docs/adr/0490-features-in-8-bits.md).
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
  /** [G, C], float16 bits of what 127 stands for. */
  readonly largest: Uint16Array;
}

/** The largest whole number of a channel. */
export const int8Steps = 127;

const sign = 0x8000;

/** 16-bit floats [G, T, C] in 8 bits. They are finite: whoever computed them has refused others. */
export function toInt8Channels(bits: Uint16Array, { tokens, channels }: ChannelShape): Int8Channels {
  const perGroup = tokens * channels;
  invariant(bits.length > 0 && bits.length % perGroup === 0, 'toInt8Channels: not so many tokens and channels');
  const groups = bits.length / perGroup;
  const largest = new Uint16Array(groups * channels);
  for (let from = 0, to = 0; from < bits.length; from += perGroup, to += channels) {
    for (let at = 0; at < perGroup; at++) {
      // Without their sign, bits of finite floats are in the order of the numbers.
      const size = (bits[from + at] as number) & ~sign;
      const channel = to + (at % channels);
      if (size > (largest[channel] as number)) largest[channel] = size;
    }
  }
  const scales = fromFloat16Bits(largest).map((most) => most / int8Steps);
  const values = fromFloat16Bits(bits);
  const quantised = new Int8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const scale = scales[Math.floor(at / perGroup) * channels + (at % channels)] as number;
    if (scale > 0) quantised[at] = nearest(Math.fround((values[at] as number) / scale));
  }
  return { quantised, largest };
}

/** The nearest whole number from -127 to 127; of two, the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const past = x - below;
  const whole = past > 0.5 || (past === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return Math.min(int8Steps, Math.max(-int8Steps, whole));
}

/** The record of 16-bit floats in 8 bits: all quantised numbers, then the largest of all channels. */
export function int8Record(bits: Uint16Array, shape: ChannelShape): Uint8Array {
  const { quantised, largest } = toInt8Channels(bits, shape);
  const record = new Uint8Array(quantised.byteLength + largest.byteLength);
  record.set(new Uint8Array(quantised.buffer));
  record.set(new Uint8Array(largest.buffer), quantised.byteLength);
  return record;
}

/** Bytes of the record of so many numbers. */
export function int8RecordBytes(numbers: number, { tokens }: Pick<ChannelShape, 'tokens'>): number {
  return numbers + (2 * numbers) / tokens;
}
