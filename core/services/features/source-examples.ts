/** Batches for the side network, put together from what is on the disk. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { ChannelStatistics, VersionImage } from '../../contract/index.ts';
import type { MemoryHolder, RecordName, RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, type Samples, SideImageMaker } from '../../images/index.ts';
import { type LpmFeatures, type NetworkConfig, readsImage, storedInputs } from '../../models/index.ts';
import type { LabelReading, Target, Truth } from '../../targets/index.ts';
import type { Augmentation } from '../../training/augment.ts';
import type { BatchInputs, ExampleSource } from '../../training/loop.ts';
import { imageKind, samplesOf } from '../pixels/source-images.ts';
import { imageKey } from '../records/record-stores.ts';
import type { BatchThreads } from './batches/batch-threads.ts';
import type { BatchRow, SharedBatch } from './batches/messages.ts';
import { bytesOf, emptyInputs, featureKinds, featuresOf, writeRecord } from './feature-kinds.ts';
import { bytesIn } from './record-blocks.ts';

/** What lies on the disk, where threads read it. */
type PlacedRecords = Pick<RecordStore, 'placeOf' | 'verified' | 'damaged'>;

/** What gives a record; a measurement keeps its few in memory. */
export type RecordReader = Pick<RecordStore, 'read'> & Partial<Pick<RecordStore, 'view'> & PlacedRecords>;

/** Where the parts of an example lie. */
export interface ExampleStores {
  readonly sources: RecordReader;
  readonly records: ReadonlyMap<LpmFeatures, RecordReader>;
  /** For images that are the same every epoch, once they are made: those of one LPM's statistics. */
  readonly memory?: MemoryHolder;
  /** For batches that take a while to put together, where all parts lie on the disk. */
  readonly threads?: BatchThreads;
}

/** Bytes of a record that are quicker copied by the thread that has them than told to another. */
const smallRecord = 32_768;

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
  const memory = readOnce ? undefined : stores.memory;
  const sides = readsImage(config) ? new SideImages(config, statistics, memory) : null;
  const threads = threadsFor(stores, config, kind, sides !== null);
  const batches = new Batches(config, threads !== undefined);
  const kept = memory === undefined ? null : new KeptBatches(config, memory);
  const parts: Parts = {
    ...{ config, inputSize, statistics, sides, kind, records, keyOf, readOnce },
    sources: stores.sources,
  };
  const shown = new WeakMap<BatchInputs, SharedBatch>();
  const sharedOf = (inputs: BatchInputs, batch: number): SharedBatch => {
    const known = shown.get(inputs);
    if (known !== undefined) return known;
    const made = sharedBatch(parts, inputs, batch);
    shown.set(inputs, made);
    return made;
  };
  return {
    labels: target.labelsOf(images, reading),
    imageSize: sides === null ? null : { height: inputSize, width: inputSize },
    load: async (indices, augmentations, isAskedAgain = false) => {
      const examples = indices.map((index) => images[index] as Example);
      const name = isAskedAgain ? examples.map(keyOf).join(' ') : '';
      const there = isAskedAgain ? kept?.get(name, indices.length) : undefined;
      if (there !== undefined) return there;
      const inputs = batches.take(indices.length);
      const isKept = isAskedAgain && kept?.hasRoomFor(inputs) === true;
      if (threads === undefined || !(await threads.areThere())) {
        await fillHere(parts, examples, augmentations, inputs, isKept);
      } else await fillInThreads(parts, threads, examples, augmentations, sharedOf(inputs, examples.length), isKept);
      // Room may have gone to somebody else meanwhile; then the images are held as those of other batches, where they fit.
      if (isKept && kept?.keep(name, inputs) === true) batches.forget(inputs);
      return inputs;
    },
    release: (inputs) => batches.giveBack(inputs),
  };
}

