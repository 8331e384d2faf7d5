/** Batches of pictures, made by a worker thread while the engine computes. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Random } from '../core/base/random.ts';
import { kindNames } from './kinds.ts';
import { cellsAcross, makePicture } from './picture.ts';

export interface Batch {
  /** [batch, 3, size, size], normalised with mean 0.5 and deviation 0.5. */
  readonly pixels: Float32Array<ArrayBuffer>;
  readonly patchLabels: Float32Array<ArrayBuffer>;
  readonly cellLabels: Float32Array<ArrayBuffer>;
  readonly imageLabels: Float32Array<ArrayBuffer>;
  readonly slopes: Float32Array<ArrayBuffer>;
}

export interface BatchShape {
  readonly size: number;
  readonly patch: number;
  readonly batch: number;
  readonly seed: number;
}

/** Batch `number` of a seed: always the same pictures. */
export function makeBatch({ size, patch, batch, seed }: BatchShape, number: number): Batch {
  const patches = (size / patch) ** 2;
  const k = kindNames.length;
  const out = {
    pixels: new Float32Array(batch * 3 * size * size),
    patchLabels: new Float32Array(batch * patches * k),
    cellLabels: new Float32Array(batch * patches * cellsAcross ** 2 * k),
    imageLabels: new Float32Array(batch * k),
    slopes: new Float32Array(batch),
  };
  const random = Random.seeded(seed);
  for (let i = 0; i < batch; i++) {
    const picture = makePicture(size, patch, random.fork(`picture ${number * batch + i}`));
    out.pixels.set(
      picture.pixels.map((v) => 2 * v - 1),
      i * 3 * size * size,
    );
    out.patchLabels.set(picture.patchLabels, i * patches * k);
    out.cellLabels.set(picture.cellLabels, i * picture.cellLabels.length);
    out.imageLabels.set(picture.imageLabels, i * k);
    out.slopes[i] = picture.slope;
  }
  return out;
}

/** Serves batches in order of their numbers, a few ahead. */
export class BatchQueue {
  #worker: Worker;
  #waiting = new Map<number, (batch: Batch) => void>();
  #ready = new Map<number, Batch>();
  #failed: ((error: Error) => void)[] = [];

  constructor(shape: BatchShape, first: number, ahead = 4) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: { shape, first, ahead } });
    this.#worker.on('message', ({ number, batch }: { number: number; batch: Batch }) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (waiting) waiting(batch);
      else this.#ready.set(number, batch);
    });
    this.#worker.on('error', (error) => {
      for (const fail of this.#failed) fail(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** The batch of that number; numbers must be asked for in order. */
  next(number: number): Promise<Batch> {
    this.#worker.postMessage('one more');
    const ready = this.#ready.get(number);
    if (ready) {
      this.#ready.delete(number);
      return Promise.resolve(ready);
    }
    return new Promise((resolve, reject) => {
      this.#failed.push(reject);
      this.#waiting.set(number, (batch) => {
        this.#failed.pop();
        resolve(batch);
      });
    });
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const { shape, first, ahead } = workerData as { shape: BatchShape; first: number; ahead: number };
  let number = first;
  const serve = (): void => {
    const batch = makeBatch(shape, number);
    const buffers = Object.values(batch).map((array: Float32Array<ArrayBuffer>) => array.buffer);
    port.postMessage({ number, batch }, buffers);
    number += 1;
  };
  port.on('message', serve);
  for (let i = 0; i < ahead; i++) serve();
}
