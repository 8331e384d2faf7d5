/** Seeded damage to bytes: the mistakes disks, networks and hostile hands make. */
import type { Random } from '../../core/base/random.ts';

const boundaryValues = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] as const;

type Damage = (bytes: Uint8Array, random: Random, from: number) => Uint8Array;

const damages: readonly Damage[] = [
  // A few bits flipped.
  (bytes, random, from) => {
    for (let n = 1 + random.integer(8); n > 0; n--) {
      const at = from + random.integer(bytes.length - from);
      bytes[at] = (bytes[at] as number) ^ (1 << random.integer(8));
    }
    return bytes;
  },
  // A byte at a limit of its range.
  (bytes, random, from) => {
    bytes[from + random.integer(bytes.length - from)] = boundaryValues[random.integer(boundaryValues.length)] as number;
    return bytes;
  },
  // A 32-bit length that lies.
  (bytes, random, from) => {
    const at = from + random.integer(Math.max(1, bytes.length - from - 4));
    for (let i = 0; i < 4; i++) bytes[at + i] = boundaryValues[random.integer(boundaryValues.length)] as number;
    return bytes;
  },
  // The end cut off.
  (bytes, random, from) => bytes.slice(0, from + random.integer(bytes.length - from)),
  // A piece repeated over another.
  (bytes, random, from) => {
    const length = 1 + random.integer(Math.min(64, bytes.length - from));
    const source = from + random.integer(bytes.length - from - length + 1);
    bytes.copyWithin(from + random.integer(bytes.length - from - length + 1), source, source + length);
    return bytes;
  },
  // A piece of noise.
  (bytes, random, from) => {
    const start = from + random.integer(bytes.length - from);
    const end = Math.min(bytes.length, start + 1 + random.integer(32));
    for (let at = start; at < end; at++) bytes[at] = random.integer(256);
    return bytes;
  },
];

/** A damaged copy of `bytes`; everything before `from` stays as it is. */
export function mutate(bytes: Uint8Array, random: Random, from = 0): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let n = 1 + random.integer(2); n > 0 && out.length > from; n--) {
    out = (damages[random.integer(damages.length)] as Damage)(out, random, from);
  }
  return out;
}
