/** The cases of the op table, made into graphs and numbers. */
import { Random } from '../../core/base/random.ts';
import type { DType, Tensor } from '../../core/base/tensor.ts';
import * as g from '../../core/graph/index.ts';
import { createNode } from '../../core/graph/ir.ts';
import { type Arr, sizeOf } from '../reference/array.ts';

export interface BuiltCase {
  readonly title: string;
  readonly op: g.OpName;
  readonly inputs: readonly g.Value[];
  readonly output: g.Value;
  readonly values: Readonly<Record<string, Arr>>;
}

/** Values as a tensor of that dtype. */
export function toTensor({ shape, data }: Arr, dtype: DType): Tensor {
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(data) };
  if (dtype === 'int8') return { dtype, shape, data: Int8Array.from(data) };
  if (dtype === 'bool') return { dtype, shape, data: Uint8Array.from(data) };
  if (dtype === 'float16') return { dtype, shape, data: new Uint16Array(new Float16Array(data).buffer) };
  if (dtype === 'float32') return { dtype, shape, data: Float32Array.from(data) };
  throw new Error(`no case uses ${dtype}`);
}

/** Every case of every op: inputs are graph inputs `x0`, `x1`, ..., their values seeded by op and case. */
export const builtCases: readonly BuiltCase[] = g.opNames.flatMap((op) =>
  g.opNamed(op).cases.map((c, number) => {
    const random = Random.seeded(7).fork(`${op} ${number}`);
    const [low, high] = c.range ?? [-2, 2];
    const values: Record<string, Arr> = {};
    const inputs = c.shapes.map((shape, i) => {
      const given = c.values?.[i];
      const name = `x${i}`;
      const numbers = given ?? Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high));
      // Both sides must start from the same numbers, so the float64 reference gets what float32 holds.
      values[name] = { shape, data: Float64Array.from(Float32Array.from(numbers)) };
      return g.input(name, shape, c.dtypes?.[i] ?? 'float32');
    });
    const attrs = c.attrs as g.Attributes;
    const output = createNode({ op, inputs, attrs, ...g.opNamed(op).infer(inputs, attrs) });
    return {
      title: `${op} ${number}: ${JSON.stringify(c.shapes)} ${JSON.stringify(c.attrs)}`,
      op,
      inputs,
      output,
      values,
    };
  }),
);
