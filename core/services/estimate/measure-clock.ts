/** What a watched training loop says about the time of its parts. */

/** Times of a training loop. The first epoch warms up: all that it says is how long its first step took. */
export class EpochClock {
  /** Seconds of steps whose batch was loaded during the step before; where an epoch has one step, of that. */
  readonly steps: number[] = [];
  /** Seconds of each epoch's first step, whose batch nothing overlapped. */
  readonly firstSteps: number[] = [];
  readonly validations: number[] = [];
  warmUp = 0;
  epochs = 0;
  readonly #begun: number;
  #last: number;
  #stepsOfEpoch = 0;

  constructor(now: number) {
    this.#begun = now;
    this.#last = now;
  }

  get seconds(): number {
    return (this.#last - this.#begun) / 1000;
  }

  step(now: number): void {
    const time = this.#since(now);
    const isFirst = this.#stepsOfEpoch++ === 0;
    if (this.epochs === 0) {
      if (isFirst) this.warmUp = time;
      return;
    }
    (isFirst ? this.firstSteps : this.steps).push(time);
  }

  epoch(now: number): void {
    const time = this.#since(now);
    if (this.epochs > 0) {
      this.validations.push(time);
      if (this.#stepsOfEpoch === 1) this.steps.push(this.firstSteps.at(-1) ?? 0);
    }
    this.epochs++;
    this.#stepsOfEpoch = 0;
  }

  #since(now: number): number {
    const time = (now - this.#last) / 1000;
    this.#last = now;
    return time;
  }
}
