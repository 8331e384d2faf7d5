/** Ops for which ONNX Runtime has no WebGPU kernel, written as those that it has. */
import type { Tensor } from '../../base/tensor.ts';
import { defineGraph, exp, type Graph, log, max, rewriteGraph, sub, sum, type Value } from '../../graph/index.ts';

/** How each such op is written. On the processor it stays what it is, so that stored runs go on with the same bits there. */
const written: Readonly<Record<string, (node: Value, inputs: readonly Value[]) => Value>> = {
  // Left as it is, it would take logits to the processor and back in the middle of every training step.
  logSoftmax: ({ attrs }, [logits]) => {
    const x = logits as Value;
    const axes = [attrs['axis'] as number];
    const below = sub(x, max(x, axes, { keepDims: true }));
    return sub(below, log(sum(exp(below), axes, { keepDims: true })));
  },
};

/** Rows that are added up by a product with ones (`sumTo`), which a processor does quickly: a GPU would add up each sum in one of its threads. */
function sumOfRows({ op }: Value, [ones, rows]: readonly Value[]): Value | undefined {
  const [source] = ones?.inputs ?? [];
  const constant = source?.op === 'expand' ? source.inputs[0] : source;
  const tensor = constant?.attrs['tensor'] as Tensor | undefined;
  const isOnes = op === 'matmul' && ones?.op === 'reshape' && tensor?.data.every((x) => Number(x) === 1) === true;
  return isOnes && rows?.shape.length === 2 ? sum(rows, [0], { keepDims: true }) : undefined;
}

/** The graph with every op in it that WebGPU knows; the same graph where none is missing. */
export function lowerForWebgpu(graph: Graph): Graph {
  const rule = (node: Value, inputs: readonly Value[]): Value | undefined =>
    written[node.op]?.(node, inputs) ?? sumOfRows(node, inputs);
  if (!graph.order.some((node) => rule(node, node.inputs) !== undefined)) return graph;
  return defineGraph({ outputs: rewriteGraph(graph, rule) });
}
