/** Plays the frames of a stack one after the other, round and round. */

/** Frames a second where neither the file nor the reader says otherwise. */
export const usualRate = 10;
export const slowestRate = 1;
export const fastestRate = 60;

/** What is played: it goes to the next frame, and says whether it did. A picture that is still on its way is waited for. */
export interface Playable {
  readonly count: number;
  readonly isLoading: boolean;
  playNext(): void;
}

export class Cine {
  readonly #stack: Playable;
  #timer = $state.raw<ReturnType<typeof setInterval> | null>(null);
  #rate = $state(usualRate);

  constructor(stack: Playable) {
    this.#stack = stack;
  }

  get isPlaying(): boolean {
    return this.#timer !== null;
  }
  /** Frames a second while it plays. */
  get rate(): number {
    return this.#rate;
  }

  /** Plays at a rate, within what a screen shows; false where there is nothing to play. */
  play(rate: number): boolean {
    this.pause();
    if (this.#stack.count < 2) return false;
    this.#rate = playableRate(rate);
    this.#timer = setInterval(() => {
      // No frame is skipped: on a slow machine it plays slower.
      if (!this.#stack.isLoading) this.#stack.playNext();
    }, 1000 / this.#rate);
    return true;
  }

  pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** The rate nearest to the one given at which a stack is played. */
export function playableRate(rate: number): number {
  return Math.min(fastestRate, Math.max(slowestRate, Number.isFinite(rate) ? rate : usualRate));
}
