/** Conversions between float32 and the 16-bit floats in which weights and features are stored. */

/** float16 bits of each value, rounded to nearest even; out of range becomes infinity. */
export function toFloat16Bits(values: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(values).buffer);
}

/** float32 of each float16 bit pattern, exactly. */
export function fromFloat16Bits(bits: Uint16Array): Float32Array {
  return new Float32Array(new Float16Array(bits.buffer, bits.byteOffset, bits.length));
}

/** float32 of each bfloat16 bit pattern, exactly (bfloat16 is the upper half of a float32). */
export function fromBfloat16Bits(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(out.buffer);
}
