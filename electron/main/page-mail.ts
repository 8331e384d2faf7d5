/** What waits for the page to ask: it hears nothing while it loads, and a crash can take it at any time. */
export class PageMail {
  #waiting: string[] | null = [];
  #isRecovered = false;
  readonly #tell: (paths: string[]) => void;

  /** @param tell hands files to a page that listens */
  constructor(tell: (paths: string[]) => void) {
    this.#tell = tell;
  }

  /** Files that the system asks to open: kept until a page asks, told at once to one that has. */
  open(paths: string[]): void {
    if (paths.length === 0) return;
    if (this.#waiting === null) this.#tell(paths);
    else this.#waiting.push(...paths);
  }

  /** The page crashed, and another is being loaded. */
  crashed(): void {
    this.#isRecovered = true;
    this.#waiting ??= [];
  }

  /** The files that waited; the page that asks listens from now on. */
  takeOpened(): string[] {
    const taken = this.#waiting ?? [];
    this.#waiting = null;
    return taken;
  }

  /** True once after a crash. */
  takeRecovered(): boolean {
    const taken = this.#isRecovered;
    this.#isRecovered = false;
    return taken;
  }
}
