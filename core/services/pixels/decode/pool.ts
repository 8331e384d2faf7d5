/**
 * Decoding in threads that may be lost: a frame that takes longer than its limit costs its thread, never the program.
 *
 * Requests wait in line for one of `workers` threads. Threads start when first needed and are replaced after a time-out, a crash, or
 * when their memory has grown too large.
 */
import { AppError } from '../../../base/errors.ts';
import type { DecodedFrame, RenderedImage } from '../../../dicom/index.ts';
import type { Fit } from '../fit.ts';
import { type DecodeLimits, DecodeThread } from './decode-thread.ts';
import type { DecodeCalls, DecodeThreadData } from './messages.ts';

export interface DecodePoolOptions extends Partial<DecodeLimits>, Partial<DecodeThreadData> {
  readonly workers?: number;
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

/** A place for a thread. */
interface Slot {
  thread: DecodeThread | undefined;
}

interface WaitingForSlot {
  readonly resolve: (slot: Slot) => void;
  readonly reject: (error: Error) => void;
}

const defaultFrameLimitMs = 5_000;
const defaultReadLimitMs = 60_000;
const defaultHeapLimitBytes = 512 * 1024 * 1024;

/** A pool of decode threads; none is started yet. Close it when the work is done, or the process stays alive. */
export function openDecodePool(options: DecodePoolOptions = {}): DecodePool {
  const limits: DecodeLimits = {
    frameLimitMs: options.frameLimitMs ?? defaultFrameLimitMs,
    readLimitMs: options.readLimitMs ?? defaultReadLimitMs,
  };
  const data: DecodeThreadData = { heapLimitBytes: options.heapLimitBytes ?? defaultHeapLimitBytes };
  const slots = Array.from({ length: options.workers ?? 1 }, (): Slot => ({ thread: undefined }));
  const free = [...slots];
  const waiting: WaitingForSlot[] = [];
  let isClosed = false;
  const closed = (): AppError => new AppError('CANCELLED', 'The decoders have been closed.');

  const takeSlot = (): Promise<Slot> => {
    if (isClosed) return Promise.reject(closed());
    const slot = free.shift();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  };

  const giveBack = (slot: Slot): void => {
    const next = waiting.shift();
    if (next === undefined) free.unshift(slot);
    else next.resolve(slot);
  };

  const ask = async <K extends keyof DecodeCalls>(
    want: K,
    input: DecodeCalls[K]['input'],
  ): Promise<DecodeCalls[K]['output']> => {
    const slot = await takeSlot();
    try {
      if (isClosed) throw closed();
      // One that ended while it was idle is no use either.
      if (slot.thread?.isUsable !== true) slot.thread = new DecodeThread(limits, data);
      return await slot.thread.ask(want, input);
    } finally {
      if (slot.thread?.isUsable === false) {
        void slot.thread.end(closed());
        slot.thread = undefined;
      }
      giveBack(slot);
    }
  };

  return {
    renderFrame: (source, frame, fit) => ask('image', { source, frame, fit }),
    decodeFrame: (source, frame) => ask('samples', { source, frame }),
    close: async () => {
      isClosed = true;
      for (const { reject } of waiting.splice(0)) reject(closed());
      await Promise.all(slots.map(({ thread }) => thread?.end(closed())));
    },
  };
}
