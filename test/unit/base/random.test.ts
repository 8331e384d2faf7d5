import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/base/random.ts';

describe('Random', () => {
  test('gives the published xoshiro128** sequence of state 1, 2, 3, 4', () => {
    // Reference values of the authors' C code, compiled and run.
    const random = Random.fromState([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    expect(expected.map(() => random.uint32())).toEqual(expected);
  });

  test('a stored state continues the sequence', () => {
    const random = Random.seeded(7);
    random.normal();
    const twin = Random.fromState(random.state);
    expect([random.uniform(), random.integer(10), random.normal()]).toEqual([
      twin.uniform(),
      twin.integer(10),
      twin.normal(),
    ]);
  });

  test('forks by different labels differ, by the same label agree, and the parent does not move', () => {
    const random = Random.seeded(1);
    const before = random.state;
    expect(random.fork('a').uint32()).toBe(random.fork('a').uint32());
    expect(random.fork('a').uint32()).not.toBe(random.fork('b').uint32());
    expect(random.state).toEqual(before);
  });

  test('seeds that differ only above 32 bits give different streams', () => {
    const a = Random.seeded(5);
    const b = Random.seeded(5 + 2 ** 32);
    expect([a.uint32(), a.uint32()]).not.toEqual([b.uint32(), b.uint32()]);
  });

  test('logUniform stays within its bounds and falls on both sides of their geometric mean alike', () => {
    const random = Random.seeded(3);
    const drawn = Array.from({ length: 4000 }, () => random.logUniform(0.5, 50));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...drawn)).toBeLessThan(50);
    expect(drawn.filter((x) => x < 5).length / drawn.length).toBeCloseTo(0.5, 1);
  });

  test('uniform, integer and normal have the moments of their distributions', () => {
    const random = Random.seeded(42);
    const n = 100_000;
    let sum = 0;
    let square = 0;
    let uniform = 0;
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.normal(3, 2);
      sum += x;
      square += (x - 3) ** 2;
      uniform += random.uniform(-1, 1);
      const k = random.integer(5);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    // Five standard errors of each mean; a wrong distribution misses by far more.
    expect(Math.abs(sum / n - 3)).toBeLessThan((5 * 2) / Math.sqrt(n));
    expect(Math.abs(square / n - 4)).toBeLessThan((5 * 4 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(uniform / n)).toBeLessThan((5 * 0.578) / Math.sqrt(n));
    for (const c of counts) expect(Math.abs(c - n / 5)).toBeLessThan(5 * Math.sqrt(n * 0.16));
  });

  test('a tally counts what as many single draws would give, and the stream goes on behind them', () => {
    for (const n of [1, 7, 1000]) {
      const [one, many] = [Random.seeded(n).fork('tally'), Random.seeded(n).fork('tally')];
      const counts = new Int32Array(n).fill(9);
      for (let round = 0; round < 3; round++) {
        const expected = new Array<number>(n).fill(0);
        for (let k = 0; k < n; k++) {
          const drawn = one.integer(n);
          expected[drawn] = (expected[drawn] ?? 0) + 1;
        }
        many.tally(counts);
        expect([...counts]).toEqual(expected);
      }
      expect(many.uint32()).toBe(one.uint32());
    }
  });

  test('shuffled keeps every item once', () => {
    const items = [...Array(50).keys()];
    const shuffled = Random.seeded(0).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
