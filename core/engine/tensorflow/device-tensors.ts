/**
 * Tensors in TensorFlow's memory, owned by counting.
 *
 * Several tensors may share one native handle: a transpose of the last two axes is only noted (`swapped`), because the
 * matrix product that usually follows takes it for free. What is created while an op runs belongs to that op's frame
 * and is released at its end, all but the result; the result lives until its last use.
 */
import { invariant } from '../../base/errors.ts';
import { toFloat16Bits } from '../../base/half.ts';
import { type DType, type Shape, sizeOf, type Tensor } from '../../base/tensor.ts';
import type { TfTensor } from '../../graph/index.ts';
import { type Binding, dtypeOf, type OpAttribute, typeNumber } from './binding.ts';

interface Handle {
  readonly id: number;
  references: number;
  /** The same numbers in half precision, kept beside a weight once a product has asked for them. */
  half: DeviceTensor | null;
}

export class DeviceTensor implements TfTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Held in memory with the last two axes the other way round. */
  readonly swapped: boolean;
  readonly handle: Handle;

  constructor(handle: Handle, shape: Shape, dtype: DType, swapped: boolean) {
    this.handle = handle;
    this.shape = shape;
    this.dtype = dtype;
    this.swapped = swapped;
  }
}

export class DeviceTensors {
  readonly binding: Binding;
  readonly #held = new Map<string, DeviceTensor>();
  #frame: DeviceTensor[] = [];

  constructor(binding: Binding) {
    this.binding = binding;
  }

