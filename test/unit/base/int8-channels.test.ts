import { describe, expect, test } from 'vitest';
import { fromFloat16Bits, toFloat16Bits } from '../../../core/base/half.ts';
import { int8Record, int8RecordBytes, toInt8Channels } from '../../../core/base/int8-channels.ts';

const bits = (values: readonly number[]): Uint16Array => toFloat16Bits(Float32Array.from(values));

describe('numbers in 8 bits with a scale a channel', () => {
  test('are those of numpy, two groups of three tokens and four channels', () => {
    // x = np.array([...], np.float16).astype(np.float32).reshape(2, 3, 4); s = np.abs(x).max(1) / np.float32(127)
    // q = np.clip(np.rint(np.divide(x, s[:, None], where=s[:, None] > 0, out=np.zeros_like(x))), -127, 127).astype(np.int8)
    const values = [
      ...[0.1, -300, 0, 6e-8, 0.25, 5, 0, 0, -0.7, 123.456, 0, -1.2e-7],
      ...[65504, 1, -2, 3, 1, 0.5, -0.5, 1e-3, -65504, 0.013, 0.77, 2.5],
    ];
    const { quantised, largest } = toInt8Channels(bits(values), { tokens: 3, channels: 4 });
    expect([...quantised]).toEqual([
      18, -127, 0, 64, 45, 2, 0, 0, -127, 52, 0, -127, 127, 127, -127, 127, 0, 64, -32, 0, -127, 2, 49, 106,
    ]);
    expect([...fromFloat16Bits(largest)]).toEqual([
      0.7001953125, 300.0, 0.0, 1.1920928955078125e-7, 65504.0, 1.0, 2.0, 3.0,
    ]);
  });

  test('round a half to the even one, on both sides of zero', () => {
    // The largest is 127, so the scale is 1.
    const values = [127, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -3.5, 126.5, -126.5, 0.49, -0.51];
    const { quantised, largest } = toInt8Channels(bits(values), { tokens: values.length, channels: 1 });
    expect([...fromFloat16Bits(largest)]).toEqual([127]);
    expect([...quantised]).toEqual([127, 0, 2, 2, 4, 0, -2, -2, -4, 126, -126, 0, -1]);
  });

  test('never leave -127 to 127, and differ by half a scale at most, whatever the largest is', () => {
    for (let largest = 1; largest < 0x7c00; largest += 37) {
      const one = Uint16Array.of(largest, largest | 0x8000, largest >> 1, largest >> 2);
      const { quantised } = toInt8Channels(one, { tokens: 4, channels: 1 });
      expect([quantised[0], quantised[1]]).toEqual([127, -127]);
      const scale = Math.fround((fromFloat16Bits(Uint16Array.of(largest))[0] as number) / 127);
      fromFloat16Bits(one).forEach((x, i) => {
        expect(Math.abs(Math.fround((quantised[i] as number) * scale) - x)).toBeLessThanOrEqual(0.5001 * scale);
      });
    }
  });

  test('a channel of zeros has scale 0 and stays zeros, of both signs', () => {
    const { quantised, largest } = toInt8Channels(Uint16Array.of(0, 0x3c00, 0x8000, 0), { tokens: 2, channels: 2 });
    expect([...quantised]).toEqual([0, 127, 0, 0]);
    expect([...largest]).toEqual([0, 0x3c00]);
  });

  test('a record is all numbers and then the largest of the channels, of at most 0.55 of the bytes from twenty tokens on', () => {
    const shape = { tokens: 20, channels: 4 };
    const values = bits(Array.from({ length: 3 * 80 }, (_, i) => Math.sin(i)));
    const record = int8Record(values, shape);
    const { quantised, largest } = toInt8Channels(values, shape);
    expect(new Int8Array(record.buffer, 0, 240)).toEqual(quantised);
    expect(new Uint16Array(record.buffer, 240)).toEqual(largest);
    expect(record.byteLength).toBe(int8RecordBytes(240, shape));
    expect(record.byteLength).toBeLessThanOrEqual(0.55 * values.byteLength);
  });
});
