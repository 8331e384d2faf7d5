/** The page's wire to a core that answers when the test lets it, in the order that the test wants: what a slow machine does, made certain. */
import { connectPage, settled, tellPage } from './page-wire.ts';

interface Held {
  readonly name: string;
  readonly input: unknown;
  readonly reply: (reply: unknown) => void;
}

export class HeldWire {
  /** What is answered at once: a value, or what gives it of the input. */
  readonly #answers: Readonly<Record<string, unknown>>;
  readonly #held: Held[] = [];
  readonly #listeners: ReturnType<typeof connectPage>;
  /** Everything that was asked, in order. */
  readonly asked: { readonly name: string; readonly input: unknown }[] = [];

  constructor(answers: Readonly<Record<string, unknown>> = {}) {
    this.#answers = answers;
    this.#listeners = connectPage((name: string, input: unknown) => this.#invoke(name, input));
  }

  /** What was asked by one call, in order. */
  inputs(name: string): unknown[] {
    return this.asked.filter((one) => one.name === name).map(({ input }) => input);
  }

  /** How many calls of a name wait for their answer. */
  waiting(name: string): number {
    return this.#held.filter((one) => one.name === name).length;
  }

  /** Answers a call that waits, the oldest of its name where none is said, and lets the page take it in. */
  async answer(name: string, value: unknown, at = 0): Promise<void> {
    this.#take(name, at).reply({ ok: true, value: structuredClone(value) });
    await settled();
  }

  /** Lets a call that waits fail. */
  async fail(name: string, at = 0): Promise<void> {
    this.#take(name, at).reply({
      ok: false,
      error: { code: 'ENGINE_FAILED', message: `${name} failed.`, action: 'Try again.', retryable: true },
    });
    await settled();
  }

  /** Tells the page of an event, and lets it take it in. */
  async tell(name: string, payload: unknown): Promise<void> {
    tellPage(this.#listeners, name, payload);
    await settled();
  }

  #take(name: string, at: number): Held {
    const one = this.#held.filter((held) => held.name === name)[at];
    if (one === undefined)
      throw new Error(`Nobody waits for ${name}; waiting: ${this.#held.map((h) => h.name).join()}.`);
    this.#held.splice(this.#held.indexOf(one), 1);
    return one;
  }

  #invoke(name: string, input: unknown): Promise<unknown> {
    this.asked.push({ name, input });
    if (name in this.#answers) {
      const answer = this.#answers[name];
      const value = typeof answer === 'function' ? answer(input) : answer;
      return Promise.resolve({ ok: true, value: structuredClone(value) });
    }
    return new Promise((resolve) => this.#held.push({ name, input, reply: resolve }));
  }
}
