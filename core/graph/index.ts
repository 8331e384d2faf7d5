/** The graph as the other layers see it. */

export * from './build.ts';
export { grad } from './grad.ts';
export { defineGraph, type Graph, topologicalOrder } from './graph.ts';
export { type Attributes, createNode, describeValue, GraphError, scope, type Value } from './ir.ts';
export { type LiveBytes, liveBytes } from './live-bytes.ts';
export { emitOnnx, onnxOpset } from './onnx/emit.ts';
export type { Op, OpCase } from './ops/define.ts';
export { isLeaf, type OpName, opNamed, opNames, opOf } from './ops/index.ts';
export type { Tf, TfTensor } from './ops/tf.ts';
export { printGraph } from './print.ts';
export { rewriteGraph } from './rewrite.ts';
export { replaceWeights } from './substitute.ts';
export { type GraphData, packGraph, unpackGraph } from './transport.ts';
export { verifyGraph } from './verify.ts';
