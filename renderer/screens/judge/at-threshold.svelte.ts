/** The figures at a threshold: where the slider stands, at which prevalence, and what the core says of it. */
import type { CallInput, JudgeLevel, OperatingPointView } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';

/** The figures at a threshold, with the prevalence that they were asked at. */
export type AskedPoint = OperatingPointView & { readonly prevalence: number };

/** What the figures are of. */
interface Judged {
  readonly report: object | null;
  readonly level: JudgeLevel;
  readonly classIndex: number;
  readonly where: Omit<CallInput<'judge.atThreshold'>, 'classIndex' | 'threshold' | 'prevalence'>;
  /** Says of the evaluation that is open now whether it still is. */
  readonly isStillOpen: () => boolean;
}

export class AtThreshold {
  readonly #judge: Judged;
  #cutAt = $state<number | null>(null);
  #prevalence = $state(0.1);
  #point = $state.raw<AskedPoint | null>(null);
  #isAsking = false;
  #isStale = false;

  constructor(judge: Judged) {
    this.#judge = judge;
  }

  /** The threshold; null for the decisions that the model itself makes. */
  get cutAt(): number | null {
    return this.#cutAt;
  }
  get prevalence(): number {
    return this.#prevalence;
  }
  get point(): AskedPoint | null {
    return this.#point;
  }

  /** Puts the slider somewhere without asking: there may be nothing to ask of yet. */
  put(threshold: number | null): void {
    this.#cutAt = threshold;
  }

  /** Figures of one evaluation must not stand under the name of another. */
  forget(): void {
    this.#point = null;
  }

  async move(value: number): Promise<void> {
    this.#cutAt = Math.min(1, Math.max(0, value));
    await this.ask();
  }

  async setPrevalence(percent: number): Promise<void> {
    if (!Number.isFinite(percent)) return;
    this.#prevalence = Math.min(0.9999, Math.max(0.0001, percent / 100));
    await this.ask();
  }

  /** Asks for what stands there now; calls that cannot keep up with the slider are skipped, the last one never. */
  async ask(): Promise<void> {
    if (this.#judge.report === null) return;
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#askOnce();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const { isStillOpen, where, classIndex, level } = this.#judge;
    const { cutAt: threshold, prevalence } = this;
    try {
      const point = await call('judge.atThreshold', { ...where, classIndex, threshold, prevalence });
      if (isStillOpen() && level === this.#judge.level) this.#point = { ...point, prevalence };
    } catch (thrown) {
      // What is asked by now is asked all the same: figures of an earlier question would stand there for good.
      if (this.#isStale) return;
      if (isStillOpen()) this.#point = null;
      throw thrown;
    }
  }
}
