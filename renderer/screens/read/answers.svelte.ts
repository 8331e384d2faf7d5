/**
 * Answers of the reading room: labels, quality tags, comments, with undo. Each is about one target from the key press to the disk, and
 * what a key does comes after what the key before it did.
 */
import type {
  CallInput,
  ReaderId,
  ReadingItem,
  ReadingList,
  ReadingState,
  ReadingTarget,
} from '../../../core/contract/index.ts';
import { CallError, call } from '../../app/client.ts';
import type { Stage } from './stage.svelte.ts';

type Tag = Pick<ReadingItem, 'tag' | 'reason'>;

/** Whose answers about what: a data set read by somebody. What comes late for one is not shown in another. */
export interface Sitting {
  readonly dataset: string;
  readonly readerId: ReaderId;
}

/** What answers need of the room in which they are given. */
interface Room {
  readonly stage: Stage;
  readonly list: ReadingList | null;
  readonly item: ReadingItem | null;
  /** Whether the picture of the item stands on the screen, and no other data set is on its way. */
  readonly isSeen: boolean;
  /** Whether somebody is typing: then another item must not come into view under their hands. */
  readonly isTyping: boolean;
  /** The list of labels to check that the case was opened from. */
  readonly checking: { readonly model: string } | null;
  select(target: ReadingTarget): Promise<void>;
  itemOf(sitting: Sitting, target: ReadingTarget): ReadingItem | undefined;
  note(sitting: Sitting, state: ReadingState): void;
}

interface Step {
  readonly target: ReadingTarget;
  readonly change:
    | { readonly kind: 'label'; readonly after: string }
    /** To a question; null where this reader says nothing. */
    | {
        readonly kind: 'answer';
        readonly question: string;
        readonly before: string | null;
        readonly after: string | null;
      }
    | { readonly kind: 'tag'; readonly before: Tag; readonly after: Tag };
}

type Write = 'labels.set' | 'labels.clear' | 'labels.withdraw' | 'labels.tag' | 'labels.comment';

export class Answers {
  readonly #room: Room;
  #pending = $state(0);
  #done = $state.raw<readonly Step[]>([]);
  #undone = $state.raw<readonly Step[]>([]);
  #last: Promise<unknown> = Promise.resolve();

  constructor(room: Room) {
    this.#room = room;
  }

  /** True while something is on its way to the disk. */
  get isSaving(): boolean {
    return this.#pending > 0;
  }
  get canUndo(): boolean {
    return this.#done.length > 0;
  }
  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Forgets what could be undone: another data set, reader or level has come into view. */
  forget(): void {
    this.#done = [];
    this.#undone = [];
  }

  /** Gives the item in view a class. @throws CallError NOT_DISPLAYED while its picture is not on the screen */
  async label(name: string): Promise<void> {
    const { item, list } = this.#room;
    if (item === null || list === null) return;
    const sitting = sittingOf(list);
    const displayed = this.#seenPlace();
    // Of the list that the case was opened from, which may be left before it is this key's turn.
    const checking = checkingOf(this.#room);
    await this.#inOrder(async () => {
      if (this.#room.itemOf(sitting, item.target)?.label === name) return;
      await this.#write('labels.set', sitting, item.target, { ...displayed, label: name, ...checking });
      this.#remember(sitting, { target: item.target, change: { kind: 'label', after: name } });
    });
  }

  /** Answers a question about the item in view; the same again takes it back. @throws as `label` */
  async toggle(question: string, word: string): Promise<void> {
    await this.#answer(question, (before) => (before === word ? null : word));
  }

  /** Answers a question about the item in view, or takes back what this reader said to it (null). @throws as `label` */
  async answer(question: string, word: string | null): Promise<void> {
    await this.#answer(question, () => word);
  }

