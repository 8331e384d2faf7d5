/**
 * A graph whose matrix products are of 16-bit floats, for ONNX Runtime.
 *
 * Both factors of every product are rounded to half precision and so is the product; everything between products (softmax, layer norms, sums,
 * the residual stream) stays float32, where ViTs need the range. Weights that only enter products are handed over as halves, which also
 * halves their memory. How a device adds up within a product is its own: float32 on the processor, mostly half precision on a GPU.
 */
import { toFloat16Bits } from '../base/half.ts';
import type { Tensor } from '../base/tensor.ts';
import { cast, createNode, defineGraph, type Graph, rewriteGraph, type Value } from '../graph/index.ts';
import type { WeightSource } from './types.ts';

export interface HalvedGraph {
  readonly graph: Graph;
  /** The weights of `graph`: halves where it takes them so. */
  readonly weights: WeightSource | undefined;
}

/** The graph with products in half precision, and its weights. Inputs and outputs stay what they are. */
export function halfProducts(graph: Graph, weights: WeightSource | undefined): HalvedGraph {
  const factors = weightsThatOnlyMultiply(graph);
  const halved = rewriteGraph(graph, (node, inputs) => {
    if (factors.has(node)) return weightOfHalves(node);
    if (node.op !== 'matmul') return undefined;
    const [a, b] = inputs.map((x) => cast(x, 'float16'));
    const product = createNode({
      op: 'matmul',
      inputs: [a as Value, b as Value],
      attrs: {},
      shape: node.shape,
      dtype: 'float16',
    });
    return cast(product, 'float32');
  });
  const names = new Set([...factors].map(({ name }) => name));
  return {
    graph: defineGraph({ outputs: halved }),
    weights: weights && ((name) => (names.has(name) ? toHalves(weights(name)) : weights(name))),
  };
}

function weightsThatOnlyMultiply(graph: Graph): ReadonlySet<Value> {
  const found = new Set(graph.weights);
  for (const node of graph.order) {
    if (node.op !== 'matmul') for (const x of node.inputs) found.delete(x);
  }
  for (const output of Object.values(graph.outputs)) found.delete(output);
  return found;
}

function weightOfHalves({ op, name = '', shape }: Value): Value {
  return createNode({ op, inputs: [], attrs: {}, shape, dtype: 'float16', name });
}

function toHalves(tensor: Tensor): Tensor {
  return tensor.dtype === 'float32'
    ? { dtype: 'float16', shape: tensor.shape, data: toFloat16Bits(tensor.data) }
    : tensor;
}
