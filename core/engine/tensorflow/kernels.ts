/**
 * What the ops' `tfjs` kernels call, over TensorFlow's own ops.
 *
 * Each function has the name and meaning it has in TensorFlow.js. Two things differ inside: a transpose of the last two
 * axes is noted and left to the matrix product, and a product with one right matrix for a whole batch runs as one tall
 * product instead of a batch of small ones.
 */
import { type Shape, sizeOf } from '../../base/tensor.ts';
import type { Tf, TfTensor } from '../../graph/index.ts';
import { type OpAttribute, typeNumber } from './binding.ts';
import type { DeviceTensor, DeviceTensors } from './device-tensors.ts';

export interface KernelOptions {
  /** Matrix products in half precision, sums in float32: twice as fast and more on a GPU with tensor cores. */
  readonly halfProducts: boolean;
  /** Whether a tensor is a weight, of which a half-precision copy is worth keeping. */
  readonly isWeight: (tensor: DeviceTensor) => boolean;
}

const device = (tensor: TfTensor): DeviceTensor => tensor as DeviceTensor;

/** True where `perm` swaps the last two axes and leaves the others. */
function swapsLastTwo(perm: readonly number[]): boolean {
  const rank = perm.length;
  return rank >= 2 && perm.every((p, i) => p === (i < rank - 2 ? i : 2 * rank - 3 - i));
}

/** The functions, making their tensors in `tensors`. */
export function createKernels(tensors: DeviceTensors, options: KernelOptions): Tf {
  const { TF_ATTR_BOOL } = tensors.binding;
  const one = (op: string, inputs: readonly TfTensor[], attributes: readonly OpAttribute[] = []): DeviceTensor =>
    tensors.execute(op, attributes, inputs.map(device))[0] as DeviceTensor;
  const unary = (op: string) => (x: TfTensor) => one(op, [x]);
  const binary = (op: string) => (a: TfTensor, b: TfTensor) => one(op, [a, b]);
  const reduction = (op: string) => (x: TfTensor, axes: number[], keepDims: boolean) =>
    one(op, [x, tensors.ints(axes)], [{ name: 'keep_dims', type: TF_ATTR_BOOL, value: keepDims }]);
  const reshape = (x: TfTensor, shape: readonly number[]) => one('Reshape', [x, tensors.ints(shape)]);

  /** One TensorFlow product. Both operands are as they lie in memory; the flags say which are read transposed. */
  const product = (a: DeviceTensor, b: DeviceTensor): DeviceTensor => {
    const flags = [a.swapped, b.swapped];
    const [x, y] = [a, b].map((t) => (t.swapped ? tensors.view(t, t.shape, false) : t)) as [DeviceTensor, DeviceTensor];
    const isFlat = a.shape.length === 2 && b.shape.length === 2;
    const names = isFlat ? ['transpose_a', 'transpose_b'] : ['adj_x', 'adj_y'];
    const attributes = names.map((name, i) => ({ name, type: TF_ATTR_BOOL, value: flags[i] ?? false }));
    return one(isFlat ? 'MatMul' : 'BatchMatMulV2', [x, y], attributes);
  };

  const matMul = (left: TfTensor, right: TfTensor): DeviceTensor => {
    let [a, b] = [device(left), device(right)];
    if (options.halfProducts) {
      [a, b] = [tensors.half(a, options.isWeight(a)), tensors.half(b, options.isWeight(b))];
    }
    const rows = a.shape.slice(0, -1);
    const isTall = b.shape.length === 2 && a.shape.length > 2;
    if (isTall) a = reshape(a, [sizeOf(rows), a.shape.at(-1) ?? 1]);
    const result = product(a, b);
    const shaped = isTall ? reshape(result, [...rows, b.shape.at(-1) ?? 1]) : result;
    return options.halfProducts ? tensors.cast(shaped, 'float32') : shaped;
  };

  return {
    add: binary('AddV2'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('RealDiv'),
    maximum: binary('Maximum'),
    minimum: binary('Minimum'),
    equal: binary('Equal'),
    less: binary('Less'),
    greater: binary('Greater'),
    neg: unary('Neg'),
    sqrt: unary('Sqrt'),
    rsqrt: unary('Rsqrt'),
    exp: unary('Exp'),
    log: unary('Log'),
    erf: unary('Erf'),
    tanh: unary('Tanh'),
    sigmoid: unary('Sigmoid'),
    sum: reduction('Sum'),
    mean: reduction('Mean'),
    max: reduction('Max'),
    where: (condition, a, b) => one('SelectV2', [condition, a, b]),
    cast: (x, to) => tensors.cast(device(x), to),
    matMul,
    reshape,
    transpose: (x, perm) => transpose(tensors, device(x), perm),
    concat: (xs, axis) => concatenate(tensors, xs.map(device), axis),
    slice: (x, begin, size) => one('Slice', [x, tensors.ints(begin), tensors.ints(size)]),
    pad: (x, paddings) => one('Pad', [x, tensors.ints(paddings.flat(), [paddings.length, 2])]),
    broadcastTo: (x, shape) => one('BroadcastTo', [x, tensors.ints(shape)]),
    gather: (x, indices, axis) => one('GatherV2', [x, indices, tensors.scalar(axis, 'int32')]),
    topk: (x, k, sorted) => {
      const attributes = [{ name: 'sorted', type: TF_ATTR_BOOL, value: sorted }];
      const found = tensors.execute('TopKV2', attributes, [device(x), tensors.scalar(k, 'int32')], 2);
      return { indices: found[1] as DeviceTensor };
    },
    softmax: unary('Softmax'),
    logSoftmax: unary('LogSoftmax'),
    scalar: (value, dtype) => tensors.scalar(value, dtype),
    range: (start, stop, step) =>
      one(
        'Range',
        [start, stop, step].map((n) => tensors.scalar(n, 'int32')),
      ),
    scatterND: (indices, updates, shape) => one('ScatterNd', [indices, updates, tensors.ints(shape)]),
  };
}

function transpose(tensors: DeviceTensors, x: DeviceTensor, perm: readonly number[]): DeviceTensor {
  const shape: Shape = perm.map((p) => x.shape[p] as number);
  if (swapsLastTwo(perm)) return tensors.view(x, shape, !x.swapped);
  return tensors.execute('Transpose', [], [x, tensors.ints(perm)])[0] as DeviceTensor;
}

function concatenate(tensors: DeviceTensors, xs: readonly DeviceTensor[], axis: number): DeviceTensor {
  const [first] = xs as readonly [DeviceTensor];
  if (xs.length === 1) return first; // TensorFlow wants two or more.
  const { TF_ATTR_INT, TF_ATTR_TYPE } = tensors.binding;
  // Of a list of inputs TensorFlow does not work out the type by itself.
  const attributes = [
    { name: 'N', type: TF_ATTR_INT, value: xs.length },
    { name: 'T', type: TF_ATTR_TYPE, value: typeNumber[first.dtype] },
  ];
  return tensors.execute('ConcatV2', attributes, [...xs, tensors.scalar(axis, 'int32')])[0] as DeviceTensor;
}
