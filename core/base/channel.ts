/**
 * One request/reply channel for every process and thread of ours: a `Caller` on the side that started the other, `answering` on the
 * other side. Requests carry an id, and their reply the same; errors travel with their code; what is told without being asked is news.
 *
 * It knows nothing of processes: whoever owns one hands in how a message is sent, gives every message that arrives to `receive`, and
 * says with `end` when and why the other side is gone. A Caller lives as long as what it speaks to; a successor gets one of its own.
 */
import { deserialiseError, invariant, type SerialisedError, serialiseError } from './errors.ts';

/** What a caller sends. */
export interface CallMessage {
  readonly id: number;
  readonly call: string;
  readonly input: unknown;
}

/** What an answering side sends. */
export type AnswerMessage =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: SerialisedError }
  | { readonly news: string; readonly payload: unknown };

/** Calls by name: what goes in, what comes back. */
export type CallTable<C> = { readonly [K in keyof C]: { readonly input: unknown; readonly output: unknown } };

/** What is done on news, by name; `N` says what each carries. */
export type NewsHandlers<N> = { readonly [K in keyof N & string]: (payload: N[K]) => void };

/** A handler for each call. */
export type CallHandlers<C extends CallTable<C>> = {
  readonly [K in keyof C & string]: (input: C[K]['input']) => C[K]['output'] | Promise<C[K]['output']>;
};

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The asking side, for one life of the other. */
export class Caller<C extends CallTable<C>, N> {
  readonly #post: (message: CallMessage) => void;
  readonly #news: NewsHandlers<N>;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #end: Error | undefined;

  constructor(post: (message: CallMessage) => void, news: NewsHandlers<N>) {
    this.#post = post;
    this.#news = news;
  }

  /** Whether the other side is there, as far as is known. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** The reply to one request. Throws what the other side threw, or the error of its end where that came first. */
  call<K extends keyof C & string>(call: K, input: C[K]['input']): Promise<C[K]['output']> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#post({ id, call, input });
      } catch (thrown) {
        // What cannot be sent, such as a function, never arrives.
        this.#waiting.delete(id);
        reject(thrown as Error);
      }
    });
  }

  /** Takes what arrived, last news after the end too. A reply that nobody waits for any more is dropped. */
  receive(message: AnswerMessage): void {
    if ('news' in message) {
      const tell = this.#news[message.news as keyof N & string];
      tell(message.payload as never);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.value as never);
    else waiting?.reject(deserialiseError(message.error));
  }

  /** The other side is gone: what waits, and whatever is asked from now on, fails with `error`. Only the first end counts. */
  end(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The answering side: takes what arrived and resolves when the reply is posted. It never rejects for what a handler throws. */
export function answering<C extends CallTable<C>>(
  handlers: CallHandlers<C>,
  post: (message: AnswerMessage) => void,
): (message: CallMessage) => Promise<void> {
  return async ({ id, call, input }) => {
    try {
      invariant(Object.hasOwn(handlers, call), `a call "${call}" that this side does not know`);
      // The table pairs each call with its own input; TypeScript cannot follow that pairing through an index.
      const handler = handlers[call as keyof C & string] as (input: unknown) => unknown;
      post({ id, ok: true, value: await handler(input) });
    } catch (thrown) {
      post({ id, ok: false, error: serialiseError(thrown) });
    }
  };
}

/** Tells news of the table `N`. */
export function telling<N>(
  post: (message: AnswerMessage) => void,
): <K extends keyof N & string>(news: K, payload: N[K]) => void {
  return (news, payload) => post({ news, payload });
}
