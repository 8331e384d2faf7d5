/** Tensors as plain data, the only form in which numbers cross module and process boundaries. */
import { invariant } from './errors.ts';

/** Element types, by ONNX's names. Sixteen-bit floats travel as their bits. */
export interface TensorData {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly bool: Uint8Array;
}

export type DType = keyof TensorData;

/** Sizes of each axis, outermost first; an empty list is a scalar. */
export type Shape = readonly number[];

/** A dense row-major tensor. */
export type Tensor<T extends DType = DType> = {
  [K in T]: { readonly dtype: K; readonly shape: Shape; readonly data: TensorData[K] };
}[T];

export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** A float32 tensor over `data`, which is kept, not copied. */
export function float32(shape: Shape, data: Float32Array | readonly number[]): Tensor<'float32'> {
  const array = data instanceof Float32Array ? data : Float32Array.from(data);
  invariant(array.length === sizeOf(shape), `float32: ${array.length} values for shape [${shape}]`);
  return { dtype: 'float32', shape, data: array };
}

/** `float32 [2, 3]`: how tensors print in messages, never with values (they may be patient data). */
export function describeTensor(t: { readonly dtype: DType; readonly shape: Shape }): string {
  return `${t.dtype} [${t.shape.join(', ')}]`;
}
