/**
 * The native part of @tensorflow/tfjs-node-gpu as we use it.
 *
 * The package's own `tf.add(...)` functions wrap each call to this binding in bookkeeping for automatic gradients and
 * scopes: 30 to 60 µs, which for the 1,500 nodes of a training step is as much as the arithmetic. We have gradients as
 * graph nodes and free by last use, so we call the binding of the package's backend directly, and gain float16 and
 * int64, which its functions do not know.
 */
import type { DType } from '../../base/tensor.ts';

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | readonly number[];
}

export interface OutputInfo {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

export interface Binding {
  /** Tensors share the memory of `data` where its alignment allows; it must not change while the tensor lives. */
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  /** A copy of the elements: Float32Array, Int32Array, BigInt64Array, or Uint8Array for bool. */
  tensorDataSync(id: number): Float32Array | Int32Array | BigInt64Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly OutputInfo[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
}

/** TensorFlow's numbers for element types (tensorflow/c/tf_datatype.h). */
export const typeNumber: Readonly<Record<DType, number>> = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int8: 6,
  int64: 9,
  bool: 10,
  float16: 19,
};

const dtypeOfNumber: ReadonlyMap<number, DType> = new Map(
  Object.entries(typeNumber).map(([dtype, number]) => [number, dtype as DType]),
);

/** Our name of a TensorFlow element type; undefined where we have none. */
export function dtypeOf(number: number): DType | undefined {
  return dtypeOfNumber.get(number);
}
