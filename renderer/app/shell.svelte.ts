/** What reaches the page from outside it: the menu, files handed over by the system, files dropped on the window. */
import type { MenuCommand } from '../../core/contract/index.ts';
import { help } from '../help/help.svelte.ts';
import { i18n } from '../i18n/index.svelte.ts';
import { call, droppedPaths, on } from './client.ts';
import { navigation } from './navigation.svelte.ts';
import { attempt, notices } from './notices.svelte.ts';

class Shell {
  #isDragging = $state(false);
  /** Where what is held over the window will go: its words, and the part of the window that takes it; null for the whole. */
  #place = $state.raw<{ readonly says: string; readonly box: DOMRect } | null>(null);
  #dropped = $state.raw<readonly string[]>([]);
  #leaving: ReturnType<typeof setTimeout> | undefined;

  /** True while files are held over the window. */
  get isDragging(): boolean {
    return this.#isDragging;
  }

  /** Files and folders dropped on the window or chosen in the menu, which the library has not yet offered to import. */
  get dropped(): readonly string[] {
    return this.#dropped;
  }

  /** Takes them, so that they are offered once. */
  takeDropped(): readonly string[] {
    const taken = this.#dropped;
    this.#dropped = [];
    return taken;
  }

  /** Listens until the returned function is called. */
  open(): () => void {
    const off = [
      on('menu.chosen', ({ command }) => void attempt(() => this.#run(command))),
      on('files.opened', ({ paths }) => this.offer(paths)),
    ];
    void attempt(async () => {
      if (await call('window.recovered', {})) {
        notices.tell(i18n.words.shell.recovered, i18n.words.shell.recoveredAction);
      }
      this.offer(await call('window.openedFiles', {}));
    });
    return () => {
      for (const stop of off) stop();
    };
  }

  /** The part of the window under the pointer that takes the files itself, and what it does with them; null where the window imports them. */
  get place(): { readonly says: string; readonly box: DOMRect } | null {
    return this.#place;
  }

  /**
   * A drag with files passes over the window. A part of it that takes them itself prevents the default and says by `data-drop` what it does with them.
   */
  over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    const taker = event.defaultPrevented ? (event.target as HTMLElement).closest<HTMLElement>('[data-drop]') : null;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#isDragging = true;
    this.#place = taker === null ? null : { says: taker.dataset['drop'] ?? '', box: taker.getBoundingClientRect() };
    // Leaving fires at every border between elements; only silence means that the drag is gone.
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => (this.#isDragging = false), 200);
  }

  drop(event: DragEvent): void {
    this.#isDragging = false;
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.offer(droppedPaths(event));
  }

  /** Offers files to be imported, on the library's screen. */
  offer(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.#dropped = paths;
    navigation.open('library');
  }

  async #run(command: MenuCommand): Promise<void> {
    const words = i18n.words.shell;
    if (command === 'importFiles') {
      this.offer(await call('window.chooseFiles', { kind: 'files', title: words.chooseFiles }));
    } else if (command === 'importFolder') {
      this.offer(await call('window.chooseFiles', { kind: 'folder', title: words.chooseFolder }));
    } else if (command === 'watchFolder') navigation.open('classify', { watch: true });
    else if (command === 'help') await help.open(navigation.screen);
    else if (command === 'settings') navigation.open('settings');
    else navigation.open('settings', { section: 'about' });
  }
}

export const shell = new Shell();
