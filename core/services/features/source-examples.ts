/** Batches for the side network, put together from what is on the disk. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { ChannelStatistics, VersionImage } from '../../contract/index.ts';
import type { MemoryHolder, RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, type Samples, SideImageMaker } from '../../images/index.ts';
import { type LpmFeatures, type NetworkConfig, readsImage } from '../../models/index.ts';
import type { LabelReading, Target, Truth } from '../../targets/index.ts';
import type { Augmentation } from '../../training/augment.ts';
import type { BatchInputs, ExampleSource } from '../../training/loop.ts';
import { imageKind, samplesOf } from '../pixels/source-images.ts';
import { imageKey } from '../records/record-stores.ts';
import { emptyInputs, featureKinds, featuresOf } from './feature-kinds.ts';

/** What gives a record; a measurement keeps its few in memory. */
export type RecordReader = Pick<RecordStore, 'read'> & Partial<Pick<RecordStore, 'view'>>;

/** Where the parts of an example lie. */
export interface ExampleStores {
  readonly sources: RecordReader;
  readonly records: ReadonlyMap<LpmFeatures, RecordReader>;
  /** For images that are the same every epoch, once they are made: those of one LPM's statistics. */
  readonly memory?: MemoryHolder;
}

/** The batch tensor [1, C, s, s] of the network's own image of one source image, resized and normalised. */
export function sideImage(
  { lpm, sideSize: side }: Pick<NetworkConfig, 'lpm' | 'sideSize'>,
  source: GreyOrColourImage,
  statistics: ChannelStatistics,
): Tensor {
  const data = new Float32Array(lpm.channels * side ** 2);
  new SideImageMaker(side, lpm.channels, statistics).write(source, null, data, 0);
  return float32([1, lpm.channels, side, side], data);
}

/** An image with what is true of it. */
export type Example = Pick<VersionImage, 'instanceId' | 'frame'> & Truth;

export interface ExampleOptions {
  readonly inputSize: number;
  readonly statistics: ChannelStatistics;
  readonly target: Pick<Target, 'labelsOf'>;
  readonly reading: LabelReading;
  /** Whether the examples are gone through once: nothing of them is held in memory then. */
  readonly readOnce?: boolean;
}

/** The examples `images`, loaded batch by batch; their labels are for those who learn or validate. */
export function exampleSource(
  stores: ExampleStores,
  config: NetworkConfig,
  images: readonly Example[],
  options: ExampleOptions,
): ExampleSource {
  const { inputSize, statistics, target, reading, readOnce = false } = options;
  const [kind] = featuresOf(config.method);
  const records = kind === undefined ? undefined : stores.records.get(kind);
  invariant(kind === undefined || records !== undefined, `examples: the store of ${kind} is not open`);
  const keyOf = ({ instanceId, frame }: Example): string => imageKey(instanceId, frame);
  const bytesOf = (store: RecordReader, name: string, example: Example): Promise<Uint8Array> => {
    const key = keyOf(example);
    return readOnce || store.view === undefined ? store.read(name, key) : store.view(name, key);
  };
  const memory = readOnce ? undefined : stores.memory;
  const batches = new Batches(config);
  const sides = readsImage(config) ? new SideImages(config, statistics, memory) : null;
  return {
    labels: target.labelsOf(images, reading),
    imageSize: sides === null ? null : { height: inputSize, width: inputSize },
    load: async (indices, augmentations) => {
      const inputs = batches.take(indices.length);
      const examples = indices.map((index) => images[index] as Example);
      if (kind !== undefined && records !== undefined) {
        const found = await Promise.all(examples.map((example) => bytesOf(records, kind, example)));
        found.forEach((record, b) => {
          featureKinds[kind].write(config, record, inputs, b);
        });
      }
      const { image } = inputs;
      if (sides === null || image?.dtype !== 'float32') return inputs;
      for (const [b, example] of examples.entries()) {
        const change = augmentations[b] ?? null;
        const key = keyOf(example);
        if (sides.writeHeld(key, change, image.data, b)) continue;
        const source = samplesOf(await bytesOf(stores.sources, imageKind, example), inputSize);
        sides.write(key, source, change, image.data, b);
        // An image takes a millisecond, a batch of them many: calls of the window are answered in between.
        await nextTurn();
      }
      return inputs;
    },
    release: (inputs) => batches.giveBack(inputs),
  };
}

/** Side images in their places in a batch; those that nothing changes are held, for they are the same every epoch. */
class SideImages {
  readonly #maker: SideImageMaker;
  readonly #size: number;
  readonly #name: string;
  readonly #memory: MemoryHolder | undefined;

  constructor({ lpm, sideSize }: NetworkConfig, statistics: ChannelStatistics, memory: MemoryHolder | undefined) {
    this.#maker = new SideImageMaker(sideSize, lpm.channels, statistics);
    this.#size = lpm.channels * sideSize ** 2;
    this.#name = `${lpm.channels} x ${sideSize}`;
    this.#memory = memory;
  }

  /** Writes the image of `key` as example `b` where it is held and nothing is to be changed. Gives whether it did. */
  writeHeld(key: string, change: Augmentation | null, batch: Float32Array, b: number): boolean {
    const held = change === null ? this.#memory?.get<Float32Array>(`${this.#name} ${key}`) : undefined;
    if (held !== undefined) batch.set(held, b * this.#size);
    return held !== undefined;
  }

  write(key: string, source: Samples, change: Augmentation | null, batch: Float32Array, b: number): void {
    this.#maker.write(source, change, batch, b * this.#size);
    if (change !== null || this.#memory?.hasRoomFor(4 * this.#size) !== true) return;
    this.#memory.keep(`${this.#name} ${key}`, batch.slice(b * this.#size, (b + 1) * this.#size));
  }
}

/** Tensors of batches, used again when whoever asked for them has given them back. */
class Batches {
  readonly #config: NetworkConfig;
  readonly #lent = new WeakMap<BatchInputs, number>();
  readonly #free = new Map<number, BatchInputs[]>();

  constructor(config: NetworkConfig) {
    this.#config = config;
  }

  take(size: number): BatchInputs {
    const inputs = this.#free.get(size)?.pop() ?? emptyInputs(this.#config, size);
    this.#lent.set(inputs, size);
    return inputs;
  }

  giveBack(inputs: BatchInputs): void {
    const size = this.#lent.get(inputs);
    if (size === undefined) return;
    this.#lent.delete(inputs);
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    free.push(inputs);
  }
}
