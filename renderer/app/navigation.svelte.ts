/** Which screen is shown, and with what. Screens are few and known, so there is no router. */
import { untrack } from 'svelte';
import type { EvaluationPart, InstanceId, JudgeLevel, StudyId, StudyPooling } from '../../core/contract/index.ts';
import { choices } from './choices.svelte.ts';
import { notices } from './notices.svelte.ts';

export const screens = ['welcome', 'library', 'read', 'train', 'judge', 'evidence', 'classify', 'settings'] as const;
export type Screen = (typeof screens)[number];

/** Screens by what one is about there, in the order in which work goes. Welcome and Settings belong to none. */
export const screenGroups = {
  data: ['library', 'read'],
  model: ['train', 'judge', 'evidence'],
  use: ['classify'],
} as const satisfies Record<string, readonly Screen[]>;

/** A case to look at: a study and, where one is meant, an image of it. Every way from a screen to a case takes this one value. */
export interface CaseReference {
  readonly studyId: StudyId;
  readonly instanceId?: InstanceId;
  readonly frame?: number;
}

/** Which cases Judge lists: all mistakes, or a cell of the confusion matrix. */
export type CaseChoice =
  | { readonly kind: 'mistakes' }
  | { readonly kind: 'cell'; readonly truth: number; readonly decision: number };

/** Where one was in Judge, to be there again after the cases were looked at. */
export interface JudgePlace {
  readonly level: JudgeLevel;
  readonly pooling: StudyPooling;
  readonly finding: string | null;
  readonly classIndex: number;
  readonly threshold: number | null;
  readonly choice: CaseChoice;
  /** The case that was opened, by its place in the list. */
  readonly position: number;
}

/** Cases of Judge that are gone through in Read, one after the other. */
export interface CaseWalk {
  readonly cases: readonly (CaseReference & { readonly truth: string; readonly answer: string })[];
  readonly position: number;
  /** Whether all of them were answered wrongly. */
  readonly isWrong: boolean;
  readonly back: ScreenArguments['judge'];
}

/** What each screen may be opened with. What a screen does not know does not build. */
export interface ScreenArguments {
  readonly welcome: Readonly<Record<string, never>>;
  readonly library: {
    readonly dataset?: string;
    /** Narrows the list to some studies. */
    readonly cases?: readonly StudyId[];
  };
  readonly read: {
    /** The data set in which to read; one that holds the case when left out. */
    readonly dataset?: string;
    readonly at?: CaseReference;
    /** Narrows the list to some studies. */
    readonly cases?: readonly StudyId[];
    /** The model from whose list of labels to check the case comes. */
    readonly checking?: string;
    /** Cases to go through from `at` on. */
    readonly walk?: CaseWalk;
  };
  readonly train: { readonly dataset?: string; readonly jobId?: number };
  readonly judge: {
    readonly model?: string;
    readonly split?: EvaluationPart;
    /** Shows the labels to check first. */
    readonly tab?: 'suspects';
    readonly place?: JudgePlace;
  };
  readonly evidence: {
    readonly model?: string;
    readonly at?: CaseReference;
    /** Of a model of several findings, the one to show. */
    readonly finding?: string;
  };
  readonly classify: {
    readonly model?: string;
    readonly cases?: readonly StudyId[];
    readonly jobId?: number;
    /** True when the menu asks for a folder to be watched. */
    readonly watch?: boolean;
  };
  readonly settings: {
    /** The part of the screen to show first. */
    readonly section?: 'about';
  };
}

type Shown = { readonly [S in Screen]: { readonly screen: S; readonly args: ScreenArguments[S] } }[Screen];

class Navigation {
  #shown = $state.raw<Shown>({ screen: 'library', args: {} });
  #visit = $state(0);
  #isChosen = $state(false);

  get screen(): Screen {
    return this.#shown.screen;
  }

  /** What `screen` was opened with; nothing while another screen is shown. */
  argsOf<S extends Screen>(screen: S): ScreenArguments[S] {
    return this.#shown.screen === screen ? (this.#shown.args as ScreenArguments[S]) : {};
  }

  /** Counts the times a screen was opened: the page is made anew with each, so that it shows what it was opened with. */
  get visit(): number {
    return this.#visit;
  }

  /** Whether anybody has said which screen to show; until then the page may choose one itself. */
  get isChosen(): boolean {
    return this.#isChosen;
  }

  /** Notes where the screen that is shown has come to, so that it is there again when it must be made anew. */
  note<S extends Screen>(screen: S, args: ScreenArguments[S]): void {
    if (screen === untrack(() => this.screen)) this.#shown = { screen, args } as Shown;
  }

  /** Makes the screen that is shown anew, without what it was opened with: nothing that it held stays. */
  again(): void {
    this.#shown = { screen: untrack(() => this.screen), args: {} } as Shown;
    this.#visit += 1;
  }

  /** Shows a screen; the one that is shown stays as it is unless it is asked for something. */
  open<S extends Screen>(screen: S, args: ScreenArguments[S] = {}): void {
    this.#isChosen = true;
    choices.choose({ screen });
    if (screen === this.screen && Object.keys(args).length === 0) return;
    if (screen !== this.screen) notices.leaveScreen();
    this.#shown = { screen, args } as Shown;
    this.#visit += 1;
  }
}

export const navigation = new Navigation();