  /** A tensor of TensorFlow's that nobody else holds yet; it belongs to the running frame. */
  #own(id: number, shape: Shape, dtype: DType): DeviceTensor {
    const tensor = new DeviceTensor({ id, references: 1, half: null }, shape, dtype, false);
    this.#frame.push(tensor);
    return tensor;
  }

  /** Another view of the same elements, in the running frame. */
  view(tensor: DeviceTensor, shape: Shape, swapped: boolean): DeviceTensor {
    tensor.handle.references += 1;
    const view = new DeviceTensor(tensor.handle, shape, tensor.dtype, swapped);
    this.#frame.push(view);
    return view;
  }

  release(tensor: DeviceTensor): void {
    tensor.handle.references -= 1;
    if (tensor.handle.references > 0) return;
    this.binding.deleteTensor(tensor.handle.id);
    if (tensor.handle.half) this.release(tensor.handle.half);
  }

  /** Runs `compute` and releases every tensor made in it except its result, which is the caller's to release. */
  keepingResult(compute: () => DeviceTensor): DeviceTensor {
    const outer = this.#frame;
    this.#frame = [];
    let kept: DeviceTensor | null = null;
    try {
      const result = compute();
      // A result that was there before (an op that had nothing to do) gets an owner of its own.
      kept = this.#frame.includes(result) ? result : this.view(result, result.shape, result.swapped);
      return kept;
    } finally {
      const made = this.#frame;
      this.#frame = outer;
      for (const tensor of made) if (tensor !== kept) this.release(tensor);
    }
  }

  /** Runs `compute` and releases every tensor made in it. Its result is plain data. */
  releasingAll<T>(compute: () => T): T {
    const outer = this.#frame;
    this.#frame = [];
    try {
      return compute();
    } finally {
      const made = this.#frame;
      this.#frame = outer;
      for (const tensor of made) this.release(tensor);
    }
  }

  /** The outputs of one TensorFlow op. Attributes that follow from the inputs' types need not be given. */
  execute(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly DeviceTensor[],
    outputs = 1,
  ): DeviceTensor[] {
    const ids = inputs.map((input) => this.plain(input).handle.id);
    return this.binding.executeOp(op, attributes, ids, outputs).map(({ id, shape, dtype }) => {
      const known = dtypeOf(dtype);
      invariant(known !== undefined, `TensorFlow's ${op} gave element type ${dtype}, which we do not know`);
      return this.#own(id, shape, known);
    });
  }

  /** The tensor with its elements in memory as its shape says. */
  plain(tensor: DeviceTensor): DeviceTensor {
    if (!tensor.swapped) return tensor;
    const rank = tensor.shape.length;
    const perm = tensor.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
    const source = this.#frameless(tensor);
    return this.execute('Transpose', [], [source, this.ints(perm)])[0] as DeviceTensor;
  }

  /** The handle of a swapped tensor under the shape it has in memory; no reference is counted. */
  #frameless(tensor: DeviceTensor): DeviceTensor {
    const shape = [...tensor.shape.slice(0, -2), tensor.shape.at(-1) ?? 1, tensor.shape.at(-2) ?? 1];
    return new DeviceTensor(tensor.handle, shape, tensor.dtype, false);
  }

  /** An int32 vector or matrix of sizes, axes or positions; equal ones are made once and held. */
  ints(values: readonly number[], shape: Shape = [values.length]): DeviceTensor {
    return this.#hold(`${shape.join()}:${values.join()}`, () =>
      this.upload({ dtype: 'int32', shape, data: Int32Array.from(values) }),
    );
  }

  /** A scalar; equal ones are made once and held. */
  scalar(value: number, dtype: 'float32' | 'int32'): DeviceTensor {
    return this.#hold(`${dtype}:${Object.is(value, -0) ? '-0' : value}`, () =>
      dtype === 'int32'
        ? this.upload({ dtype, shape: [], data: Int32Array.of(value) })
        : this.upload({ dtype, shape: [], data: Float32Array.of(value) }),
    );
  }

  #hold(key: string, make: () => DeviceTensor): DeviceTensor {
    let tensor = this.#held.get(key);
    if (tensor === undefined) {
      tensor = this.keepingResult(make);
      this.#held.set(key, tensor);
    }
    return tensor;
  }

  /** `tensor` in half precision. Of a weight it is made once and kept as long as the weight. */
  half(tensor: DeviceTensor, isWeight: boolean): DeviceTensor {
    if (tensor.dtype === 'float16' || !isWeight) return this.cast(tensor, 'float16');
    const source = tensor.swapped ? this.#frameless(tensor) : tensor;
    tensor.handle.half ??= this.keepingResult(() => this.cast(source, 'float16'));
    return this.view(tensor.handle.half, tensor.shape, tensor.swapped);
  }

  /** The same numbers as `to`; a noted transpose stays noted. */
  cast(tensor: DeviceTensor, to: DType): DeviceTensor {
    if (tensor.dtype === to) return tensor;
    const source = tensor.swapped ? this.#frameless(tensor) : tensor;
    const attributes = [{ name: 'DstT', type: this.binding.TF_ATTR_TYPE, value: typeNumber[to] }];
    const cast = this.execute('Cast', attributes, [source])[0] as DeviceTensor;
    return tensor.swapped ? this.view(cast, tensor.shape, true) : cast;
  }

  /** A host tensor in TensorFlow's memory, shared where alignment allows. */
  upload(tensor: Tensor): DeviceTensor {
    const { binding } = this;
    const create = (shape: Shape, dtype: DType, data: Float32Array | Int32Array | Uint8Array): DeviceTensor =>
      this.#own(binding.createTensor(shape, typeNumber[dtype], data), shape, dtype);
    const bytes = (): Uint8Array => new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    switch (tensor.dtype) {
      case 'float32':
      case 'int32':
      case 'uint8':
      case 'bool':
        return create(tensor.shape, tensor.dtype, tensor.data);
      case 'int64':
        // The binding takes 64-bit integers as pairs of 32-bit ones.
        return create(
          tensor.shape,
          'int64',
          new Int32Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length * 2),
        );
      default: {
        // The binding has no way to take these; as bytes they pass, and are read as what they are on the other side: elements of several bytes take
        // theirs from a last axis.
        const each = tensor.data.BYTES_PER_ELEMENT;
        const raw = create(each === 1 ? tensor.shape : [...tensor.shape, each], 'uint8', bytes());
        const attributes = [{ name: 'type', type: binding.TF_ATTR_TYPE, value: typeNumber[tensor.dtype] }];
        return this.execute('Bitcast', attributes, [raw])[0] as DeviceTensor;
      }
    }
  }

  /** A copy of the elements, in the dtype that the graph declares. */
  download(tensor: DeviceTensor, declared: DType): Tensor {
    const shape = [...tensor.shape];
    const read = (t: DeviceTensor) => this.binding.tensorDataSync(this.plain(t).handle.id);
    switch (declared) {
      case 'float32':
        return { dtype: declared, shape, data: read(tensor) as Float32Array };
      case 'int32':
        return { dtype: declared, shape, data: read(tensor) as Int32Array };
      case 'bool':
        return { dtype: declared, shape, data: read(tensor) as Uint8Array };
      case 'int64':
        return { dtype: declared, shape, data: read(tensor) as BigInt64Array };
      case 'uint8':
        return { dtype: declared, shape, data: Uint8Array.from(read(this.cast(tensor, 'int32')) as Int32Array) };
      case 'int8':
        return { dtype: declared, shape, data: Int8Array.from(read(this.cast(tensor, 'int32')) as Int32Array) };
      case 'float16':
        // Exact both ways: every half is a float.
        return { dtype: declared, shape, data: toFloat16Bits(read(this.cast(tensor, 'float32')) as Float32Array) };
      case 'float64': {
        const attributes = [{ name: 'type', type: this.binding.TF_ATTR_TYPE, value: typeNumber.int64 }];
        const bits = read(this.execute('Bitcast', attributes, [tensor])[0] as DeviceTensor) as BigInt64Array;
        return { dtype: declared, shape, data: new Float64Array(bits.buffer, bits.byteOffset, sizeOf(shape)) };
      }
    }
  }

  /** Frees what is held for reuse. */
  dispose(): void {
    for (const tensor of this.#held.values()) this.release(tensor);
    this.#held.clear();
  }
}
