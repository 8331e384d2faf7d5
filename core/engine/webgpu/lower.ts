/** Ops for which ONNX Runtime has no WebGPU kernel, written as those that it has. */
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

/** The graph with every op in it that WebGPU knows; the same graph where none is missing. */
export function lowerForWebgpu(graph: Graph): Graph {
  if (!graph.order.some(({ op }) => op in written)) return graph;
  return defineGraph({ outputs: rewriteGraph(graph, (node, inputs) => written[node.op]?.(node, inputs)) });
}
