/**
 * What a session keeps in memory. It belongs to one opened library and ends with it, so nothing of it stands in a module: two libraries
 * of one process share nothing, and a library that is opened again where another lay starts with nothing of the other's.
 */

/** A store in memory: its name, how an empty one is made, and when it is emptied. */
export interface SessionCache<T> {
  readonly name: string;
  /**
   * `change`: derived from what the library holds, so it goes when a patient is deleted. `close`: what work under way needs, such as
   * files that are open; it stays as long as the library is open.
   */
  readonly until: 'change' | 'close';
  make(): T;
}

/** The stores of one session. Each is made when first asked for. */
export class SessionCaches {
  readonly #stores = new Map<SessionCache<unknown>, unknown>();

  /** The session's store of this kind, the same until it is emptied. */
  of<T>(cache: SessionCache<T>): T {
    // The key made the value: the types of the two belong together, which a map of many kinds cannot say.
    if (this.#stores.has(cache)) return this.#stores.get(cache) as T;
    const store = cache.make();
    this.#stores.set(cache, store);
    return store;
  }

  /** Empties one store. */
  forget<T>(cache: SessionCache<T>): void {
    this.#stores.delete(cache);
  }

  /** Empties what is derived from the library's content. For whoever takes something out of it. */
  libraryChanged(): void {
    for (const cache of this.#stores.keys()) if (cache.until === 'change') this.#stores.delete(cache);
  }

  /** Empties everything. For whoever closes the library. */
  clear(): void {
    this.#stores.clear();
  }
}

/** A map that forgets its oldest entry when it would hold more than `most`. */
export class NewestEntries<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) return;
      this.#entries.delete(oldest);
    }
  }
}