  async #answer(question: string, change: (before: string | null) => string | null): Promise<void> {
    const { item, list } = this.#room;
    if (item === null || list === null) return;
    const sitting = sittingOf(list);
    const displayed = this.#seenPlace();
    const checking = checkingOf(this.#room);
    const { target } = item;
    await this.#inOrder(async () => {
      // The order of the questions may have changed meanwhile; of another data set it says nothing.
      const { classes } = this.#room.list?.dataset === sitting.dataset ? this.#room.list : list;
      const { answers } = this.#room.itemOf(sitting, target) ?? item;
      const before = answers[classes.indexOf(question)] ?? null;
      const after = change(before);
      if (before === after) return;
      if (after === null) await this.#write('labels.clear', sitting, target, { question });
      else await this.#write('labels.set', sitting, target, { ...displayed, question, label: after, ...checking });
      this.#remember(sitting, { target, change: { kind: 'answer', question, before, after } });
    });
  }

  /**
   * Says whether the item in view may be used. A picture that cannot be shown can still be excluded.
   * @throws CallError NOT_DISPLAYED while its picture is on its way
   */
  async tag(change: Tag | ((before: Tag) => Tag)): Promise<void> {
    const { item, list } = this.#room;
    if (item === null || list === null) return;
    if (this.#room.stage.current.problem === null) this.#seenPlace();
    const sitting = sittingOf(list);
    await this.#inOrder(async () => {
      const { tag, reason } = this.#room.itemOf(sitting, item.target) ?? item;
      const before = { tag, reason };
      const after = typeof change === 'function' ? change(before) : change;
      if (before.tag === after.tag && before.reason === after.reason) return;
      await this.#write('labels.tag', sitting, item.target, after);
      this.#remember(sitting, { target: item.target, change: { kind: 'tag', before, after } });
    });
  }

  async toggleExcluded(): Promise<void> {
    await this.tag(({ tag }) => ({ tag: tag === 'excluded' ? 'usable' : 'excluded', reason: '' }));
  }

  /** Writes a comment on an item of the sitting in which it was begun, in view or not. */
  async comment(sitting: Sitting, target: ReadingTarget, text: string): Promise<void> {
    await this.#inOrder(async () => {
      if (this.#room.itemOf(sitting, target)?.comment === text) return;
      await this.#write('labels.comment', sitting, target, { text });
    });
  }

  /** The image on the screen, by number and by UID. @throws CallError NOT_DISPLAYED where none is */
  #seenPlace(): Pick<CallInput<'labels.set'>, 'displayed' | 'sopInstanceUID'> {
    const { displayed, current } = this.#room.stage;
    const { loaded } = current;
    if (displayed !== null && loaded !== null && this.#room.isSeen) {
      return { displayed: displayed.instanceId, sopInstanceUID: loaded.header.sopInstanceUID };
    }
    throw new CallError({
      code: 'NOT_DISPLAYED',
      message: 'The picture is not on the screen yet.',
      action: 'Look at it, then label it; nothing was stored.',
      retryable: false,
    });
  }

  /** Work of one key after that of the key before: what is undone is what was done last, and the last label is the one that stays. */
  async #inOrder(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    // Whoever pressed the key is told of its failure; the next key has its turn all the same.
    this.#last = turn.catch(() => undefined);
    this.#pending += 1;
    try {
      await turn;
    } finally {
      this.#pending -= 1;
    }
  }

  #remember(sitting: Sitting, step: Step): void {
    if (this.#room.itemOf(sitting, step.target) === undefined) return;
    this.#done = [...this.#done, step];
    this.#undone = [];
  }

  /** Takes the last step back and shows what it was about. */
  async undo(): Promise<void> {
    await this.#inOrder(async () => {
      const step = this.#done.at(-1);
      if (step === undefined || this.#room.list === null) return;
      const sitting = sittingOf(this.#room.list);
      if (!this.#room.isTyping) await this.#room.select(step.target);
      const { change, target } = step;
      if (change.kind === 'label') await this.#write('labels.withdraw', sitting, target, {});
      else if (change.kind === 'tag') await this.#write('labels.tag', sitting, target, change.before);
      else if (change.after !== null)
        await this.#write('labels.withdraw', sitting, target, { question: change.question });
      else if (change.before !== null) await this.#writeSeen(sitting, target, change.before, change.question);
      if (this.#done.at(-1) !== step) return;
      this.#done = this.#done.slice(0, -1);
      this.#undone = [...this.#undone, step];
    });
  }

  /** Does the step again that was taken back last, once what it was about is on the screen. */
  async redo(): Promise<void> {
    await this.#inOrder(async () => {
      const step = this.#undone.at(-1);
      if (step === undefined || this.#room.list === null) return;
      const sitting = sittingOf(this.#room.list);
      if (!this.#room.isTyping) await this.#room.select(step.target);
      const { change, target } = step;
      if (change.kind === 'tag') await this.#write('labels.tag', sitting, target, change.after);
      else if (change.kind === 'label') await this.#writeSeen(sitting, target, change.after, null);
      else if (change.after !== null) await this.#writeSeen(sitting, target, change.after, change.question);
      else await this.#write('labels.clear', sitting, target, { question: change.question });
      if (this.#undone.at(-1) !== step) return;
      this.#undone = this.#undone.slice(0, -1);
      this.#done = [...this.#done, step];
    });
  }

  /** Gives a label again, once the picture of what it is about is on the screen. */
  async #writeSeen(sitting: Sitting, target: ReadingTarget, label: string, question: string | null): Promise<void> {
    await this.#room.stage.current.whenSettled();
    const displayed = this.#seenPlace();
    await this.#write('labels.set', sitting, target, {
      ...displayed,
      label,
      ...(question === null ? {} : { question }),
    });
  }

  async #write<N extends Write>(
    name: N,
    sitting: Sitting,
    target: ReadingTarget,
    input: Omit<CallInput<N>, 'dataset' | 'readerId' | 'target'>,
  ): Promise<void> {
    const state = (await call(name, { ...sitting, target, ...input } as CallInput<N>)) as ReadingState;
    this.#room.note(sitting, state);
  }
}

/** From whose list of labels to check a case comes: what becomes of its label is kept there. */
const checkingOf = ({ checking }: Room): Pick<CallInput<'labels.set'>, 'checking'> =>
  checking === null ? {} : { checking: checking.model };

/** Whose answers a list holds. */
export function sittingOf(list: ReadingList): Sitting {
  return { dataset: list.dataset, readerId: list.reader.id };
}
