/**
 * How much of what lies on the disk may stay in memory, for all stores of a session together.
 *
 * A training reads the same records every epoch. The system keeps files in memory, too, but reading them again copies them and makes garbage
 * of as many bytes a step; what is held here is read once.
 */

/** Bytes that may be held, by all holders together. */
export class MemoryBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** A new holder, which holds nothing yet. */
  holder(): MemoryHolder {
    return new MemoryHolder((bytes) => {
      if (bytes > this.#left) return false;
      this.#left -= bytes;
      return true;
    });
  }
}

/** Arrays by name that nobody changes, as many as its budget allows. */
export class MemoryHolder {
  readonly #held = new Map<string, ArrayBufferView>();
  readonly #take: (bytes: number) => boolean;
  #bytes = 0;

  /** @param take takes so many bytes of the budget, if they are left; a negative number gives them back */
  constructor(take: (bytes: number) => boolean) {
    this.#take = take;
  }

  /** What is held under a name; whoever asks knows what they kept there. */
  get<T extends ArrayBufferView>(name: string): T | undefined {
    return this.#held.get(name) as T | undefined;
  }

  /** Holds an array from now on, where the budget allows and nothing is held under its name. Gives whether it is. */
  keep(name: string, array: ArrayBufferView): boolean {
    return this.keepAll([[name, array]]);
  }

  /** Holds all of some arrays, or none. */
  keepAll(arrays: readonly (readonly [name: string, array: ArrayBufferView])[]): boolean {
    const bytes = arrays.reduce((sum, [, array]) => sum + array.byteLength, 0);
    if (arrays.some(([name]) => this.#held.has(name)) || !this.#take(bytes)) return false;
    for (const [name, array] of arrays) this.#held.set(name, array);
    this.#bytes += bytes;
    return true;
  }

  /** Whether so many bytes more could be held, for whoever would make an array only to keep it. */
  hasRoomFor(bytes: number): boolean {
    const is = this.#take(bytes);
    if (is) this.#take(-bytes);
    return is;
  }

  /** Lets go of everything and gives its bytes back. */
  end(): void {
    this.#held.clear();
    this.#take(-this.#bytes);
    this.#bytes = 0;
  }
}
