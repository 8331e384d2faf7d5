/** The ONNX messages that emission writes, by the field numbers of onnx.proto3 (IR version 9). */
import { bytesPerElement, type DType, type Shape, sizeOf, type Tensor } from '../../base/tensor.ts';
import { GraphError } from '../ir.ts';
import { type OnnxAttribute, onnxElementType } from '../ops/define.ts';
import { ProtoWriter } from './proto.ts';

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface NamedShape {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface OnnxModel {
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly { readonly name: string; readonly tensor: Tensor }[];
  /** Initializers whose bytes lie outside, each in a file of its own named as the weight. */
  readonly weights: readonly NamedShape[];
  readonly inputs: readonly NamedShape[];
  readonly outputs: readonly NamedShape[];
}

const irVersion = 9;
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

function writeAttribute(w: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  w.string(1, name);
  if ('float' in attribute) w.float(2, attribute.float).int(20, attributeTypes.float);
  else if ('int' in attribute) w.int(3, attribute.int).int(20, attributeTypes.int);
  else if ('string' in attribute) w.string(4, attribute.string).int(20, attributeTypes.string);
  else {
    for (const value of attribute.ints) w.int(8, value);
    w.int(20, attributeTypes.ints);
  }
}

function writeNode(w: ProtoWriter, node: OnnxNode): void {
  for (const input of node.inputs) w.string(1, input);
  for (const output of node.outputs) w.string(2, output);
  w.string(3, node.name).string(4, node.opType);
  for (const name of Object.keys(node.attributes).sort()) {
    w.message(5, (inner) => writeAttribute(inner, name, node.attributes[name] as OnnxAttribute));
  }
}

function writeConstant(w: ProtoWriter, name: string, { dtype, shape, data }: Tensor): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new GraphError('big-endian machines are not supported');
  for (const n of shape) w.int(1, n);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  w.int(2, onnxElementType[dtype]).string(8, name).bytes(9, bytes);
}

function writeWeight(w: ProtoWriter, { name, dtype, shape }: NamedShape): void {
  for (const n of shape) w.int(1, n);
  w.int(2, onnxElementType[dtype]).string(8, name);
  const entry = (key: string, value: string) => w.message(13, (inner) => inner.string(1, key).string(2, value));
  entry('location', name);
  entry('offset', '0');
  entry('length', String(sizeOf(shape) * bytesPerElement[dtype]));
  w.int(14, 1);
}

function writeValueInfo(w: ProtoWriter, { name, dtype, shape }: NamedShape): void {
  w.string(1, name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.int(1, onnxElementType[dtype]).message(2, (dims) => {
        for (const n of shape) dims.message(1, (dim) => dim.int(1, n));
      }),
    ),
  );
}

/** The bytes of a ModelProto. The same model gives the same bytes. */
export function writeModel(model: OnnxModel): Uint8Array {
  const w = new ProtoWriter();
  w.int(1, irVersion).string(2, 'sidelight');
  w.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (inner) => writeNode(inner, node));
    graph.string(2, 'graph');
    for (const { name, tensor } of model.constants) graph.message(5, (inner) => writeConstant(inner, name, tensor));
    for (const weight of model.weights) graph.message(5, (inner) => writeWeight(inner, weight));
    for (const input of model.inputs) graph.message(11, (inner) => writeValueInfo(inner, input));
    for (const output of model.outputs) graph.message(12, (inner) => writeValueInfo(inner, output));
  });
  w.message(8, (opset) => opset.string(1, '').int(2, model.opset));
  return w.finish();
}
