/** The cases that Judge lists: those of a cell of the confusion matrix, or the mistakes, with what they were asked by. */
import type { CallInput, JudgedCase, JudgeLevel } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import type { CaseChoice } from '../../app/navigation.svelte.ts';
import { Turns } from '../../app/turns.ts';

const casesAtOnce = 24;

export type CasesAsked = Omit<CallInput<'judge.cases'>, 'offset' | 'limit'> & { readonly level: JudgeLevel };

/** Cases with what they were asked by, so that what is opened, or listed behind them, is of the same list whatever was chosen since. */
interface Listed {
  readonly asked: CasesAsked;
  readonly choice: CaseChoice;
  readonly total: number;
  readonly cases: readonly JudgedCase[];
}

/** What the cases are of. */
interface Judged {
  readonly report: object | null;
  readonly classes: readonly string[];
  readonly classIndex: number;
  readonly where: Omit<CasesAsked, 'classIndex' | 'threshold'>;
  readonly cutAt: number | null;
}

export class ListedCases {
  readonly #judge: Judged;
  #choice = $state.raw<CaseChoice>({ kind: 'mistakes' });
  #listed = $state.raw<Listed | null>(null);
  readonly #listing = new Turns();

  constructor(judge: Judged) {
    this.#judge = judge;
  }

  get choice(): CaseChoice {
    return this.#choice;
  }
  get listed(): Listed | null {
    return this.#listed;
  }

  /** Chooses without listing: there may be nothing to list yet. */
  choose(choice: CaseChoice): void {
    this.#choice = choice;
  }

  /** Lists nothing; cases that are on their way are of something else. */
  forget(): void {
    this.#listing.take();
    this.#listed = null;
  }

  /** Lists the first cases, at least up to the one at `position`. */
  async load(position = 0): Promise<void> {
    if (this.#judge.report === null) return;
    const isNewest = this.#listing.take();
    const asked = this.#asking();
    const choice = this.#choice;
    const limit = Math.max(casesAtOnce, Math.min(200, position + 1));
    const found = await call('judge.cases', { ...asked, offset: 0, limit });
    // Other cases were asked for meanwhile; a slow answer must not stand under their name.
    if (isNewest()) this.#listed = { asked, choice, ...found };
  }

  /** Lists more of the same cases. */
  async more(): Promise<void> {
    const listed = this.#listed;
    if (listed === null) return;
    const { asked, cases } = listed;
    const next = await call('judge.cases', { ...asked, offset: cases.length, limit: casesAtOnce });
    // Others are listed by now, or these were listed by another press of the button.
    if (listed === this.#listed) this.#listed = { ...listed, total: next.total, cases: [...cases, ...next.cases] };
  }

  /** What cases are asked by, as it is chosen now. */
  #asking(): CasesAsked {
    const choice = this.#choice;
    const { where, classes, classIndex, cutAt } = this.#judge;
    return {
      ...where,
      classIndex,
      threshold: classes.length === 2 ? cutAt : null,
      ...(choice.kind === 'mistakes' ? { isWrong: true } : { truth: choice.truth, decision: choice.decision }),
    };
  }
}
