/** Which of several questions was asked last. The answer to an earlier one may come after it, and what the user chose meanwhile counts. */
export class Turns {
  #newest = 0;

  /** Takes the next turn. What it gives says whether it still is the newest: true until another one is taken. */
  take(): () => boolean {
    this.#newest += 1;
    const own = this.#newest;
    return () => own === this.#newest;
  }
}
