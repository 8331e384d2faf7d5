/**
 * How much of what lies on the disk may stay in memory, for all stores of a session together.
 *
 * A training reads the same records every epoch. The system keeps files in memory, too, but reading them again copies them and makes garbage
 * of as many bytes a step; what is held here is read once.
 */

/** Bytes that may be held, by all leases together. */
export class MemoryBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** A share of the budget that is given back as a whole. */
  lease(): MemoryLease {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#left) return false;
        this.#left -= bytes;
        taken += bytes;
        return true;
      },
      end: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}

export interface MemoryLease {
  /** Whether so many bytes may be held; if so, they are counted until the lease ends. */
  take(bytes: number): boolean;
  end(): void;
}
