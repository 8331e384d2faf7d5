/**
 * Inputs of a batch that lie on the disk.
 *
 * To an engine in a process of its own a batch of features travelled through a pipe: 16 MB a step of FPT+ with the LPM in the box, which took as
 * long as the step. Now it is told where they lie and reads them there (ADR 520).
 */
import { type AppError, invariant } from '../base/errors.ts';
import { bytesPerElement, type DType, type Shape, sizeOf, type Tensor, type TensorData } from '../base/tensor.ts';
import { PlacedReader, placesOf, type RecordBlocks, type RecordDamage, type RecordPlace } from '../disk/index.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** The records of a batch, one for each example. */
export interface StoredRows {
  /** Where a record goes in the inputs, piece by piece, in the order of its bytes. */
  readonly blocks: readonly RecordBlocks[];
  readonly rows: readonly RecordPlace[];
  /** Told when all of them were read and their checksums were right. */
  verified(): void;
  /** The error of a row that cannot be read. */
  damaged(row: number, what: RecordDamage): AppError;
}

/** An input that records fill, the same `stored` for all that they fill. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly stored: StoredRows;
}

/** What a run is given. Only an engine that says `readsStored` takes stored tensors. */
export type Inputs = Readonly<Record<string, Tensor | StoredTensor>>;

/** What an engine's process is told of stored inputs. */
export interface ToldRows extends Pick<StoredRows, 'blocks' | 'rows'> {
  readonly inputs: Readonly<Record<string, { readonly dtype: DType; readonly shape: Shape }>>;
}

/** What is wrong with a row that was to be read. */
export interface RowProblem {
  readonly row: number;
  readonly what: RecordDamage;
}

/** The inputs that travel as they are, and those whose records are read where the engine computes; null where there are none. */
export function separated(inputs: Inputs): { tensors: Tensors; stored: StoredRows | null; told: ToldRows | null } {
  const tensors: Record<string, Tensor> = {};
  const named: Record<string, { dtype: DType; shape: Shape }> = {};
  let stored: StoredRows | null = null;
  for (const [name, input] of Object.entries(inputs)) {
    if ('data' in input) tensors[name] = input;
    else {
      stored = input.stored;
      named[name] = { dtype: input.dtype, shape: input.shape };
    }
  }
  const told = stored === null ? null : { blocks: stored.blocks, rows: stored.rows, inputs: named };
  return { tensors, stored, told };
}

/** All inputs of a run as tensors, for who takes no stored ones. */
export function tensorsOf(inputs: Inputs): Tensors {
  const { tensors, stored } = separated(inputs);
  invariant(stored === null, 'an engine that reads no stored inputs was given some');
  return tensors;
}

const arrays: { readonly [T in DType]: new (memory: ArrayBuffer) => TensorData[T] } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** Reads the stored inputs of one executable, batch after batch into the same memory. */
export class StoredReader {
  readonly #reader = new PlacedReader();
  readonly #tensors = new Map<string, Tensor>();

  /**
   * The inputs, until it reads again; or the first row that cannot be read.
   * @throws DISK_FAILED
   */
  read({ blocks, rows, inputs }: ToldRows): { readonly tensors: Tensors } | { readonly problem: RowProblem } {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, this.#tensor(name, input)]),
    );
    const bytes = Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [name, new Uint8Array(data.buffer)]),
    );
    for (const [row, place] of rows.entries()) {
      const what = this.#reader.read(place, placesOf(blocks, bytes, row));
      if (what !== null) return { problem: { row, what } };
    }
    return { tensors };
  }

  /** Closes its files. */
  close(): void {
    this.#reader.close();
    this.#tensors.clear();
  }

  #tensor(name: string, { dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): Tensor {
    const key = `${name} ${dtype} ${shape}`;
    const data = (): Tensor['data'] => new arrays[dtype](new ArrayBuffer(bytesPerElement[dtype] * sizeOf(shape)));
    const tensor = this.#tensors.get(key) ?? ({ dtype, shape, data: data() } as Tensor);
    this.#tensors.set(key, tensor);
    return tensor;
  }
}
