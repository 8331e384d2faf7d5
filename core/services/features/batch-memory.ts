/** The memory that batches are put together in: lent and given back, or kept whole. */
import type { Tensor } from '../../base/tensor.ts';
import type { MemoryHolder } from '../../features/index.ts';
import type { NetworkConfig, StoredInput } from '../../models/index.ts';
import { emptyInputs } from './feature-kinds.ts';

/** The inputs of a batch that are put together here; those that an engine reads itself are not among them. */
export type OwnInputs = Readonly<Record<string, Tensor>>;

/** Those of so many examples. */
export type OwnInputsOf = (size: number) => Readonly<Record<string, StoredInput>>;

/** Whole batches that are asked for again every epoch: those of validation. */
export class KeptBatches {
  readonly #config: Pick<NetworkConfig, 'method' | 'keptAs'>;
  readonly #inputsOf: OwnInputsOf;
  readonly #memory: MemoryHolder;

  constructor(config: Pick<NetworkConfig, 'method' | 'keptAs'>, inputsOf: OwnInputsOf, memory: MemoryHolder) {
    this.#config = config;
    this.#inputsOf = inputsOf;
    this.#memory = memory;
  }

  /** The batch of `size` examples that was kept under this name. */
  get(name: string, size: number): OwnInputs | undefined {
    const tensors = Object.entries(this.#inputsOf(size)).map(([input, { shape, dtype }]) => {
      return [input, { dtype, shape, data: this.#memory.get(this.#nameOf(name, input)) }] as const;
    });
    if (tensors.some(([, { data }]) => data === undefined)) return undefined;
    return Object.fromEntries(tensors) as unknown as OwnInputs;
  }

  hasRoomFor(inputs: OwnInputs): boolean {
    return this.#memory.hasRoomFor(Object.values(inputs).reduce((bytes, { data }) => bytes + data.byteLength, 0));
  }

  /** Keeps a batch, which nobody changes from now on. */
  keep(name: string, inputs: OwnInputs): boolean {
    return this.#memory.keepAll(Object.entries(inputs).map(([input, { data }]) => [this.#nameOf(name, input), data]));
  }

  #nameOf(name: string, input: string): string {
    return `batch ${this.#config.method} ${this.#config.keptAs ?? ''} ${input} ${name}`;
  }
}

/** Tensors of batches, used again when whoever asked for them has given them back. */
export class Batches {
  readonly #inputsOf: OwnInputsOf;
  readonly #isShared: boolean;
  readonly #lent = new WeakMap<OwnInputs, number>();
  readonly #free = new Map<number, OwnInputs[]>();

  /** @param isShared whether other threads write to them */
  constructor(inputsOf: OwnInputsOf, isShared: boolean) {
    this.#inputsOf = inputsOf;
    this.#isShared = isShared;
  }

  take(size: number): OwnInputs {
    const memoryOf = this.#isShared ? (bytes: number) => new SharedArrayBuffer(bytes) : undefined;
    const inputs = this.#free.get(size)?.pop() ?? emptyInputs(this.#inputsOf(size), memoryOf);
    this.#lent.set(inputs, size);
    return inputs;
  }

  /** A batch that is not lent any longer, since it is kept as it is. */
  forget(inputs: OwnInputs): void {
    this.#lent.delete(inputs);
  }

  giveBack(inputs: OwnInputs): void {
    const size = this.#lent.get(inputs);
    if (size === undefined) return;
    this.#lent.delete(inputs);
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    free.push(inputs);
  }
}
