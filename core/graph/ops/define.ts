/** What an op is: one object that says everything the passes and engines need to know about it. */
import type { DType, Shape } from '../../base/tensor.ts';
import type { Attributes, Signature, Value } from '../ir.ts';
import type { Builder } from './builder.ts';
import type { Tf, TfTensor } from './tf.ts';

export type Unary = readonly [Value];
export type Binary = readonly [Value, Value];
export type Ternary = readonly [Value, Value, Value];
export type NoAttributes = Readonly<Record<string, never>>;

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** What an emission rule may write. Names are ONNX value names. */
export interface OnnxWriter {
  /** Adds a node and returns the name of output `output` (default 0; outputs before it are named but unused). */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, OnnxAttribute>>,
    output?: number,
  ): string;
  /** A constant int64 vector; equal ones are written once. */
  ints(values: readonly number[]): string;
  /** A constant scalar; equal ones are written once. */
  scalar(value: number, dtype: DType): string;
  /** The int32 vector 0, 1, … length - 1; equal ones are written once. */
  positions(length: number): string;
  /** A float32 vector of one repeated value; equal ones are written once. */
  filled(value: number, length: number): string;
}

/** ONNX element type numbers (onnx.TensorProto.DataType). */
export const onnxElementType: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** The arguments of a gradient rule. `dy` has the shape and dtype of `y`, the node's own output. */
export interface VjpContext<A, I> {
  readonly b: Builder;
  readonly dy: Value;
  readonly y: Value;
  readonly inputs: I;
  readonly attrs: A;
  /** What the forward pass computes already: its product of two values. */
  readonly product: (a: Value, b: Value) => Value | undefined;
}

/** One tested use of an op. Inputs are seeded random numbers unless `values` gives them. */
export interface OpCase<A> {
  readonly shapes: readonly Shape[];
  readonly attrs: A;
  /** dtype of each input; float32 where left out. */
  readonly dtypes?: readonly (DType | undefined)[];
  /** Values of each input; undefined entries are random in `range`. */
  readonly values?: readonly (readonly number[] | undefined)[];
  /** Where random values lie; [-2, 2] by default. */
  readonly range?: readonly [number, number];
}

export interface Op<A = Attributes, I extends readonly Value[] = readonly Value[]> {
  /** What it computes, with the ONNX operator version. */
  readonly doc: string;
  /** Names of the inputs; `...xs` for any number of them. */
  readonly inputs: readonly string[];
  /** Shape and dtype of the output. Throws GraphError where the inputs do not fit. */
  readonly infer: (inputs: I, attrs: A) => Signature;
  /** The gradient of each input (null where the input has none), as graph nodes. */
  readonly vjp: ((context: VjpContext<A, I>) => readonly (Value | null)[]) | { readonly notDifferentiable: string };
  readonly onnx: {
    /** Operators written and the version of each that the pinned opset holds. */
    readonly uses: Readonly<Record<string, number>>;
    readonly emit: (w: OnnxWriter, inputs: { readonly [K in keyof I]: string }, node: Value, attrs: A) => string;
  };
  readonly tfjs: (tf: Tf, inputs: { readonly [K in keyof I]: TfTensor }, attrs: A, node: Value) => TfTensor;
  readonly cases: readonly OpCase<A>[];
}
