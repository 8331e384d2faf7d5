/**
 * The press on *Import*: before an import its folders are looked through for classes, which takes a minute where they are large. Whoever changes
 * something meanwhile and presses again has them looked through again, for what is chosen then; whoever does not press again is told.
 */
import type { FolderClasses, FolderClassesOptions, ImportOptions } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { Turns } from '../../app/turns.ts';

/** What is chosen in the dialog, without the answers about classes. */
export type ImportChoice = Omit<ImportOptions, 'mergeCase' | 'positive' | 'paths'> & { readonly paths: string[] };

export class ImportPress {
  /** What class folders leave open. */
  asked = $state.raw<FolderClasses | null>(null);
  /** What was answered: names that differ only in case are one class; the positive class, '' where it was not said. */
  mergeCase = $state(false);
  positive = $state('');
  /** Whether something else is chosen than what was looked at, so that nothing was imported. */
  hasChanged = $state(false);
  /** What is being looked at for an import. */
  #pending = $state.raw<string | null>(null);
  /** What the questions are about. */
  #askedOf = '';
  #hasAskedPositive = false;
  readonly #turns = new Turns();

  /** Whether folders are looked through for an import. */
  get isLooking(): boolean {
    return this.#pending !== null;
  }

  /**
   * Looks whether nothing is open about the classes of the folders.
   * @param chosen what is chosen at the time it is asked
   * @returns what is to be imported; null where there are questions, or where this press no longer counts
   */
  async press(chosen: () => ImportChoice): Promise<ImportOptions | null> {
    const choice = chosen();
    this.#askOf(choice);
    const about = this.#about(choice);
    // A double click: it is being looked at.
    if (this.#pending === about) return null;
    this.#pending = about;
    this.hasChanged = false;
    const isWanted = this.#turns.take();
    try {
      const isAnswered = await this.#isAnswered(choice, isWanted);
      if (!isWanted() || !isAnswered) return null;
      this.hasChanged = about !== this.#about(chosen());
      if (this.hasChanged) return null;
      const { mergeCase, positive } = this;
      return { ...choice, mergeCase, ...(positive === '' ? {} : { positive }) };
    } catch (thrown) {
      // That a folder could not be looked through which is no longer chosen is of no interest.
      if (!isWanted()) return null;
      throw thrown;
    } finally {
      if (isWanted()) this.#pending = null;
    }
  }

  /** Takes names that differ only in case for one class, and looks what else is open; an import that was pressed meanwhile goes on with that. */
  async merge(chosen: () => ImportChoice): Promise<ImportOptions | null> {
    this.mergeCase = true;
    if (this.isLooking) return await this.press(chosen);
    const choice = chosen();
    this.#askOf(choice);
    await this.#isAnswered(choice, this.#turns.take());
    return null;
  }

  /** The dialog is closed: whoever closed it wants no import. */
  close(): void {
    this.#turns.take();
    this.#pending = null;
    this.hasChanged = false;
  }

  /** Forgets what was asked and answered. */
  forget(): void {
    this.asked = null;
    this.#askedOf = '';
    this.mergeCase = false;
    this.positive = '';
    this.#hasAskedPositive = false;
  }

  /** Answers that were given about other folders do not count for these. */
  #askOf({ paths, dataset }: ImportChoice): void {
    const folders = JSON.stringify([paths, dataset]);
    if (folders !== this.#askedOf) this.forget();
    this.#askedOf = folders;
  }

  #about(choice: ImportChoice): string {
    return JSON.stringify([choice, this.mergeCase]);
  }

  /**
   * Names that differ only in case must be answered; which class is positive where the names do not tell is asked once, and may be said later.
   * What is not wanted any more when it is known is not shown, nor counted as asked.
   */
  async #isAnswered({ paths, dataset, target, classes }: ImportChoice, isWanted: () => boolean): Promise<boolean> {
    const { mergeCase } = this;
    const options: FolderClassesOptions = {
      ...{ paths, dataset, mergeCase },
      ...(target === undefined ? {} : { target }),
      ...(classes === undefined ? {} : { classes }),
    };
    const asked = await call('labels.ofFolders', options);
    if (!isWanted()) return false;
    this.asked = asked;
    if (asked.caseQuestions.length > 0) return false;
    if (asked.positive?.source !== 'alphabet' || this.positive !== '' || this.#hasAskedPositive) return true;
    this.#hasAskedPositive = true;
    return false;
  }
}
