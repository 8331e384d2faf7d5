/**
 * The batches of a training: what is random in one is drawn from the run's seed and its place, so that it can be put together at any time, and is
 * while the engine computes the one before it.
 */
import { Random } from '../base/random.ts';
import { float32, type Shape, sizeOf } from '../base/tensor.ts';
import type { Inputs } from '../engine/types.ts';
import type { Labels, Target } from '../targets/index.ts';
import { type Augmentation, drawAugmentation, drawDropoutMask } from './augment.ts';
import { epochBatches, stepsPerEpoch } from './sampler.ts';

/** Named tensors of one batch: `image`, `keys`, `values` or `class_token`, as the method needs. */
export type BatchInputs = Inputs;

/** Labelled examples that can be loaded by index. */
export interface ExampleSource {
  /** The label of each example as the target has it, [n, labelWidth]. */
  readonly labels: Labels;
  /** The size of the images that crops are drawn from; null where the method reads no image. */
  readonly imageSize: { readonly height: number; readonly width: number } | null;
  /**
   * One batch; an augmentation of null leaves the image as it is. A batch that `isAskedAgain`, the same next epoch, may be kept as it is.
   */
  load(
    indices: readonly number[],
    augmentations: readonly (Augmentation | null)[],
    isAskedAgain?: boolean,
  ): Promise<BatchInputs>;
  /** Takes back what `load` gave, when nobody reads it any longer: a later batch may be put together in the same memory. */
  release?(inputs: BatchInputs): void;
}

/** What a step reads, and what is called when it has been made. */
export interface LoadedBatch {
  readonly inputs: BatchInputs;
  release(): void;
}

/** What batches depend on besides their examples. */
interface BatchSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly flip: boolean;
  readonly augment: boolean;
}

interface BatchNetwork {
  readonly classes: number;
  readonly target: Pick<Target, 'labelTensors'>;
  readonly dropoutShape: Shape | null;
}

export class TrainingBatches {
  /** Steps of an epoch. */
  readonly perEpoch: number;
  readonly #network: BatchNetwork;
  readonly #settings: BatchSettings;
  readonly #source: ExampleSource;
  readonly #examples: number;
  readonly #random: Random;
  /** Dropout masks that nobody reads any longer. */
  readonly #masks: Float32Array[] = [];
  #order: { readonly epoch: number; readonly batches: readonly (readonly number[])[] } | null = null;
  #ahead: { readonly epoch: number; readonly b: number; readonly batch: Promise<LoadedBatch> } | null = null;

  /** @param examples how many the source has */
  constructor(network: BatchNetwork, settings: BatchSettings, source: ExampleSource, examples: number) {
    this.#network = network;
    this.#settings = settings;
    this.#source = source;
    this.#examples = examples;
    this.#random = Random.seeded(settings.seed).fork('training');
    this.perEpoch = stepsPerEpoch(examples, settings.batch);
  }

  /** Batch `b` of an epoch; the one that is being prepared, where it is that one. */
  async take(epoch: number, b: number): Promise<LoadedBatch> {
    const ahead = this.#ahead;
    if (ahead?.epoch !== epoch || ahead.b !== b) {
      // An epoch that is made again begins anew.
      await this.end();
      return await this.#load(epoch, b);
    }
    this.#ahead = null;
    return await ahead.batch;
  }

  /** Has a batch put together meanwhile, where there is one; after the last of an epoch comes the first of the next. */
  prepare(epoch: number, b: number): void {
    const [nextEpoch, next] = b < this.perEpoch ? [epoch, b] : [epoch + 1, 0];
    if (nextEpoch >= this.#settings.epochs) return;
    this.#ahead = { epoch: nextEpoch, b: next, batch: awaitedLater(this.#load(nextEpoch, next)) };
  }

  /** Lets go of what was prepared and is not wanted, once it is there. */
  async end(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = null;
    await ahead?.batch.then(
      ({ release }) => release(),
      () => {}, // What is not wanted need not be there.
    );
  }

  async #load(epoch: number, b: number): Promise<LoadedBatch> {
    const { flip, augment } = this.#settings;
    const { target, classes, dropoutShape } = this.#network;
    const source = this.#source;
    const size = source.imageSize;
    const indices = this.#indicesOf(epoch, b);
    const augmentations = indices.map((i) =>
      size === null || !augment
        ? null
        : drawAugmentation(this.#random.fork(`augment ${epoch} ${i}`), size.height, size.width, { flip }),
    );
    const loading = awaitedLater(source.load(indices, augmentations));
    const labels = target.labelTensors(source.labels, indices, classes);
    if (dropoutShape === null) {
      const inputs = await loading;
      return { inputs: { ...inputs, ...labels }, release: () => source.release?.(inputs) };
    }
    const mask = this.#masks.pop() ?? new Float32Array(sizeOf(dropoutShape));
    drawDropoutMask(this.#random.fork(`dropout ${epoch} ${b}`), mask);
    const inputs = await loading;
    return {
      inputs: { ...inputs, ...labels, dropout_mask: float32(dropoutShape, mask) },
      release: () => {
        source.release?.(inputs);
        this.#masks.push(mask);
      },
    };
  }

  #indicesOf(epoch: number, b: number): readonly number[] {
    if (this.#order?.epoch !== epoch) {
      this.#order = { epoch, batches: epochBatches(this.#random, epoch, this.#examples, this.#settings.batch) };
    }
    return this.#order.batches[b] ?? [];
  }
}

/** A promise that is reported when it is awaited; until then it does not count as unhandled. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
