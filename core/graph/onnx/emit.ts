/**
 * A graph as an ONNX model.
 *
 * The bytes depend only on the structure of the graph, so a refactoring can be checked byte by byte. Equal nodes are
 * written once (gradients ask again for what the forward pass computed). Weights stay outside: each is external data
 * in a "file" of its own, named as the weight, which the engine hands over from memory.
 */
import { type DType, float32, type Tensor } from '../../base/tensor.ts';
import type { Graph } from '../graph.ts';
import { GraphError, type Value } from '../ir.ts';
import type { OnnxAttribute, OnnxWriter } from '../ops/define.ts';
import { isLeaf, opOf } from '../ops/index.ts';
import { type NamedShape, type OnnxNode, writeModel } from './messages.ts';

/** The one operator set all emission rules are written for: the first with Gelu. */
export const onnxOpset = 20;

/** Constants above this many elements are not searched for an equal one. */
const sharedConstantLimit = 4096;

class Emitter implements OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly constants: { name: string; tensor: Tensor }[] = [];
  readonly #known = new Map<string, OnnxNode>();
  readonly #constantNames = new Map<string, string>();
  /** The graph node being written: its scope and op name the ONNX nodes in profiles and messages. */
  current: Value | undefined;

  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = 0,
  ): string {
    const current = this.current;
    if (current === undefined || opOf(current).onnx.uses[opType] === undefined) {
      throw new GraphError(`onnx: ${current?.op ?? 'no node'} writes ${opType}, which its rule does not list`);
    }
    const key = JSON.stringify([opType, inputs, attributes]);
    let node = this.#known.get(key);
    if (node === undefined) {
      const index = this.nodes.length;
      const place = current.scope === '' ? '' : `${current.scope}/`;
      node = { name: `${place}${current.op}_${index}`, opType, inputs, outputs: [`n${index}`], attributes };
      this.nodes.push(node);
      this.#known.set(key, node);
    }
    // Optional outputs before the wanted one stay empty names, which ONNX reads as "not computed".
    while (node.outputs.length <= output) node.outputs.push('');
    if (node.outputs[output] === '') node.outputs[output] = `${node.outputs[0]}.${output}`;
    // The first output is required by the operators we use, so it keeps its name even when unused.
    return node.outputs[output] as string;
  }

  constant(tensor: Tensor): string {
    const shareable = tensor.data.length <= sharedConstantLimit;
    const key = shareable ? `${tensor.dtype}[${tensor.shape.join()}]${tensor.data.join()}` : '';
    const known = shareable ? this.#constantNames.get(key) : undefined;
    if (known !== undefined) return known;
    const name = `c${this.constants.length}`;
    this.constants.push({ name, tensor });
    if (shareable) this.#constantNames.set(key, name);
    return name;
  }

  ints(values: readonly number[]): string {
    return this.constant({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  scalar(value: number, dtype: DType): string {
    if (dtype === 'float32') return this.constant(float32([], [value]));
    if (dtype === 'int32') return this.constant({ dtype, shape: [], data: Int32Array.of(value) });
    throw new GraphError(`onnx: scalar constants are float32 or int32; found ${dtype}`);
  }

  positions(length: number): string {
    return this.constant({ dtype: 'int32', shape: [length], data: Int32Array.from({ length }, (_, i) => i) });
  }

  filled(value: number, length: number): string {
    return this.constant(float32([length], new Float32Array(length).fill(value)));
  }
}

function named(value: Value, name = value.name ?? ''): NamedShape {
  return { name, dtype: value.dtype, shape: value.shape };
}

/**
 * The nodes, and what gives the graph's outputs under their names: the node that computes one, or a copy where it is no node's own, as an input or the
 * same value twice. What an engine copies at every step of a training is as long as all parameters.
 * @param names how each value is called in the nodes
 */
function withOutputs(nodes: readonly OnnxNode[], graph: Graph, names: ReadonlyMap<Value, string>): OnnxNode[] {
  const taken = new Set([...graph.inputs, ...graph.weights].map((v) => v.name));
  const computed = new Set(nodes.flatMap(({ outputs }) => outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [name, value] of Object.entries(graph.outputs)) {
    if (taken.has(name)) throw new GraphError(`onnx: output ${name} bears the name of an input or weight`);
    const own = names.get(value) as string;
    if (computed.has(own) && !renamed.has(own)) renamed.set(own, name);
    else copies.push({ name: `output/${name}`, opType: 'Identity', inputs: [own], outputs: [name], attributes: {} });
  }
  const named = (list: readonly string[]): string[] => list.map((name) => renamed.get(name) ?? name);
  return [...nodes, ...copies].map((node) => ({ ...node, inputs: named(node.inputs), outputs: named(node.outputs) }));
}

/**
 * ONNX bytes of the graph at opset 20. Inputs, outputs and weights carry the graph's names; node names start with
 * the scope. Throws GraphError where an output bears the name of an input or weight.
 * @param inlined weights that are written into the model instead, by their names: small ones
 */
export function emitOnnx(graph: Graph, inlined: ReadonlyMap<string, Tensor> = new Map()): Uint8Array {
  const emitter = new Emitter();
  const names = new Map<Value, string>();
  for (const node of graph.order) {
    emitter.current = node;
    if (node.op === 'constant') names.set(node, emitter.constant(node.attrs['tensor'] as Tensor));
    else if (isLeaf(node)) names.set(node, node.name as string);
    else {
      const inputs = node.inputs.map((x) => names.get(x) as string);
      names.set(node, opOf(node).onnx.emit(emitter, inputs, node, node.attrs));
    }
  }
  const nodes = withOutputs(emitter.nodes, graph, names);
  return writeModel({
    opset: onnxOpset,
    nodes,
    constants: [...emitter.constants, ...[...inlined].map(([name, tensor]) => ({ name, tensor }))],
    weights: graph.weights.filter(({ name = '' }) => !inlined.has(name)).map((v) => named(v)),
    inputs: graph.inputs.map((v) => named(v)),
    outputs: Object.entries(graph.outputs).map(([name, value]) => named(value, name)),
  });
}
