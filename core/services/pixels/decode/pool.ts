/**
 * Decoding in threads that may be lost: a frame that takes longer than its limit costs its thread, never the program.
 *
 * Requests wait in line for one of `workers` threads. Threads start when first needed and are replaced after a time-out or a crash.
 */
import { Worker } from 'node:worker_threads';
import { AppError, deserialiseError, toError } from '../../../base/errors.ts';
import type { DecodedFrame, RenderedImage } from '../../../dicom/index.ts';
import type { Fit } from '../fit.ts';
import type { DecodeReply, DecodeRequest } from './messages.ts';

export interface DecodePoolOptions {
  readonly workers?: number;
  /** How long one frame may take to decode, in milliseconds; reading the file is not counted. */
  readonly frameLimitMs?: number;
  /** How long reading the file may take; a network drive that stalls ends here. */
  readonly readLimitMs?: number;
}

export interface DecodePool {
  /**
   * The float image that the model sees, of frame `frame` (from 0) of a file or of its bytes, in the size of `fit` or as it is.
   * Throws as `renderFrame` does.
   */
  renderFrame(source: string | Uint8Array, frame: number, fit?: Fit): Promise<RenderedImage>;
  /** The frame's samples as stored, before any look-up table. */
  decodeFrame(source: string | Uint8Array, frame: number): Promise<DecodedFrame>;
  /** Ends the threads; requests in work fail with CANCELLED. */
  close(): Promise<void>;
}

interface Task {
  readonly request: DecodeRequest;
  readonly resolve: (reply: DecodeReply) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  worker: Worker | undefined;
  task: Task | undefined;
  timer: NodeJS.Timeout | undefined;
}

const defaultFrameLimitMs = 5_000;
const defaultReadLimitMs = 60_000;

/** A pool of decode threads; none is started yet. Close it when the work is done, or the process stays alive. */
export function openDecodePool(options: DecodePoolOptions = {}): DecodePool {
  const frameLimitMs = options.frameLimitMs ?? defaultFrameLimitMs;
  const readLimitMs = options.readLimitMs ?? defaultReadLimitMs;
  const slots = Array.from(
    { length: options.workers ?? 1 },
    (): Slot => ({ worker: undefined, task: undefined, timer: undefined }),
  );
  const waiting: Task[] = [];
  let isClosed = false;

  const next = (): void => {
    for (const slot of slots) {
      if (slot.task !== undefined) continue;
      const task = waiting.shift();
      if (task === undefined) return;
      begin(slot, task);
    }
  };

  const begin = (slot: Slot, task: Task): void => {
    slot.task = task;
    slot.worker ??= start(slot);
    slot.worker.ref();
    limit(slot, readLimitMs, `Reading the file took longer than ${readLimitMs / 1000} s.`, 'FILE_UNREADABLE');
    slot.worker.postMessage(task.request);
  };

  const start = (slot: Slot): Worker => {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    worker.on('message', (reply: DecodeReply) => {
      if (slot.worker !== worker) return;
      if (reply.kind === 'started') {
        limit(
          slot,
          frameLimitMs,
          `Decoding the frame took longer than ${frameLimitMs / 1000} s.`,
          'DICOM_DECODE_FAILED',
        );
      } else {
        finish(slot, (task) => task.resolve(reply));
      }
    });
    // An out-of-memory of the thread, or a bug.
    worker.on('error', (thrown) => {
      lose(
        slot,
        worker,
        new AppError('DICOM_DECODE_FAILED', `The decoder crashed on this frame: ${toError(thrown).message}.`),
      );
    });
    worker.on('exit', () =>
      lose(slot, worker, new AppError('DICOM_DECODE_FAILED', 'The decoder ended on this frame.')),
    );
    return worker;
  };

  const limit = (slot: Slot, ms: number, message: string, code: 'FILE_UNREADABLE' | 'DICOM_DECODE_FAILED'): void => {
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => {
      const { worker } = slot;
      if (worker === undefined) return;
      lose(slot, worker, new AppError(code, message));
      void worker.terminate();
    }, ms);
  };

  const lose = (slot: Slot, worker: Worker, error: Error): void => {
    if (slot.worker !== worker) return;
    slot.worker = undefined;
    finish(slot, (task) => task.reject(error));
  };

  const finish = (slot: Slot, settle: (task: Task) => void): void => {
    clearTimeout(slot.timer);
    const { task } = slot;
    slot.task = undefined;
    slot.worker?.unref();
    if (task !== undefined) settle(task);
    next();
  };

  const ask = (request: DecodeRequest): Promise<DecodeReply> => {
    if (isClosed) return Promise.reject(new AppError('CANCELLED', 'The decoders have been closed.'));
    return new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      next();
    });
  };

  return {
    renderFrame: async (source, frame, fit) => {
      const reply = await ask({ source, frame, want: 'image', fit });
      if (reply.kind === 'rendered') return reply.image;
      throw failureOf(reply);
    },
    decodeFrame: async (source, frame) => {
      const reply = await ask({ source, frame, want: 'samples', fit: undefined });
      if (reply.kind === 'decoded') return reply.decoded;
      throw failureOf(reply);
    },
    close: async () => {
      isClosed = true;
      const stopped = new AppError('CANCELLED', 'The decoders have been closed.');
      for (const task of waiting.splice(0)) task.reject(stopped);
      const workers = slots.flatMap(({ worker }) => (worker === undefined ? [] : [worker]));
      for (const slot of slots) if (slot.worker !== undefined) lose(slot, slot.worker, stopped);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function failureOf(reply: DecodeReply): Error {
  return reply.kind === 'failed' ? deserialiseError(reply.error) : new Error(`unexpected reply ${reply.kind}`);
}
