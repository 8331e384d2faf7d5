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
import { type LpmFeatures, type NetworkConfig, readsImage } from '../../models/index.ts';
import type { LabelReading, Target, Truth } from '../../targets/index.ts';
import type { Augmentation } from '../../training/augment.ts';
import type { ExampleSource } from '../../training/loop.ts';
import { readSource } from '../pixels/source-images.ts';
import { imageKey } from '../records/record-stores.ts';
import { featureKinds, featuresOf } from './feature-kinds.ts';

/** What gives a record; a measurement keeps its few in memory. */
export type RecordReader = Pick<RecordStore, 'read'>;

/** Where the parts of an example lie. */
export interface ExampleStores {
  readonly sources: RecordReader;
  readonly records: ReadonlyMap<LpmFeatures, RecordReader>;
}

/** The network's own image [C, s, s] of a source image: cut and changed as `augmentation` says, resized, normalised. */
export function sideImage(
  { lpm, sideSize: side }: Pick<NetworkConfig, 'lpm' | 'sideSize'>,
  source: GreyOrColourImage,
  statistics: ChannelStatistics,
  augmentation: Augmentation | null,
): Float32Array {
  const normalised = (image: GreyOrColourImage): Float32Array =>
    normalise(image, statistics.mean, statistics.std, lpm.channels);
  if (augmentation === null) return normalised(resizeBilinear(source, side, side));
  let image = cropResizeBilinear(source, augmentation.crop, side, side);
  if (augmentation.flip) image = flipHorizontal(image);
  const { brightness, contrast, brightnessFirst } = augmentation;
  image = brightnessFirst
    ? adjustContrast(adjustBrightness(image, brightness), contrast)
    : adjustBrightness(adjustContrast(image, contrast), brightness);
  return normalised(image);
}

/** An image with what is true of it. */
export type Example = Pick<VersionImage, 'instanceId' | 'frame'> & Truth;

/** The examples `images`, loaded batch by batch; their labels are for those who learn or validate. */
export function exampleSource(
  stores: ExampleStores,
  config: NetworkConfig,
  images: readonly Example[],
  options: {
    readonly inputSize: number;
    readonly statistics: ChannelStatistics;
    readonly target: Pick<Target, 'labelsOf'>;
    readonly reading: LabelReading;
  },
): ExampleSource {
  const { inputSize, statistics, target, reading } = options;
  return {
    labels: target.labelsOf(images, reading),
    imageSize: readsImage(config) ? { height: inputSize, width: inputSize } : null,
    load: async (indices, augmentations) => {
      const batch = indices.map((i) => images[i] as Example);
      const inputs: Record<string, Tensor> = {};
      if (readsImage(config)) {
        const sides: Float32Array[] = [];
        for (const [b, image] of batch.entries()) {
          const source = await readSource(stores.sources, inputSize, image);
          sides.push(sideImage(config, source, statistics, augmentations[b] ?? null));
          // An image takes milliseconds, a batch of them a fifth of a second: calls of the window are answered in between.
          await nextTurn();
        }
        inputs['image'] = stackImages(config, sides);
      }
      for (const kind of featuresOf(config.method)) {
        const records = await Promise.all(batch.map((image) => readRecord(stores.records.get(kind), kind, image)));
        Object.assign(inputs, featureKinds[kind].inputs(config, records));
      }
      return inputs;
    },
  };
}

async function readRecord(store: RecordReader | undefined, kind: LpmFeatures, image: Example): Promise<Uint8Array> {
  invariant(store !== undefined, `examples: the store of ${kind} is not open`);
  return await store.read(kind, imageKey(image.instanceId, image.frame));
}

/** One batch tensor [B, C, s, s]. */
export function stackImages(config: NetworkConfig, images: readonly Float32Array[]): Tensor {
  const size = config.lpm.channels * config.sideSize ** 2;
  const data = new Float32Array(images.length * size);
  images.forEach((image, b) => {
    data.set(image, b * size);
  });
  return float32([images.length, config.lpm.channels, config.sideSize, config.sideSize], data);
}
