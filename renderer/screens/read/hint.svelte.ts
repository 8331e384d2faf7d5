/** A short word at the images about a key that could do nothing: pressed, understood, and why nothing happened. */
const shownMs = 4000;

export class Hint {
  #text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** '' while there is nothing to say. */
  get text(): string {
    return this.#text;
  }

  say(text: string): void {
    clearTimeout(this.#timer);
    this.#text = text;
    this.#timer = setTimeout(() => this.clear(), shownMs);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#text = '';
  }
}
