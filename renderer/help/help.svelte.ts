/** The help inside the window: the pages of docs/window, which are built into the page, so that nothing is asked of any network. */
import type { Screen } from '../app/navigation.svelte.ts';
import { type Block, parseMarkdown, wordsOf } from './markdown.ts';

/** The pages by their file names without the ending, read when the help is first opened. */
const files = import.meta.glob<string>('../../docs/window/*.md', { query: '?raw', import: 'default' });

/** In the order of the bar on the left, then what belongs to no screen. */
export const helpPages = [
  'README',
  'welcome',
  'library',
  'read',
  'train',
  'judge',
  'verdict',
  'evidence',
  'classify',
  'settings',
  'round',
  'shell',
  'performance',
] as const;
export type HelpPage = (typeof helpPages)[number];

export interface ReadPage {
  readonly name: HelpPage;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** In lower case. */
  readonly words: string;
}

class Help {
  #isOpen = $state(false);
  #name = $state<HelpPage>('README');
  #anchor = $state('');
  #pages = $state.raw<readonly ReadPage[]>([]);
  sought = $state('');

  get isOpen(): boolean {
    return this.#isOpen;
  }
  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
  }
  get pages(): readonly ReadPage[] {
    return this.#pages;
  }
  /** The pages that hold every word that is sought. */
  get found(): readonly ReadPage[] {
    const words = this.sought.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#pages.filter((page) => words.every((word) => page.words.includes(word)));
  }
  get page(): ReadPage | undefined {
    return this.#pages.find(({ name }) => name === this.#name);
  }
  /** The heading to begin at; '' for the top. */
  get anchor(): string {
    return this.#anchor;
  }

  /** Opens the page of a screen. */
  async open(screen: Screen): Promise<void> {
    this.show(screen);
    this.sought = '';
    this.#isOpen = true;
    if (this.#pages.length === 0) this.#pages = await Promise.all(helpPages.map(readPage));
  }

  show(name: HelpPage, anchor = ''): void {
    this.#name = name;
    this.#anchor = anchor;
  }

  /** Follows a link of a page to another one, or to a place of this one; false where it leads out of the help. */
  follow(to: string): boolean {
    const found = linkOf(to);
    if (found === null) return false;
    this.show(found.name ?? this.#name, found.anchor);
    return true;
  }
}

/** Where a link leads within the help: a page (null: the one it stands on) and a heading; null where it leads out of it. */
export function linkOf(to: string): { readonly name: HelpPage | null; readonly anchor: string } | null {
  const [file = '', anchor = ''] = to.split('#');
  if (file === '') return { name: null, anchor };
  const name = helpPages.find((page) => `${page}.md` === file);
  return name === undefined ? null : { name, anchor };
}

async function readPage(name: HelpPage): Promise<ReadPage> {
  const text = (await files[`../../docs/window/${name}.md`]?.()) ?? '';
  const blocks = parseMarkdown(text);
  const title = /^#\s+(.*)$/m.exec(text)?.[1] ?? name;
  return { name, title, blocks, words: wordsOf(text).toLowerCase() };
}

export const help = new Help();