/** What a batch is put together from. */
interface Parts {
  readonly config: NetworkConfig;
  readonly inputSize: number;
  readonly statistics: ChannelStatistics;
  readonly sides: SideImages | null;
  readonly kind: LpmFeatures | undefined;
  readonly records: RecordReader | undefined;
  readonly sources: RecordReader;
  readonly keyOf: (example: Example) => string;
  readonly readOnce: boolean;
}

/** The threads, where they can read all parts of an example and save more than asking them costs. */
function threadsFor(
  { threads, sources, records }: ExampleStores,
  config: NetworkConfig,
  kind: LpmFeatures | undefined,
  readsSides: boolean,
): BatchThreads | undefined {
  const store = kind === undefined ? undefined : records.get(kind);
  const arePlaced = (store === undefined || isPlaced(store)) && (!readsSides || isPlaced(sources));
  const recordBytes = kind === undefined ? 0 : bytesIn(featureKinds[kind].blocks(config, 1));
  return arePlaced && (readsSides || recordBytes > smallRecord) ? threads : undefined;
}

function isPlaced(store: RecordReader): store is RecordReader & PlacedRecords {
  return store.placeOf !== undefined;
}

/** Puts a batch together in this thread. */
async function fillHere(
  { config, inputSize, sides, kind, records, sources, keyOf, readOnce }: Parts,
  examples: readonly Example[],
  augmentations: readonly (Augmentation | null)[],
  inputs: BatchInputs,
  isKept: boolean,
): Promise<void> {
  const bytesFrom = (store: RecordReader, name: string, example: Example): Promise<Uint8Array> => {
    const key = keyOf(example);
    return readOnce || store.view === undefined ? store.read(name, key) : store.view(name, key);
  };
  if (kind !== undefined && records !== undefined) {
    const blocks = featureKinds[kind].blocks(config, examples.length);
    const found = await Promise.all(examples.map((example) => bytesFrom(records, kind, example)));
    found.forEach((record, b) => {
      writeRecord(blocks, record, inputs, b);
    });
  }
  const { image } = inputs;
  if (sides === null || image?.dtype !== 'float32') return;
  for (const [b, example] of examples.entries()) {
    const change = augmentations[b] ?? null;
    const key = keyOf(example);
    if (sides.writeHeld(key, change, image.data, b)) continue;
    const source = samplesOf(await bytesFrom(sources, imageKind, example), inputSize);
    sides.write(source, change, image.data, b);
    if (!isKept) sides.hold(key, change, image.data, b);
    // An image takes a millisecond, a batch of them many: calls of the window are answered in between.
    await nextTurn();
  }
}

/** What threads are shown of a batch. */
function sharedBatch(
  { config, inputSize, statistics, sides, kind }: Parts,
  inputs: BatchInputs,
  batch: number,
): SharedBatch {
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, bytesOf(tensor)])),
    image: inputs['image']?.dtype === 'float32' ? inputs['image'].data : null,
    blocks: kind === undefined ? [] : featureKinds[kind].blocks(config, batch),
    kind: sides === null ? null : { side: config.sideSize, channels: config.lpm.channels, statistics, inputSize },
  };
}

