/**
 * A thread that is asked: it keeps the process alive while somebody waits for its answer or for its end, and not while it is idle.
 *
 * It knows nothing of how a thread is started; node's `Worker` is one.
 */
import { type AnswerMessage, Caller, type CallTable, type NewsHandlers } from './channel.ts';

/** What is asked of a thread's handle. */
export interface Thread {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: AnswerMessage) => void): unknown;
  on(event: 'error', listener: (thrown: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export class ThreadCaller<C extends CallTable<C>, N> {
  readonly #thread: Thread;
  readonly #caller: Caller<C, N>;
  #asked = 0;
  #isEnding = false;

  /** @param failure the error of calls under way when the thread ends by itself: by what it threw, or by its exit */
  constructor(
    thread: Thread,
    news: NewsHandlers<N>,
    failure: (ended: { thrown: unknown } | { exit: number }) => Error,
  ) {
    this.#thread = thread;
    this.#caller = new Caller((message) => thread.postMessage(message), news);
    thread.on('message', (message) => this.#caller.receive(message));
    thread.on('error', (thrown) => this.#caller.end(failure({ thrown })));
    thread.on('exit', (exit) => this.#caller.end(failure({ exit })));
    thread.unref();
  }

  /** Whether it can be asked. */
  get isOpen(): boolean {
    return this.#caller.isOpen;
  }

  /** The reply to one request. Throws what the thread threw, or the error of its end where that came first. */
  async call<K extends keyof C & string>(call: K, input: C[K]['input']): Promise<C[K]['output']> {
    if (this.#asked++ === 0) this.#thread.ref();
    try {
      return await this.#caller.call(call, input);
    } finally {
      // Let go while it ends, the thread would leave whoever waits for that in a process that has nothing more to do and ends first.
      if (--this.#asked === 0 && !this.#isEnding) this.#thread.unref();
    }
  }

  /** Ends the thread; what it was asked fails with `error`. Resolves when the thread is gone, and the system has closed what it had opened. */
  async end(error: Error): Promise<void> {
    this.#isEnding = true;
    this.#caller.end(error);
    await this.#thread.terminate();
  }
}
