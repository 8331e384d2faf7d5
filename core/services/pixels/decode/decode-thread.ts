/** One life of a decode thread: one request at a time, each with a limit for reading its file and one for decoding its frame. */
import { AppError, toError } from '../../../base/errors.ts';
import { ThreadCaller } from '../../../base/thread.ts';
import { startThread } from '../../threads/start.ts';
import type { DecodeCalls, DecodeNews, DecodeThreadData } from './messages.ts';

export interface DecodeLimits {
  /** How long one frame may take to decode, in milliseconds; reading the file is not counted. */
  readonly frameLimitMs: number;
  /** How long reading the file may take; a network drive that stalls ends here. */
  readonly readLimitMs: number;
}

export class DecodeThread {
  readonly #caller: ThreadCaller<DecodeCalls, DecodeNews>;
  readonly #limits: DecodeLimits;
  #timer: NodeJS.Timeout | undefined;
  #isOutgrown = false;

  constructor(limits: DecodeLimits, data: DecodeThreadData) {
    this.#limits = limits;
    const worker = startThread(new URL('./decode-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    const news = {
      started: () => this.#limit(limits.frameLimitMs, 'Decoding the frame', 'DICOM_DECODE_FAILED'),
      outgrown: () => {
        this.#isOutgrown = true;
      },
    };
    // An error is an out-of-memory of the thread, or a bug.
    this.#caller = new ThreadCaller(worker, news, (ended) => {
      const what =
        'thrown' in ended ? `crashed on this frame: ${toError(ended.thrown).message}` : 'ended on this frame';
      return new AppError('DICOM_DECODE_FAILED', `The decoder ${what}.`);
    });
  }

  /** Whether it can take a further request. */
  get isUsable(): boolean {
    return this.#caller.isOpen && !this.#isOutgrown;
  }

  /**
   * The reply to one request; past a limit the thread is ended.
   * @throws FILE_UNREADABLE, DICOM_DECODE_FAILED past a limit; else as reading and decoding do
   */
  async ask<K extends keyof DecodeCalls>(want: K, input: DecodeCalls[K]['input']): Promise<DecodeCalls[K]['output']> {
    this.#limit(this.#limits.readLimitMs, 'Reading the file', 'FILE_UNREADABLE');
    try {
      return await this.#caller.call(want, input);
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** Ends the thread; what it was asked fails with `error`. Resolves when the thread is gone. */
  async end(error: Error): Promise<void> {
    await this.#caller.end(error);
  }

  #limit(ms: number, what: string, code: 'FILE_UNREADABLE' | 'DICOM_DECODE_FAILED'): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.end(new AppError(code, `${what} took longer than ${ms / 1000} s.`));
    }, ms);
  }
}
