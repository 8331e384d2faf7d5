/**
 * Time left, as a person can read it: from the speed of the last half minute, counting down with the clock and drifting
 * towards what the speed says, so that one slow image does not make it jump.
 */

/** Seconds over which the speed, and what is shown, follow a change. */
const followSeconds = 30;
/** Nothing is said earlier: the first images of a stage include what is only done once. */
const quietSeconds = 2;

export class TimeLeft {
  #rate: number | null = null;
  #done = 0;
  #at: number;
  readonly #startedAt: number;
  #shown: number | null = null;
  #shownAt = 0;

  /** @param now seconds of a clock that does not go back */
  constructor(now: number) {
    this.#at = now;
    this.#startedAt = now;
  }

  /** Notes that `done` of `total` are done. */
  update(done: number, total: number | null, now: number): void {
    const elapsed = now - this.#at;
    if (done > this.#done && elapsed > 0) {
      const speed = (done - this.#done) / elapsed;
      const weight = 1 - Math.exp(-elapsed / followSeconds);
      // At the beginning the mean since the start is the better guess.
      const mean = done / Math.max(1e-6, now - this.#startedAt);
      const early = now - this.#startedAt < followSeconds;
      this.#rate = this.#rate === null || early ? mean : this.#rate + weight * (speed - this.#rate);
      this.#done = done;
      this.#at = now;
    }
    if (total === null || this.#rate === null || now - this.#startedAt < quietSeconds) return;
    const raw = Math.max(0, total - done) / this.#rate;
    if (this.#shown === null || done >= total) this.#shown = raw;
    else {
      const passed = now - this.#shownAt;
      const counted = Math.max(0, this.#shown - passed);
      this.#shown = counted + (1 - Math.exp(-passed / (followSeconds / 3))) * (raw - counted);
    }
    this.#shownAt = now;
  }

  /** Seconds left at `now`, or null as long as nobody can tell. */
  at(now: number): number | null {
    return this.#shown === null ? null : Math.max(0, this.#shown - (now - this.#shownAt));
  }
}
