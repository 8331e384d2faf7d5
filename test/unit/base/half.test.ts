import { describe, expect, test } from 'vitest';
import { fromBfloat16Bits, fromFloat16Bits, toFloat16Bits } from '../../../core/base/half.ts';

describe('sixteen-bit floats', () => {
  test('float16 bits are those of IEEE 754 binary16, ties to even', () => {
    // 2049 lies between 2048 and 2050 and goes to the even 2048; 65520 is past the largest finite value 65504.
    const bits = toFloat16Bits(Float32Array.from([0, -0, 1, -2, 65504, 65520, 2049, 2 ** -24, Number.NaN]));
    expect([...bits].slice(0, 8)).toEqual([0, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0x6800, 1]);
    expect((bits[8] ?? 0) & 0x7fff).toBeGreaterThan(0x7c00);
  });

  test('every finite float16 returns to its bits', () => {
    const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
    expect(toFloat16Bits(fromFloat16Bits(all))).toEqual(all);
  });

  test('float16 bits at an odd place of a buffer are read there', () => {
    const bits = new Uint16Array([0, 0x3c00, 0x4000]).subarray(1);
    expect([...fromFloat16Bits(bits)]).toEqual([1, 2]);
  });

  test('bfloat16 is the upper half of a float32', () => {
    expect([...fromBfloat16Bits(Uint16Array.from([0x3f80, 0xc000, 0x7f80]))]).toEqual([
      1,
      -2,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
