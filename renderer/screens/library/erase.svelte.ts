/** What the question before patients or studies are deleted knows: whom it is about, what would go, and what was answered so far. */
import type { StudyId } from '../../../core/contract/index.ts';
import type { ErasureExtent, ErasurePlan } from '../../../core/contract/results/erasure.ts';
import type { backupTreatments } from '../../../core/contract/results/maintenance.ts';
import { call } from '../../app/client.ts';
import { jobs } from '../../app/jobs.svelte.ts';
import { Turns } from '../../app/turns.ts';

export class EraseState {
  #isOpen = $state(false);
  #chosen = $state.raw<readonly StudyId[]>([]);
  #plan = $state.raw<ErasurePlan | null>(null);
  #hasOthers = $state(false);
  extent = $state<ErasureExtent>('patients');
  backups = $state<(typeof backupTreatments)[number]>('rewrite');
  /** The number of patients, typed where there are several. */
  typed = $state('');
  readonly #asked = new Turns();

  get isOpen(): boolean {
    return this.#isOpen;
  }
  /** Closed, nothing that is on its way is of interest any more, nor that it failed. */
  set isOpen(isOpen: boolean) {
    if (!isOpen) this.#asked.take();
    this.#isOpen = isOpen;
  }
  get chosen(): readonly StudyId[] {
    return this.#chosen;
  }
  /** What goes and stays; null until it is listed. */
  get plan(): ErasurePlan | null {
    return this.#plan;
  }
  /** Whether the patients have studies besides those that were chosen. */
  get hasOthers(): boolean {
    return this.#hasOthers;
  }
  /** What was listed for another answer is not what would go. */
  get isListed(): boolean {
    return this.#plan !== null && this.#plan.extent === this.extent;
  }
  get isConfirmed(): boolean {
    const plan = this.#plan;
    return plan !== null && (plan.patients === 1 || this.typed.trim() === String(plan.patients));
  }

  /** Opens the question about some studies, once what would go is listed; who asks about others meanwhile is answered about those alone. */
  async ask(ids: readonly StudyId[]): Promise<void> {
    const isNewest = this.#asked.take();
    this.#chosen = ids;
    this.extent = 'patients';
    this.backups = 'rewrite';
    try {
      await this.#look(isNewest);
      if (isNewest()) this.#hasOthers = (this.#plan?.studies.length ?? 0) > ids.length;
    } catch {
      // With all studies of their patients they may be more than go at once.
      this.extent = 'studies';
      await this.#look(isNewest);
      if (isNewest()) this.#hasOthers = false;
    }
    if (isNewest()) this.#isOpen = this.#plan !== null;
  }

  /** Lists what goes by the answers as they are now. */
  async look(): Promise<void> {
    await this.#look(this.#asked.take());
  }

  async remove(): Promise<void> {
    const plan = this.#plan;
    if (plan === null || !this.isListed) return;
    const studies = plan.studies.map(({ id, mark }) => ({ id, mark }));
    this.isOpen = false;
    await jobs.start({ kind: 'erase', options: { studies, backups: this.backups } });
  }

  /** What comes late for another answer, or about others, is dropped, and so is its failure. */
  async #look(isNewest: () => boolean): Promise<void> {
    this.#plan = null;
    this.typed = '';
    try {
      const plan = await call('studies.deletion', { studyIds: [...this.#chosen], extent: this.extent });
      if (isNewest()) this.#plan = plan;
    } catch (thrown) {
      if (isNewest()) throw thrown;
    }
  }
}
