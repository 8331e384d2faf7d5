/**
 * What the user is told at the window's edge: failures with the next step, and quiet confirmations. Each leaves at a click. A confirmation leaves by itself
 * too, unless it is being read; and what a screen says goes when another screen is shown, where it would mean nothing.
 */
import { untrack } from 'svelte';
import { i18n } from '../i18n/index.svelte.ts';
import { CallError } from './client.ts';

/** Something that can be done about what a notice tells. */
export interface NoticeAction {
  readonly label: string;
  readonly run: () => unknown;
}

export interface Notice {
  readonly id: number;
  readonly kind: 'failure' | 'done';
  readonly message: string;
  readonly action: string;
  /** The core's own words, in English; '' where they are the message. */
  readonly detail: string;
  readonly actions: readonly NoticeAction[];
  /** Whether it stays when another screen is shown: what ended by itself is told wherever the user is. */
  readonly isEverywhere: boolean;
}

class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;
  /** Held while the pointer or the focus is on the notices: nothing goes that is being read. */
  #isHeld = false;
  readonly #due = new Set<number>();

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows any thrown value as what happened and what to do. */
  failure(thrown: unknown): void {
    this.failed(thrown instanceof CallError ? thrown : { code: '', message: String(thrown), action: '' });
  }

  /** Shows a failure that the core has told of: a job's, for example. */
  failed(
    failure: { readonly code: string; readonly message: string; readonly action: string },
    { isEverywhere = false }: { readonly isEverywhere?: boolean } = {},
  ): void {
    const { message, action, detail } = i18n.failure(failure);
    const id = this.#add('failure', message, { action, detail, isEverywhere });
    // Said at every key that came too early; nothing failed that would have to be dismissed.
    if (failure.code === 'NOT_DISPLAYED') this.#leaveAfter(id, 5000);
  }

  /** Something that happened without the user's doing, and stays until it is dismissed. */
  tell(message: string, action: string): void {
    this.#add('failure', message, { action, isEverywhere: true });
  }

  done(message: string): void {
    this.#leaveAfter(this.#add('done', message), 5000);
  }

  /** A confirmation with what can be done next; it stays long enough to be reached. */
  offer(
    message: string,
    actions: readonly NoticeAction[],
    { isEverywhere = false }: { readonly isEverywhere?: boolean } = {},
  ): void {
    this.#leaveAfter(this.#add('done', message, { actions, isEverywhere }), 30_000);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  /** Another screen is shown: what the one before said goes with it. */
  leaveScreen(): void {
    this.#list = untrack(() => this.#list).filter(({ isEverywhere }) => isEverywhere);
  }

  /** Says whether the notices are being read. What was to leave meanwhile leaves then. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) return;
    for (const id of this.#due) this.dismiss(id);
    this.#due.clear();
  }

  #leaveAfter(id: number, ms: number): void {
    setTimeout(() => {
      if (this.#isHeld) this.#due.add(id);
      else this.dismiss(id);
    }, ms);
  }

  #add(kind: Notice['kind'], message: string, rest: Partial<Omit<Notice, 'id' | 'kind' | 'message'>> = {}): number {
    const id = this.#nextId++;
    const notice = { id, kind, message, action: '', detail: '', actions: [], isEverywhere: false, ...rest };
    this.#list = [...this.#list.filter((n) => n.message !== message), notice].slice(-4);
    return id;
  }
}

export const notices = new Notices();

/** Runs an action of the user; a failure becomes a notice. Gives undefined then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    notices.failure(thrown);
    return undefined;
  }
}
