/**
 * The nodes of a graph.
 *
 * A node has one output, a static shape and a dtype, all fixed when it is built, and is frozen. A graph is what can be
 * reached from its outputs; nothing is registered anywhere, so building a value that nobody uses costs nothing.
 */
import { type DType, describeTensor, type Shape, type Tensor } from '../base/tensor.ts';

/** What a node may carry besides its inputs. Tensors appear only in constants. */
export type AttributeValue = number | string | boolean | readonly number[] | Tensor;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A node of the graph and, since nodes have one output, the value it computes. */
export interface Value {
  /** Unique in this process; later nodes have higher ids. Never part of what is emitted. */
  readonly id: number;
  /**
   * The name of an op of the table (ops/index.ts), or of a leaf: `input` is fed at each run, `weight` handed over once at
   * compile time, `constant` written into the graph. A plain text here, because the table is made of rules over values.
   */
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attrs: Attributes;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The name of an input or weight. */
  readonly name?: string;
  /** Where in the model it was built, for messages and profiles: `encoder.blocks.3`. */
  readonly scope: string;
}

/** Shape and dtype of a node before it exists. */
export interface Signature {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A graph that does not fit together: a mistake in the code that builds it, never the user's. */
export class GraphError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GraphError';
  }
}

const scopes: string[] = [];
let nextId = 0;

/** Runs `build` with `name` appended to the scope of every node it builds. Returns what `build` returns. */
export function scope<T>(name: string, build: () => T): T {
  scopes.push(name);
  try {
    return build();
  } finally {
    scopes.pop();
  }
}

/** The scope in force: `encoder.blocks.3.attn`, or an empty string. */
export function currentScope(): string {
  return scopes.join('.');
}

/** A GraphError that names the operation and the place in the model. */
export function graphError(op: string, problem: string): GraphError {
  const place = currentScope();
  return new GraphError(`${op}: ${problem}${place === '' ? '' : ` (${place})`}`);
}

/** `float32 [2, 3]`, or its name in front where it has one. */
export function describeValue(value: Value): string {
  return value.name === undefined ? describeTensor(value) : `${value.name} ${describeTensor(value)}`;
}

/** A frozen node. The builder calls this after the shape rule; nothing else does. */
export function createNode(fields: Omit<Value, 'id' | 'scope'>): Value {
  nextId += 1;
  return Object.freeze({
    ...fields,
    inputs: Object.freeze([...fields.inputs]),
    shape: Object.freeze([...fields.shape]),
    attrs: Object.freeze({ ...fields.attrs }),
    id: nextId,
    scope: currentScope(),
  });
}
