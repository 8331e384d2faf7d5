/** One life of a decode thread: one request at a time, each with a limit for reading its file and one for decoding its frame. */
import { Worker } from 'node:worker_threads';
import { type AnswerMessage, Caller } from '../../../base/channel.ts';
import { AppError, toError } from '../../../base/errors.ts';
import type { DecodeCalls, DecodeNews, DecodeThreadData } from './messages.ts';

export interface DecodeLimits {
  /** How long one frame may take to decode, in milliseconds; reading the file is not counted. */
  readonly frameLimitMs: number;
  /** How long reading the file may take; a network drive that stalls ends here. */
  readonly readLimitMs: number;
}

export class DecodeThread {
  readonly #worker: Worker;
  readonly #caller: Caller<DecodeCalls, DecodeNews>;
  readonly #limits: DecodeLimits;
  #timer: NodeJS.Timeout | undefined;
  #isOutgrown = false;

  constructor(limits: DecodeLimits, data: DecodeThreadData) {
    this.#limits = limits;
    this.#worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    this.#caller = new Caller((message) => this.#worker.postMessage(message), {
      started: () => this.#limit(limits.frameLimitMs, 'Decoding the frame', 'DICOM_DECODE_FAILED'),
      outgrown: () => {
        this.#isOutgrown = true;
      },
    });
    this.#worker.on('message', (message: AnswerMessage) => this.#caller.receive(message));
    // An out-of-memory of the thread, or a bug.
    this.#worker.on('error', (thrown) => {
      const message = `The decoder crashed on this frame: ${toError(thrown).message}.`;
      this.#caller.end(new AppError('DICOM_DECODE_FAILED', message));
    });
    this.#worker.on('exit', () => {
      this.#caller.end(new AppError('DICOM_DECODE_FAILED', 'The decoder ended on this frame.'));
    });
  }

  /** Whether it can take a further request. */
  get isUsable(): boolean {
    return this.#caller.isOpen && !this.#isOutgrown;
  }

  /**
   * The reply to one request; past a limit the thread is ended. An idle thread does not keep the process alive.
   * @throws FILE_UNREADABLE, DICOM_DECODE_FAILED past a limit; else as reading and decoding do
   */
  async ask<K extends keyof DecodeCalls>(want: K, input: DecodeCalls[K]['input']): Promise<DecodeCalls[K]['output']> {
    this.#worker.ref();
    this.#limit(this.#limits.readLimitMs, 'Reading the file', 'FILE_UNREADABLE');
    try {
      return await this.#caller.call(want, input);
    } finally {
      clearTimeout(this.#timer);
      this.#worker.unref();
    }
  }

  /** Ends the thread; what it was asked fails with `error`. Resolves when the thread is gone. */
  async end(error: Error): Promise<void> {
    this.#caller.end(error);
    await this.#worker.terminate();
  }

  #limit(ms: number, what: string, code: 'FILE_UNREADABLE' | 'DICOM_DECODE_FAILED'): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.end(new AppError(code, `${what} took longer than ${ms / 1000} s.`));
    }, ms);
  }
}
