/**
 * Seeded random numbers, the same on every platform and engine.
 *
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded by splitmix32.
 * `fork(label)` gives an independent stream for a purpose, so that adding a draw in one place moves no other.
 * The state is four 32-bit words and can be stored with a checkpoint.
 */
export type RandomState = readonly [number, number, number, number];

function splitmix32(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x9e3779b9) >>> 0;
    let t = a ^ (a >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
}

/** FNV-1a over the UTF-16 units of `label`, mixed into the seed of a forked stream. */
function hashLabel(label: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A stream of random numbers. */
export class Random {
  #s: [number, number, number, number];

  private constructor(state: RandomState) {
    this.#s = [...state];
  }

  /** The stream of an integer seed (any safe integer; both halves count). */
  static seeded(seed: number): Random {
    const low = splitmix32(seed >>> 0);
    const high = splitmix32(Math.floor(seed / 0x1_0000_0000) >>> 0);
    return new Random([low(), low() ^ high(), low(), low() ^ high()]);
  }

  static fromState(state: RandomState): Random {
    return new Random(state);
  }

  get state(): RandomState {
    return [...this.#s];
  }

  /** An independent stream named by `label`; this stream does not move. */
  fork(label: string): Random {
    const mix = splitmix32((this.#s[0] ^ Math.imul(this.#s[1], 31) ^ hashLabel(label)) >>> 0);
    return new Random([mix() ^ this.#s[2], mix() ^ this.#s[3], mix(), mix() | 1]);
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#s;
    const m = Math.imul(s[1], 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** A number in [low, high), 53 bits fine. */
  uniform(low = 0, high = 1): number {
    const a = this.uint32() >>> 5;
    const b = this.uint32() >>> 6;
    return low + ((a * 67108864 + b) / 9007199254740992) * (high - low);
  }

  /** A positive number in [low, high) whose logarithm is uniform: from 1 to 2 as often as from 2 to 4. */
  logUniform(low: number, high: number): number {
    return Math.exp(this.uniform(Math.log(low), Math.log(high)));
  }

  /** An integer in [0, n), without modulo bias. */
  integer(n: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let u = this.uint32();
    while (u >= limit) u = this.uint32();
    return u % n;
  }

  /**
   * Draws `draws` integers below `counts.length` (as many as it has places unless told), each as `integer` would, and counts in `counts` how
   * often each came. An interval draws millions, so the state is kept in variables meanwhile.
   */
  tally(counts: Int32Array, draws: number = counts.length): void {
    const n = counts.length;
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    counts.fill(0);
    let [a, b, c, d] = this.#s.map((word) => word | 0) as [number, number, number, number];
    for (let k = 0; k < draws; k++) {
      let u = 0;
      do {
        const m = Math.imul(b, 5);
        u = Math.imul((m << 7) | (m >>> 25), 9) >>> 0;
        const t = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = (d << 11) | (d >>> 21);
      } while (u >= limit);
      const drawn = u % n;
      counts[drawn] = (counts[drawn] as number) + 1;
    }
    this.#s = [a, b, c, d];
  }

  /** A standard normal number (Box and Muller; one of the pair is used, so that draws count evenly). */
  normal(mean = 0, std = 1): number {
    const u = 1 - this.uniform();
    return mean + std * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A normal number kept within `bound` (default 2, absolute) by redrawing, as torch.nn.init.trunc_normal_ bounds it. */
  truncatedNormal(mean = 0, std = 1, bound = 2): number {
    for (;;) {
      const x = this.normal(mean, std);
      if (x >= mean - bound && x <= mean + bound) return x;
    }
  }

  /** `items` in random order, as a new list (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const a = out[i] as T;
      out[i] = out[j] as T;
      out[j] = a;
    }
    return out;
  }
}
