/** Which screen is shown, and with what. Screens are few and known, so there is no router. */

export const screens = ['welcome', 'library', 'read', 'train', 'judge', 'evidence', 'classify', 'settings'] as const;
export type Screen = (typeof screens)[number];

/** What a screen may be opened with; each reads what it knows. */
export interface ScreenArguments {
  readonly dataset?: string;
  readonly studyId?: number;
  readonly studyIds?: readonly number[];
  readonly instanceId?: number;
  readonly frame?: number;
  readonly model?: string;
  readonly jobId?: number;
  /** Files and folders dropped on the window or chosen in the menu, to be imported. */
  readonly dropped?: readonly string[];
  /** True when the menu asks for a folder to be watched. */
  readonly watch?: boolean;
  /** The part of the screen to show first. */
  readonly section?: 'about';
}

class Navigation {
  #screen = $state<Screen>('library');
  #args = $state.raw<ScreenArguments>({});

  get screen(): Screen {
    return this.#screen;
  }

  get args(): ScreenArguments {
    return this.#args;
  }

  open(screen: Screen, args: ScreenArguments = {}): void {
    this.#args = args;
    this.#screen = screen;
  }
}

export const navigation = new Navigation();
