/**
 * The inverse DCT of libjpeg's "islow" method (Loeffler, Ligtenberg and Moschytz 1989; jidctint.c), bit for bit: fixed point with
 * 13 fraction bits, two passes. Every DICOM toolkit's reference output comes from it, so ours must round where it rounds.
 */

const half = (bits: number): number => 1 << (bits - 1);

/**
 * One block: coefficients times quantisation, transformed, level-shifted and clamped to [0, 2^precision - 1] into `out`
 * (8 x 8 at `outStart`, lines `outStride` apart). `work` is scratch of 64.
 */
export function inverseDct(
  coefficients: Int16Array,
  from: number,
  quantisation: Uint16Array,
  precision: number,
  out: Uint16Array,
  outStart: number,
  outStride: number,
  work: Int32Array,
): void {
  const firstBits = precision === 8 ? 2 : 1;
  for (let i = 0; i < 64; i++) {
    work[i] = Math.imul(coefficients[from + i] as number, quantisation[i] as number);
  }
  for (let column = 0; column < 8; column++) transform(work, column, 8, 13 - firstBits);
  for (let row = 0; row < 64; row += 8) transform(work, row, 1, 13 + firstBits + 3);
  const centre = 1 << (precision - 1);
  const most = (1 << precision) - 1;
  for (let row = 0; row < 8; row++) {
    const line = outStart + row * outStride;
    for (let column = 0; column < 8; column++) {
      const value = (work[row * 8 + column] as number) + centre;
      out[line + column] = Math.max(0, Math.min(value, most));
    }
  }
}

/** One 8-point transform in place, elements `step` apart, results rounded away by `bits`. Names follow jidctint.c. */
function transform(work: Int32Array, at: number, step: number, bits: number): void {
  const x0 = work[at] as number;
  const x1 = work[at + step] as number;
  const x2 = work[at + 2 * step] as number;
  const x3 = work[at + 3 * step] as number;
  const x4 = work[at + 4 * step] as number;
  const x5 = work[at + 5 * step] as number;
  const x6 = work[at + 6 * step] as number;
  const x7 = work[at + 7 * step] as number;
  const round = half(bits);
  if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
    const value = ((x0 << 13) + round) >> bits;
    for (let i = 0; i < 8; i++) work[at + i * step] = value;
    return;
  }
  const e1 = Math.imul(x2 + x6, 4433);
  const e2 = e1 - Math.imul(x6, 15137);
  const e3 = e1 + Math.imul(x2, 6270);
  const s0 = (x0 + x4) << 13;
  const s1 = (x0 - x4) << 13;
  const t10 = s0 + e3 + round;
  const t13 = s0 - e3 + round;
  const t11 = s1 + e2 + round;
  const t12 = s1 - e2 + round;
  const z5 = Math.imul(x7 + x3 + x5 + x1, 9633);
  const z1 = Math.imul(x7 + x1, -7373);
  const z2 = Math.imul(x5 + x3, -20995);
  const z3 = Math.imul(x7 + x3, -16069) + z5;
  const z4 = Math.imul(x5 + x1, -3196) + z5;
  const o0 = Math.imul(x7, 2446) + z1 + z3;
  const o1 = Math.imul(x5, 16819) + z2 + z4;
  const o2 = Math.imul(x3, 25172) + z2 + z3;
  const o3 = Math.imul(x1, 12299) + z1 + z4;
  work[at] = (t10 + o3) >> bits;
  work[at + 7 * step] = (t10 - o3) >> bits;
  work[at + step] = (t11 + o2) >> bits;
  work[at + 6 * step] = (t11 - o2) >> bits;
  work[at + 2 * step] = (t12 + o1) >> bits;
  work[at + 5 * step] = (t12 - o1) >> bits;
  work[at + 3 * step] = (t13 + o0) >> bits;
  work[at + 4 * step] = (t13 - o0) >> bits;
}
