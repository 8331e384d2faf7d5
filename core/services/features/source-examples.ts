/** Batches for the side network, put together from what is on the disk. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invariant } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { ChannelStatistics, VersionImage } from '../../contract/index.ts';
import type { RecordStore } from '../../features/index.ts';
import {
  adjustBrightness,
  adjustContrast,
  cropResizeBilinear,
  flipHorizontal,
  type GreyOrColourImage,
  normalise,
  resizeBilinear,
} from '../../images/index.ts';
import { type NetworkConfig, trainingMethods } from '../../models/index.ts';
import type { Augmentation } from '../../training/augment.ts';
import type { BatchInputs, ExampleSource } from '../../training/loop.ts';
import { readSource } from '../pixels/source-images.ts';
import { imageKey } from '../records/record-stores.ts';
import { classTokenKind, keysValuesKind } from './source-features.ts';

/** What gives a record; a measurement keeps its few in memory. */
export type RecordReader = Pick<RecordStore, 'read'>;

/** Where the parts of an example lie. */
export interface ExampleStores {
  readonly sources: RecordReader;
  readonly keysValues: RecordReader | null;
  readonly classTokens: RecordReader | null;
}

/** The side network's image [3, s, s] of a source image: cut and changed as `augmentation` says, resized, normalised. */
export function sideImage(
  source: GreyOrColourImage,
  side: number,
  statistics: ChannelStatistics,
  augmentation: Augmentation | null,
): Float32Array {
  if (augmentation === null) return normalise(resizeBilinear(source, side, side), statistics.mean, statistics.std);
  let image = cropResizeBilinear(source, augmentation.crop, side, side);
  if (augmentation.flip) image = flipHorizontal(image);
  const { brightness, contrast, brightnessFirst } = augmentation;
  image = brightnessFirst
    ? adjustContrast(adjustBrightness(image, brightness), contrast)
    : adjustBrightness(adjustContrast(image, contrast), brightness);
  return normalise(image, statistics.mean, statistics.std);
}

/** An image with its class. */
export type Example = Pick<VersionImage, 'instanceId' | 'frame' | 'classIndex'>;

/** The examples `images`, loaded batch by batch. */
export function exampleSource(
  stores: ExampleStores,
  config: NetworkConfig,
  images: readonly Example[],
  options: { readonly inputSize: number; readonly statistics: ChannelStatistics },
): ExampleSource {
  const { inputSize, statistics } = options;
  return {
    labels: Int32Array.from(images, (image) => image.classIndex),
    imageSize: config.method === 'linear' ? null : { height: inputSize, width: inputSize },
    load: async (indices, augmentations) => {
      const batch = indices.map((i) => images[i] as Example);
      if (config.method === 'linear') return await loadClassTokens(stores, config, batch);
      const sides: Float32Array[] = [];
      for (const [b, image] of batch.entries()) {
        const source = await readSource(stores.sources, inputSize, image);
        sides.push(sideImage(source, config.sideSize, statistics, augmentations[b] ?? null));
        // An image takes milliseconds, a batch of them a fifth of a second: calls of the window are answered in between.
        await nextTurn();
      }
      if (config.method === 'side-only' || config.method === 'full') return { image: stackImages(config, sides) };
      const kept = await Promise.all(batch.map((image) => readRecord(stores.keysValues, keysValuesKind, image)));
      return { image: stackImages(config, sides), ...stackKeysValues(config, kept) };
    },
  };
}

async function readRecord(store: RecordReader | null, kind: string, image: Example): Promise<Uint8Array> {
  invariant(store !== null, `examples: the store of ${kind} is not open`);
  return await store.read(kind, imageKey(image.instanceId, image.frame));
}

async function loadClassTokens(
  stores: ExampleStores,
  config: NetworkConfig,
  images: readonly Example[],
): Promise<BatchInputs> {
  const width = config.lpm.width;
  const data = new Float32Array(images.length * width);
  const records = await Promise.all(images.map((image) => readRecord(stores.classTokens, classTokenKind, image)));
  records.forEach((bytes, b) => {
    data.set(new Float32Array(bytes.buffer, bytes.byteOffset, width), b * width);
  });
  return { class_token: float32([images.length, width], data) };
}

/** One batch tensor [B, 3, s, s]. */
export function stackImages(config: NetworkConfig, images: readonly Float32Array[]): Tensor {
  const size = config.lpm.channels * config.sideSize ** 2;
  const data = new Float32Array(images.length * size);
  images.forEach((image, b) => {
    data.set(image, b * size);
  });
  return float32([images.length, config.lpm.channels, config.sideSize, config.sideSize], data);
}

/** Batch tensors [L, B, H, T, d] of records that hold keys [L, H, T, d] and then values. */
export function stackKeysValues(
  config: NetworkConfig,
  records: readonly Uint8Array[],
): { keys: Tensor; values: Tensor } {
  const batch = records.length;
  const shape = trainingMethods[config.method].inputs(config, batch)['keys']?.shape ?? [];
  const block = config.tokens * config.lpm.width;
  const total = config.layers * block;
  const keys = new Uint16Array(batch * total);
  const values = new Uint16Array(batch * total);
  records.forEach((bytes, b) => {
    const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    invariant(bits.length === 2 * total, `examples: a record has ${bits.length} numbers instead of ${2 * total}`);
    for (let l = 0; l < config.layers; l++) {
      const to = (l * batch + b) * block;
      keys.set(bits.subarray(l * block, (l + 1) * block), to);
      values.set(bits.subarray(total + l * block, total + (l + 1) * block), to);
    }
  });
  return { keys: { dtype: 'float16', shape, data: keys }, values: { dtype: 'float16', shape, data: values } };
}
