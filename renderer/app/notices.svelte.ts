/**
 * What the user is told at the window's edge: failures with the next step, and quiet confirmations. Each leaves at a click. A confirmation leaves by itself
 * too, unless it is being read; and what a screen says goes when another screen is shown, where it would mean nothing. What ended by itself waits for
 * somebody to be there: its time counts from the first use of the window after it was shown.
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

/** How many stand there at most; a confirmation comes beside so many failures. */
const most = 4;
/** How long what can be acted upon stays, in milliseconds. */
const offerMs = 30_000;

/** What may be on the notices, so that they are being read. */
export type Holder = 'pointer' | 'focus';

class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;
  /** Nothing goes that is being read. */
  readonly #holders = new Set<Holder>();
  readonly #due = new Set<number>();
  /** What ended by itself and was shown since the window was last used: nobody may be there to read it. */
  readonly #unseen = new Set<number>();

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
    const id = this.#add('done', message, { actions, isEverywhere });
    if (isEverywhere) this.#unseen.add(id);
    else this.#leaveAfter(id, offerMs);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  /** Another screen is shown: what the one before said goes with it. */
  leaveScreen(): void {
    this.#list = untrack(() => this.#list).filter(({ isEverywhere }) => isEverywhere);
  }

  /** Another library is open: what is offered about the one before would be done in this one. */
  leaveLibrary(): void {
    this.#list = untrack(() => this.#list).filter(({ kind }) => kind === 'failure');
  }

  /** Says whether the pointer, or the focus, is on the notices. What was to leave meanwhile leaves once neither is. */
  hold(holder: Holder, isHeld: boolean): void {
    if (isHeld) this.#holders.add(holder);
    else this.#holders.delete(holder);
    if (this.#holders.size > 0) return;
    for (const id of this.#due) this.dismiss(id);
    this.#due.clear();
  }

  /** Somebody uses the window: what ended while nobody did is seen now. */
  used(): void {
    for (const id of this.#unseen) this.#leaveAfter(id, offerMs);
    this.#unseen.clear();
  }

  #leaveAfter(id: number, ms: number): void {
    setTimeout(() => {
      if (this.#holders.size > 0) this.#due.add(id);
      else this.dismiss(id);
    }, ms);
  }

  #add(kind: Notice['kind'], message: string, rest: Partial<Omit<Notice, 'id' | 'kind' | 'message'>> = {}): number {
    const id = this.#nextId++;
    const notice = { id, kind, message, action: '', detail: '', actions: [], isEverywhere: false, ...rest };
    const before = this.#list.filter((n) => n.message !== message);
    // A failure is told until it is dismissed: confirmations make room first.
    while (before.length >= most) {
      const at = before.findIndex((n) => n.kind === 'done');
      if (at < 0 && kind === 'done') break;
      before.splice(Math.max(0, at), 1);
    }
    this.#list = [...before, notice];
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
