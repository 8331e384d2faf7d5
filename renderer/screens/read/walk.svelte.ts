/** The cases of Judge that are gone through in Read, and the way back to where one was. */
import type { ImagePlace } from '../../../core/contract/index.ts';
import { type CaseReference, type CaseWalk, navigation } from '../../app/navigation.svelte.ts';

export class Walk {
  #current = $state.raw<CaseWalk | null>(null);

  /** The cases and which of them is in view; null where nobody came from Judge. */
  get current(): CaseWalk | null {
    return this.#current;
  }

  /**
   * The case whose turn it is, where it is in view; else null. Whoever went to another study from the list, or whose next case is gone, must not
   * read what was said of one patient beside the picture of another.
   */
  caseAt(shown: ImagePlace | null, frame: number): CaseWalk['cases'][number] | null {
    const walk = this.#current;
    const turn = walk?.cases[walk.position];
    if (turn === undefined || turn.studyId !== shown?.studyId) return null;
    if (walk?.back.place?.level !== 'image') return turn;
    return turn.instanceId === shown.instanceId && (turn.frame ?? 0) === frame ? turn : null;
  }

  begin(walk: CaseWalk | undefined): void {
    this.#current = walk ?? null;
  }

  /** Goes on to the next case and gives it; null after the last. */
  next(): CaseReference | null {
    const walk = this.#current;
    const next = walk?.cases[walk.position + 1];
    if (walk === null || next === undefined) return null;
    this.#current = { ...walk, position: walk.position + 1 };
    return next;
  }

  /** To Judge where one was, at the case that was looked at last. */
  back(): void {
    if (this.#current === null) return;
    const { back, position } = this.#current;
    navigation.open('judge', { ...back, ...(back.place === undefined ? {} : { place: { ...back.place, position } }) });
  }
}
