/** The evaluations that Judge started and that have not ended. */
import type { EvaluationPart, StudyPooling } from '../../../core/contract/index.ts';
import { jobs } from '../../app/jobs.svelte.ts';

/** What is evaluated, and who is told. */
interface Judged {
  readonly split: EvaluationPart;
  readonly pooling: StudyPooling;
  /** Called when one of the evaluations has succeeded. */
  evaluated(): Promise<void>;
}

export class Evaluations {
  readonly #judge: Judged;
  #jobIds = $state.raw<readonly number[]>([]);
  #isOrdering = $state(false);

  constructor(judge: Judged) {
    this.#judge = judge;
  }

  get isUnderWay(): boolean {
    return this.#isOrdering || this.#jobIds.some((id) => jobs.byId(id)?.isStoppable === true);
  }
  /** Whether every one that was started has succeeded. */
  get areDone(): boolean {
    return this.#jobIds.length === 0;
  }

  /** Evaluates models on the split shown. */
  async order(names: readonly string[]): Promise<void> {
    // A second press before the first has its answer would look at the cases twice.
    if (this.#isOrdering) return;
    this.#isOrdering = true;
    try {
      await this.#orderEach(names);
    } finally {
      this.#isOrdering = false;
    }
  }

  async #orderEach(names: readonly string[]): Promise<void> {
    // As they were when the button was pressed: each look at test cases counts, and nobody asked for one who chose them meanwhile.
    const { split, pooling: studyPooling } = this.#judge;
    for (const model of names) {
      const job = await jobs.start({ kind: 'evaluate', options: { model, split, studyPooling } });
      this.#jobIds = [...this.#jobIds, job.id];
      // A quick one has ended by now, and its end was told before anybody waited for it.
      const { id, state } = jobs.newest(job);
      await this.hear(id, state);
    }
  }

  /** Hears a change of a job. */
  async hear(id: number, state: string): Promise<void> {
    if (!this.#jobIds.includes(id) || state !== 'succeeded') return;
    this.#jobIds = this.#jobIds.filter((known) => known !== id);
    await this.#judge.evaluated();
  }
}
