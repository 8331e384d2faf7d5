/** Every op once more, as float64 loops: what the engines and the gradients are tested against. */
import type { OpName, Value } from '../../core/graph/index.ts';
import { type Arr, at, generate, withAxis } from './array.ts';
import { erf } from './erf.ts';

type Reference = (inputs: readonly Arr[], node: Value) => Arr;

const first = (inputs: readonly Arr[]): Arr => inputs[0] as Arr;
const attr = <T>(node: Value, name: string): T => node.attrs[name] as T;

const map =
  (f: (x: number) => number): Reference =>
  (inputs) => ({ shape: first(inputs).shape, data: first(inputs).data.map(f) });

const zip =
  (f: (...values: number[]) => number): Reference =>
  (inputs, node) =>
    generate(node.shape, (index) => f(...inputs.map((x) => at(x, index))));

/** The numbers of `x` along the reduced axes, for each output position. */
function reduce(f: (values: readonly number[]) => number): Reference {
  return (inputs, node) => {
    const x = first(inputs);
    const axes = attr<readonly number[]>(node, 'axes');
    const groups = new Map<string, number[]>();
    generate(x.shape, (index) => {
      const key = index.filter((_, i) => !axes.includes(i)).join();
      groups.set(key, [...(groups.get(key) ?? []), at(x, index)]);
      return 0;
    });
    return generate(node.shape, (index) => {
      const kept = attr<boolean>(node, 'keepDims') ? index.filter((_, i) => !axes.includes(i)) : index;
      return f(groups.get(kept.join()) ?? []);
    });
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0);

/** All elements of `x` that differ from `index` only along `axis`. */
const along = (x: Arr, index: readonly number[], axis: number): number[] =>
  Array.from({ length: x.shape[axis] as number }, (_, i) => at(x, withAxis(index, axis, i)));

function softmaxAt(x: Arr, index: readonly number[], axis: number): { logit: number; logSum: number } {
  const row = along(x, index, axis);
  const highest = Math.max(...row);
  return { logit: at(x, index), logSum: highest + Math.log(total(row.map((v) => Math.exp(v - highest)))) };
}

function statistics(x: Arr, index: readonly number[], eps: number): { mean: number; inverse: number } {
  const row = along(x, index, x.shape.length - 1);
  const mean = total(row) / row.length;
  return { mean, inverse: 1 / Math.sqrt(total(row.map((v) => (v - mean) ** 2)) / row.length + eps) };
}

/** Halves go to the even number, as ONNX rounds. */
function nearest(x: number): number {
  const low = Math.floor(x);
  return x - low > 0.5 || (x - low === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

const half = new Float16Array(1);
const roundings: Readonly<Partial<Record<string, (x: number) => number>>> = {
  int32: Math.trunc,
  int64: Math.trunc,
  uint8: Math.trunc,
  bool: (x) => (x === 0 ? 0 : 1),
  float16: (x) => {
    half[0] = x;
    return half[0] as number;
  },
};

export const reference = {
  add: zip((a, b) => (a as number) + (b as number)),
  sub: zip((a, b) => (a as number) - (b as number)),
  mul: zip((a, b) => (a as number) * (b as number)),
  div: zip((a, b) => (a as number) / (b as number)),
  maximum: zip((a, b) => Math.max(a as number, b as number)),
  minimum: zip((a, b) => Math.min(a as number, b as number)),
  equal: zip((a, b) => (a === b ? 1 : 0)),
  less: zip((a, b) => ((a as number) < (b as number) ? 1 : 0)),
  greater: zip((a, b) => ((a as number) > (b as number) ? 1 : 0)),
  where: zip((condition, a, b) => (condition === 0 ? (b as number) : (a as number))),
  neg: map((x) => -x),
  sqrt: map(Math.sqrt),
  exp: map(Math.exp),
  log: map(Math.log),
  erf: map(erf),
  tanh: map(Math.tanh),
  sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  gelu: map((x) => (x / 2) * (1 + erf(x / Math.SQRT2))),
  cast: (inputs, node) => map(roundings[attr<string>(node, 'to')] ?? ((x) => x))(inputs, node),
  sum: reduce(total),
  mean: reduce((values) => total(values) / values.length),
  max: reduce((values) => Math.max(...values)),
  matmul: ([a, b], node) => {
    const inner = (a as Arr).shape.at(-1) as number;
    return generate(node.shape, (index) => {
      const outer = index.slice(0, -2);
      const [row, column] = index.slice(-2) as [number, number];
      return total(
        Array.from({ length: inner }, (_, k) => at(a as Arr, [...outer, row, k]) * at(b as Arr, [...outer, k, column])),
      );
    });
  },
  matmulInt8: ([x, w, scale], node) => {
    const { data } = x as Arr;
    const [least, most] = [Math.min(0, ...data), Math.max(0, ...data)];
    const step = most === least ? 1 : (most - least) / 255;
    const zero = nearest(-least / step);
    const quantised = (value: number): number => Math.min(255, Math.max(0, nearest(value / step) + zero)) - zero;
    const inner = (x as Arr).shape.at(-1) as number;
    return generate(node.shape, (index) => {
      const column = index.slice(-1);
      const products = Array.from(
        { length: inner },
        (_, k) => quantised(at(x as Arr, [...index.slice(0, -1), k])) * at(w as Arr, [k, ...column]),
      );
      return total(products) * step * at(scale as Arr, column);
    });
  },
  softmax: ([x], node) =>
    generate(node.shape, (index) => {
      const { logit, logSum } = softmaxAt(x as Arr, index, attr(node, 'axis'));
      return Math.exp(logit - logSum);
    }),
  logSoftmax: ([x], node) =>
    generate(node.shape, (index) => {
      const { logit, logSum } = softmaxAt(x as Arr, index, attr(node, 'axis'));
      return logit - logSum;
    }),
  layerNorm: ([x, gamma, beta], node) =>
    generate(node.shape, (index) => {
      const { mean, inverse } = statistics(x as Arr, index, attr(node, 'eps'));
      const column = index.slice(-1);
      return at(gamma as Arr, column) * (at(x as Arr, index) - mean) * inverse + at(beta as Arr, column);
    }),
  inverseDeviation: ([x], node) =>
    generate(node.shape, (index) => statistics(x as Arr, index, attr(node, 'eps')).inverse),
  reshape: (inputs, node) => ({ shape: node.shape, data: first(inputs).data }),
  transpose: ([x], node) => {
    const perm = attr<readonly number[]>(node, 'perm');
    return generate(node.shape, (index) => {
      const source = new Array<number>(index.length).fill(0);
      perm.forEach((p, i) => {
        source[p] = index[i] as number;
      });
      return at(x as Arr, source);
    });
  },
  concat: (inputs, node) => {
    const axis = attr<number>(node, 'axis');
    return generate(node.shape, (index) => {
      let position = index[axis] as number;
      for (const x of inputs) {
        const size = x.shape[axis] as number;
        if (position < size) return at(x, withAxis(index, axis, position));
        position -= size;
      }
      throw new Error('concat: past the end');
    });
  },
  slice: ([x], node) => {
    const axis = attr<number>(node, 'axis');
    return generate(node.shape, (index) =>
      at(x as Arr, withAxis(index, axis, (index[axis] as number) + attr<number>(node, 'start'))),
    );
  },
  pad: ([x], node) => {
    const axis = attr<number>(node, 'axis');
    return generate(node.shape, (index) => {
      const position = (index[axis] as number) - attr<number>(node, 'before');
      return position < 0 || position >= ((x as Arr).shape[axis] as number)
        ? 0
        : at(x as Arr, withAxis(index, axis, position));
    });
  },
  expand: ([x], node) => generate(node.shape, (index) => at(x as Arr, index)),
  gather: ([x, indices], node) => {
    const axis = attr<number>(node, 'axis');
    const rank = (indices as Arr).shape.length;
    return generate(node.shape, (index) => {
      const picked = at(indices as Arr, index.slice(axis, axis + rank));
      return at(x as Arr, [...index.slice(0, axis), picked, ...index.slice(axis + rank)]);
    });
  },
  gatherAlong: ([x, indices], node) =>
    generate(node.shape, (index) => at(x as Arr, withAxis(index, attr(node, 'axis'), at(indices as Arr, index)))),
  scatterAlong: ([base, indices, updates], node) => {
    const axis = attr<number>(node, 'axis');
    const added = new Map<string, number>();
    generate((indices as Arr).shape, (index) => {
      const key = withAxis(index, axis, at(indices as Arr, index)).join();
      added.set(key, (added.get(key) ?? 0) + at(updates as Arr, index));
      return 0;
    });
    return generate(node.shape, (index) => at(base as Arr, index) + (added.get(index.join()) ?? 0));
  },
  topkIndices: ([x], node) => {
    const axis = attr<number>(node, 'axis');
    return generate(node.shape, (index) => {
      const row = along(x as Arr, index, axis);
      const order = row.map((_, i) => i).sort((i, j) => (row[j] as number) - (row[i] as number) || i - j);
      return order[index[axis] as number] as number;
    });
  },
} satisfies Record<OpName, Reference>;
