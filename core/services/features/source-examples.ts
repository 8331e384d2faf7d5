/** Batches for the side network, put together from what is on the disk. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { ChannelStatistics, VersionImage } from '../../contract/index.ts';
import { bytesIn } from '../../disk/index.ts';
import type { StoredRows, StoredTensor } from '../../engine/index.ts';
import type { MemoryHolder, RecordName, RecordStore } from '../../features/index.ts';
import { type GreyOrColourImage, type Samples, SideImageMaker } from '../../images/index.ts';
import { type LpmFeatures, type NetworkConfig, readsImage, storedInputs } from '../../models/index.ts';
import type { LabelReading, Target, Truth } from '../../targets/index.ts';
import type { Augmentation } from '../../training/augment.ts';
import type { BatchInputs, ExampleSource } from '../../training/loop.ts';
import { imageKind, samplesOf } from '../pixels/source-images.ts';
import { imageKey } from '../records/record-stores.ts';
import { Batches, KeptBatches, type OwnInputs, type OwnInputsOf } from './batch-memory.ts';
import type { BatchThreads } from './batches/batch-threads.ts';
import type { BatchRow, SharedBatch } from './batches/messages.ts';
import { bytesOf, featureKinds, featuresOf, writeRecord } from './feature-kinds.ts';
import { quickPasses } from './side-images/simd-passes.ts';

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
  /** Whether the engine that is given the batches reads stored inputs itself (`Engine.readsStored`); not where left out. */
  readonly doesEngineRead?: () => Promise<boolean>;
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
  const { inputSize, target, reading } = options;
  let loading: Promise<BatchLoader> | undefined;
  let loaded: BatchLoader | undefined;
  return {
    labels: target.labelsOf(images, reading),
    imageSize: readsImage(config) ? { height: inputSize, width: inputSize } : null,
    load: async (indices, augmentations, isAskedAgain = false) => {
      loading ??= BatchLoader.of(stores, config, options);
      loaded ??= await loading;
      return await loaded.load(
        indices.map((index) => images[index] as Example),
        augmentations,
        isAskedAgain,
      );
    },
    release: (inputs) => loaded?.release(inputs),
  };
}

const keyOf = ({ instanceId, frame }: Example): string => imageKey(instanceId, frame);

/** Puts batches together, or names to the engine what it reads itself. */
class BatchLoader {
  readonly #parts: Parts;
  readonly #named: NamedRecords | null;
  readonly #threads: BatchThreads | undefined;
  readonly #batches: Batches;
  readonly #kept: KeptBatches | null;
  readonly #shown = new WeakMap<OwnInputs, SharedBatch>();
  /** What was put together here of a batch that was given. */
  readonly #own = new WeakMap<BatchInputs, OwnInputs>();

  constructor(stores: ExampleStores, config: NetworkConfig, options: ExampleOptions, doesEngineRead: boolean) {
    const { inputSize, statistics, readOnce = false } = options;
    const [kind] = featuresOf(config.method);
    const records = kind === undefined ? undefined : stores.records.get(kind);
    invariant(kind === undefined || records !== undefined, `examples: the store of ${kind} is not open`);
    const memory = readOnce ? undefined : stores.memory;
    const sides = readsImage(config) ? new SideImages(config, statistics, memory) : null;
    const isLarge = kind !== undefined && bytesIn(featureKinds[kind].blocks(config, 1)) > smallRecord;
    const areNamed = doesEngineRead && isLarge && records !== undefined && isPlaced(records);
    this.#named = areNamed ? new NamedRecords(config, kind, records) : null;
    this.#parts = {
      ...{ config, inputSize, statistics, sides, readOnce },
      ...(areNamed ? { kind: undefined, records: undefined } : { kind, records }),
      sources: stores.sources,
    };
    const arePlaced =
      (areNamed || records === undefined || isPlaced(records)) && (sides === null || isPlaced(stores.sources));
    this.#threads = arePlaced && (sides !== null || (isLarge && !areNamed)) ? stores.threads : undefined;
    const inputsOf: OwnInputsOf = (size) =>
      Object.fromEntries(
        Object.entries(storedInputs(config, size)).filter(([name]) => this.#named?.fills(name) !== true),
      );
    this.#batches = new Batches(inputsOf, this.#threads !== undefined);
    this.#kept = memory === undefined ? null : new KeptBatches(config, inputsOf, memory);
  }

  static async of(stores: ExampleStores, config: NetworkConfig, options: ExampleOptions): Promise<BatchLoader> {
    return new BatchLoader(stores, config, options, (await stores.doesEngineRead?.()) === true);
  }

  async load(
    examples: readonly Example[],
    augmentations: readonly (Augmentation | null)[],
    isAskedAgain: boolean,
  ): Promise<BatchInputs> {
    const named = this.#named?.inputsOf(examples) ?? {};
    const own = await this.#ownInputs(examples, augmentations, isAskedAgain);
    const inputs = { ...own, ...named };
    this.#own.set(inputs, own);
    return inputs;
  }

  release(inputs: BatchInputs): void {
    const own = this.#own.get(inputs);
    if (own !== undefined) this.#batches.giveBack(own);
  }

