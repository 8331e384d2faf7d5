/**
 * The LPM's pass with 8-bit products: what its blocks multiply with weights is multiplied as integers.
 *
 * Weights are quantised once, when the network is made ready, each output channel by its largest weight; activations at every run, by the
 * smallest and largest number of the tensor. Attention's scores and their softmax, layer norms, activation functions, sums and the projection of the
 * patches stay float32: they are a small part of the work, and how tokens differ is decided there. One scale for each token was
 * measured: it keeps half a hundredth more of the important tokens and takes what int8 gains ([ADR 450](../../docs/adr/0450-an-lpms-pass-in-8-bits.md)).
 */
import { invariant } from '../base/errors.ts';
import { float32, type Tensor } from '../base/tensor.ts';
import { defineGraph, type Graph, matmulInt8, rewriteGraph, type Value, weight } from '../graph/index.ts';

type Read = (name: string) => Tensor<'float32'>;

/** The Linear layers of the blocks, whatever they are called. */
const quantisedName = /^blocks\.\d+\.(?!norm)\w+\.weight$/;
const scaleOf = (name: string): string => `${name}.scale`;

/** The encoder's graph with its blocks' products of weights in 8 bits; inputs and outputs stay what they are. */
export function int8Encoder(graph: Graph): Graph {
  const outputs = rewriteGraph(graph, (node, [x, w]) => {
    const { name = '', op, shape } = w ?? {};
    if (node.op !== 'matmul' || op !== 'weight' || !quantisedName.test(name)) return undefined;
    invariant(shape?.length === 2, `int8: ${name} is no matrix`);
    return matmulInt8(x as Value, weight(name, shape, 'int8'), weight(scaleOf(name), [shape[1] as number]));
  });
  return defineGraph({ outputs });
}

/** The weights of `int8Encoder`'s graph by their names, made of those of the encoder's. */
export function int8Weights(read: Read): (name: string) => Tensor {
  // Scales are asked for right after their matrix, or much later: they are few numbers, the matrix is not kept.
  const scales = new Map<string, Tensor<'float32'>>();
  const quantised = (name: string): QuantisedMatrix => {
    const made = quantiseColumns(read(name));
    scales.set(name, made.scale);
    return made;
  };
  return (name) => {
    if (quantisedName.test(name)) return quantised(name).weight;
    const owner = name.replace(/\.scale$/, '');
    if (owner === name || !quantisedName.test(owner)) return read(name);
    return scales.get(owner) ?? quantised(owner).scale;
  };
}

export interface QuantisedMatrix {
  /** [inputs, outputs], -127 to 127. */
  readonly weight: Tensor<'int8'>;
  /** [outputs]: what one step of a column is worth. */
  readonly scale: Tensor<'float32'>;
}

/** A matrix [inputs, outputs] with each column in 255 steps, from its negative largest to its largest number. */
export function quantiseColumns({ shape, data }: Tensor<'float32'>): QuantisedMatrix {
  invariant(shape.length === 2, `quantiseColumns: [${shape}] is no matrix`);
  const [rows, columns] = shape as readonly [number, number];
  const scale = new Float32Array(columns);
  for (let at = 0, row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const size = Math.abs(data[at] as number);
      if (size > (scale[column] as number)) scale[column] = size;
    }
  }
  // A column of zeros is worth nothing in any steps.
  for (let column = 0; column < columns; column++) scale[column] = (scale[column] as number) / 127 || 1;
  const out = new Int8Array(data.length);
  for (let at = 0, row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      out[at] = Math.max(-127, Math.min(127, Math.round((data[at] as number) / (scale[column] as number))));
    }
  }
  return { weight: { dtype: 'int8', shape, data: out }, scale: float32([columns], scale) };
}
