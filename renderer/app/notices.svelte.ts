/** What the user is told at the window's edge: failures with the next step, and quiet confirmations. */
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
}

class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows any thrown value as what happened and what to do. */
  failure(thrown: unknown): void {
    this.failed(thrown instanceof CallError ? thrown : { code: '', message: String(thrown), action: '' });
  }

  /** Shows a failure that the core has told of: a job's, for example. */
  failed(failure: { readonly code: string; readonly message: string; readonly action: string }): void {
    const { message, action, detail } = i18n.failure(failure);
    const id = this.#add('failure', message, action, detail);
    // Said at every key that came too early; nothing failed that would have to be dismissed.
    if (failure.code === 'NOT_DISPLAYED') setTimeout(() => this.dismiss(id), 5000);
  }

  /** Something that happened without the user's doing, and stays until it is dismissed. */
  tell(message: string, action: string): void {
    this.#add('failure', message, action);
  }

  done(message: string): void {
    const id = this.#add('done', message, '');
    setTimeout(() => this.dismiss(id), 5000);
  }

  /** A confirmation with what can be done next; it stays long enough to be reached. */
  offer(message: string, actions: readonly NoticeAction[]): void {
    const id = this.#add('done', message, '', '', actions);
    setTimeout(() => this.dismiss(id), 30_000);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  #add(
    kind: Notice['kind'],
    message: string,
    action: string,
    detail = '',
    actions: readonly NoticeAction[] = [],
  ): number {
    const id = this.#nextId++;
    this.#list = [
      ...this.#list.filter((n) => n.message !== message),
      { id, kind, message, action, detail, actions },
    ].slice(-4);
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