  async #ownInputs(
    examples: readonly Example[],
    augmentations: readonly (Augmentation | null)[],
    isAskedAgain: boolean,
  ): Promise<OwnInputs> {
    const [parts, threads, batches, kept] = [this.#parts, this.#threads, this.#batches, this.#kept];
    const name = isAskedAgain ? examples.map(keyOf).join(' ') : '';
    const there = isAskedAgain ? kept?.get(name, examples.length) : undefined;
    if (there !== undefined) return there;
    const inputs = batches.take(examples.length);
    const isKept = isAskedAgain && kept?.hasRoomFor(inputs) === true;
    if (threads === undefined || !(await threads.areThere())) {
      await fillHere(parts, examples, augmentations, inputs, isKept);
    } else
      await fillInThreads(parts, threads, examples, augmentations, this.#sharedOf(inputs, examples.length), isKept);
    // Room may have gone to somebody else meanwhile; then the images are held as those of other batches, where they fit.
    if (isKept && kept?.keep(name, inputs) === true) batches.forget(inputs);
    return inputs;
  }

  #sharedOf(inputs: OwnInputs, batch: number): SharedBatch {
    const known = this.#shown.get(inputs);
    if (known !== undefined) return known;
    const made = sharedBatch(this.#parts, inputs, batch);
    this.#shown.set(inputs, made);
    return made;
  }
}

/** Records that are not read here: the engine is told where they lie. */
class NamedRecords {
  readonly #config: NetworkConfig;
  readonly #kind: LpmFeatures;
  readonly #records: PlacedRecords;
  readonly #filled: ReadonlySet<string>;

  constructor(config: NetworkConfig, kind: LpmFeatures, records: PlacedRecords) {
    this.#filled = new Set(featureKinds[kind].blocks(config, 1).map(({ input }) => input));
    this.#config = config;
    this.#kind = kind;
    this.#records = records;
  }

  /** Whether records are what an input is filled with. */
  fills(input: string): boolean {
    return this.#filled.has(input);
  }

  /** @throws FEATURES_DAMAGED where a record is not there */
  inputsOf(examples: readonly Example[]): Readonly<Record<string, StoredTensor>> {
    const [kind, records] = [this.#kind, this.#records];
    const names = examples.map((example): RecordName => ({ kind, key: keyOf(example) }));
    const rows = names.map(({ key }) => records.placeOf(kind, key));
    const stored: StoredRows = {
      blocks: featureKinds[kind].blocks(this.#config, examples.length),
      rows,
      verified: () => {
        for (const [row, place] of rows.entries()) records.verified(names[row] as RecordName, place);
      },
      damaged: (row, what) => records.damaged(what, names[row] as RecordName),
    };
    const inputs = Object.entries(storedInputs(this.#config, examples.length)).filter(([name]) => this.fills(name));
    return Object.fromEntries(inputs.map(([name, { dtype, shape }]) => [name, { dtype, shape, stored }]));
  }
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
  readonly readOnce: boolean;
}

function isPlaced(store: RecordReader): store is RecordReader & PlacedRecords {
  return store.placeOf !== undefined;
}

/** Puts a batch together in this thread. */
async function fillHere(
  { config, inputSize, sides, kind, records, sources, readOnce }: Parts,
  examples: readonly Example[],
  augmentations: readonly (Augmentation | null)[],
  inputs: OwnInputs,
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
  inputs: OwnInputs,
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
  { sides, kind, records, sources }: Parts,
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
  const damaged = new Map(found.map(({ row, of, what }) => [`${row} ${of}`, what]));
  const settle = (row: number, of: 'record' | 'source', store: PlacedRecords, name: RecordName): void => {
    const [what, place] = [damaged.get(`${row} ${of}`), rows[row]?.[of]];
    if (what !== undefined) throw store.damaged(what, name);
    if (place != null) store.verified(name, place);
  };
  for (const { row, source, change } of rows) {
    const key = keyOf(examples[row] as Example);
    if (kind !== undefined) settle(row, 'record', placed(records), { kind, key });
    if (source !== null) settle(row, 'source', placed(sources), { kind: imageKind, key });
    if (source !== null && image !== null && !isKept) sides?.hold(keyOf(examples[row] as Example), change, image, row);
  }
}

/** Side images in their places in a batch; those that nothing changes are held, for they are the same every epoch. */
class SideImages {
  readonly #newMaker: () => SideImageMaker;
  #maker: SideImageMaker | undefined;
  readonly #size: number;
  readonly #name: string;
  readonly #memory: MemoryHolder | undefined;

  constructor({ lpm, sideSize }: NetworkConfig, statistics: ChannelStatistics, memory: MemoryHolder | undefined) {
    this.#newMaker = () => new SideImageMaker(sideSize, lpm.channels, statistics, quickPasses());
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
    this.#maker ??= this.#newMaker();
    this.#maker.write(source, change, batch, b * this.#size);
  }

  /** Holds what was written as example `b`, where nothing changed it and there is room. */
  hold(key: string, change: Augmentation | null, batch: Float32Array, b: number): void {
    if (change !== null || this.#memory?.hasRoomFor(4 * this.#size) !== true) return;
    this.#memory.keep(`${this.#name} ${key}`, batch.slice(b * this.#size, (b + 1) * this.#size));
  }
}