/** Has threads put a batch together from what lies on the disk. */
async function fillInThreads(
  { sides, kind, records, sources, keyOf }: Parts,
  threads: BatchThreads,
  examples: readonly Example[],
  augmentations: readonly (Augmentation | null)[],
  shared: SharedBatch,
  isKept: boolean,
): Promise<void> {
  const { image } = shared;
  const placed = (store: RecordReader | undefined): PlacedRecords => store as RecordReader & PlacedRecords;
  const rows = examples.map((example, row): BatchRow => {
    const key = keyOf(example);
    const change = augmentations[row] ?? null;
    const isImageWanted = sides !== null && image !== null && !sides.writeHeld(key, change, image, row);
    return {
      ...{ row, change },
      record: kind === undefined ? null : placed(records).placeOf(kind, key),
      source: isImageWanted ? placed(sources).placeOf(imageKind, key) : null,
    };
  });
  const found = await threads.fill(shared, rows);
  const namesOf = (row: number): readonly (readonly ['record' | 'source', PlacedRecords, RecordName])[] => {
    const key = keyOf(examples[row] as Example);
    return [
      ...(kind === undefined ? [] : [['record', placed(records), { kind, key }] as const]),
      ...(rows[row]?.source == null ? [] : [['source', placed(sources), { kind: imageKind, key }] as const]),
    ];
  };
  const damaged = new Map(found.map(({ row, of, what }) => [`${row} ${of}`, what]));
  for (const { row, source, change } of rows) {
    for (const [of, store, name] of namesOf(row)) {
      const what = damaged.get(`${row} ${of}`);
      if (what !== undefined) throw store.damaged(what, name);
      store.verified(name);
    }
    if (source !== null && image !== null && !isKept) sides?.hold(keyOf(examples[row] as Example), change, image, row);
  }
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

  write(source: Samples, change: Augmentation | null, batch: Float32Array, b: number): void {
    this.#maker.write(source, change, batch, b * this.#size);
  }

  /** Holds what was written as example `b`, where nothing changed it and there is room. */
  hold(key: string, change: Augmentation | null, batch: Float32Array, b: number): void {
    if (change !== null || this.#memory?.hasRoomFor(4 * this.#size) !== true) return;
    this.#memory.keep(`${this.#name} ${key}`, batch.slice(b * this.#size, (b + 1) * this.#size));
  }
}

/** Whole batches that are asked for again every epoch: those of validation. */
class KeptBatches {
  readonly #config: NetworkConfig;
  readonly #memory: MemoryHolder;

  constructor(config: NetworkConfig, memory: MemoryHolder) {
    this.#config = config;
    this.#memory = memory;
  }

  /** The batch of `size` examples that was kept under this name. */
  get(name: string, size: number): BatchInputs | undefined {
    const inputs = Object.entries(storedInputs(this.#config, size));
    const tensors = inputs.map(([input, { shape, dtype }]) => {
      return [input, { dtype, shape, data: this.#memory.get(this.#nameOf(name, input)) }] as const;
    });
    if (tensors.some(([, { data }]) => data === undefined)) return undefined;
    return Object.fromEntries(tensors) as unknown as BatchInputs;
  }

  hasRoomFor(inputs: BatchInputs): boolean {
    return this.#memory.hasRoomFor(Object.values(inputs).reduce((bytes, { data }) => bytes + data.byteLength, 0));
  }

  /** Keeps a batch, which nobody changes from now on. */
  keep(name: string, inputs: BatchInputs): boolean {
    return this.#memory.keepAll(Object.entries(inputs).map(([input, { data }]) => [this.#nameOf(name, input), data]));
  }

  #nameOf(name: string, input: string): string {
    return `batch ${this.#config.method} ${this.#config.keptAs ?? ''} ${input} ${name}`;
  }
}

/** Tensors of batches, used again when whoever asked for them has given them back. */
class Batches {
  readonly #config: NetworkConfig;
  readonly #isShared: boolean;
  readonly #lent = new WeakMap<BatchInputs, number>();
  readonly #free = new Map<number, BatchInputs[]>();

  /** @param isShared whether other threads write to them */
  constructor(config: NetworkConfig, isShared: boolean) {
    this.#config = config;
    this.#isShared = isShared;
  }

  take(size: number): BatchInputs {
    const memoryOf = this.#isShared ? (bytes: number) => new SharedArrayBuffer(bytes) : undefined;
    const inputs = this.#free.get(size)?.pop() ?? emptyInputs(this.#config, size, memoryOf);
    this.#lent.set(inputs, size);
    return inputs;
  }

  /** A batch that is not lent any longer, since it is kept as it is. */
  forget(inputs: BatchInputs): void {
    this.#lent.delete(inputs);
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
