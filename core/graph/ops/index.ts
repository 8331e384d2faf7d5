/** The table of ops. A pass looks up `opOf(node)`; nothing else asks what an op is. */
import type { Value } from '../ir.ts';
import { graphError } from '../ir.ts';
import * as binary from './binary.ts';
import type { Op } from './define.ts';
import { matmulInt8Op } from './int8.ts';
import * as layout from './layout.ts';
import { matmulOp } from './matmul.ts';
import * as normal from './normal.ts';
import * as reduce from './reduce.ts';
import * as select from './select.ts';
import * as unary from './unary.ts';

export const ops = {
  add: binary.addOp,
  sub: binary.subOp,
  mul: binary.mulOp,
  div: binary.divOp,
  maximum: binary.maximumOp,
  minimum: binary.minimumOp,
  equal: binary.equalOp,
  less: binary.lessOp,
  greater: binary.greaterOp,
  where: binary.whereOp,
  neg: unary.negOp,
  sqrt: unary.sqrtOp,
  exp: unary.expOp,
  log: unary.logOp,
  erf: unary.erfOp,
  tanh: unary.tanhOp,
  sigmoid: unary.sigmoidOp,
  gelu: unary.geluOp,
  cast: unary.castOp,
  sum: reduce.sumOp,
  mean: reduce.meanOp,
  max: reduce.maxOp,
  matmul: matmulOp,
  matmulInt8: matmulInt8Op,
  softmax: normal.softmaxOp,
  logSoftmax: normal.logSoftmaxOp,
  layerNorm: normal.layerNormOp,
  inverseDeviation: normal.inverseDeviationOp,
  reshape: layout.reshapeOp,
  transpose: layout.transposeOp,
  concat: layout.concatOp,
  slice: layout.sliceOp,
  pad: layout.padOp,
  expand: layout.expandOp,
  gather: select.gatherOp,
  gatherAlong: select.gatherAlongOp,
  scatterAlong: select.scatterAlongOp,
  topkIndices: select.topkIndicesOp,
};

export type OpName = keyof typeof ops;
export const opNames: readonly OpName[] = Object.keys(ops) as OpName[];

/** The op of that name, with its types of attributes and inputs forgotten: what a pass over any graph can use. */
export function opNamed(name: OpName): Op {
  return ops[name] as unknown as Op;
}

/** The op of a node. Throws for a leaf, which has none. */
export function opOf(node: Value): Op {
  if (isLeaf(node)) throw graphError(node.op, 'a leaf has no op');
  return opNamed(node.op as OpName);
}

/** True for inputs, weights and constants. */
export function isLeaf(node: Value): boolean {
  return !(node.op in ops);
}
