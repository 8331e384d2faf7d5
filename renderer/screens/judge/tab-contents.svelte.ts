/** What the tabs beside the overview show: fetched when one is looked at, forgotten when what it was computed from has changed. */
import type { CallInput, ComparedModel, ModelCard, SubgroupView } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';

/** What the tabs are of. */
interface Judged {
  readonly model: string;
  readonly classIndex: number;
  readonly cutAt: number | null;
  readonly where: CallInput<'judge.compare'>;
  /** Says of the evaluation that is open now whether it still is. */
  readonly isStillOpen: () => boolean;
}

export class TabContents {
  readonly #judge: Judged;
  #compared = $state.raw<readonly ComparedModel[] | null>(null);
  #subgroups = $state.raw<readonly SubgroupView[] | null>(null);
  #card = $state.raw<ModelCard | null>(null);

  constructor(judge: Judged) {
    this.#judge = judge;
  }

  get compared(): readonly ComparedModel[] | null {
    return this.#compared;
  }
  get subgroups(): readonly SubgroupView[] | null {
    return this.#subgroups;
  }
  get card(): ModelCard | null {
    return this.#card;
  }

  forget(): void {
    this.#compared = null;
    this.#subgroups = null;
    this.#card = null;
  }

  forgetCompared(): void {
    this.#compared = null;
  }

  forgetSubgroups(): void {
    this.#subgroups = null;
  }

  async loadCompared(): Promise<void> {
    const compared = await this.#answerForNow(
      () => [this.#judge.where.level],
      () => call('judge.compare', this.#judge.where),
    );
    if (compared !== null) this.#compared = compared;
  }

  async loadSubgroups(): Promise<void> {
    const asked = () => ({ classIndex: this.#judge.classIndex, threshold: this.#judge.cutAt });
    const subgroups = await this.#answerForNow(
      () => [this.#judge.where.level, asked()],
      () => call('judge.subgroups', { ...this.#judge.where, ...asked() }),
    );
    if (subgroups !== null) this.#subgroups = subgroups;
  }

  async loadCard(): Promise<void> {
    const card = await this.#answerForNow(
      () => [],
      () => call('judge.card', { model: this.#judge.model }),
    );
    if (card !== null) this.#card = card;
  }

  /**
   * What `ask` gives for the choices as they are when it answers: headings name the class, threshold and level of now, and figures of
   * others must not stand under them. Null where another evaluation was opened meanwhile, which asks anew.
   */
  async #answerForNow<T>(choices: () => readonly unknown[], ask: () => Promise<T>): Promise<T | null> {
    const { isStillOpen } = this.#judge;
    for (;;) {
      const asked = JSON.stringify(choices());
      const answer = await ask();
      if (!isStillOpen()) return null;
      if (JSON.stringify(choices()) === asked) return answer;
    }
  }
}
