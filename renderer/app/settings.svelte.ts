/** Theme, language and library folder: kept by the main process, applied to the page here. */
import type { WindowSettings } from '../../core/contract/index.ts';
import { i18n } from '../i18n/index.svelte.ts';
import { call, on } from './client.ts';

class Settings {
  #all = $state.raw<WindowSettings>({
    theme: 'dark',
    language: 'en',
    library: null,
    engine: 'auto',
    device: 'auto',
    threads: null,
  });

  get all(): WindowSettings {
    return this.#all;
  }

  /** Loads them and follows every change, whether made here or in the menu. */
  async open(): Promise<void> {
    on('settings.changed', (changed) => this.#apply(changed));
    this.#apply(await call('window.settings', {}));
  }

  /** Changes what is given, at once and for the next start. */
  async save(changes: Partial<WindowSettings>): Promise<void> {
    this.#apply(await call('window.saveSettings', changes));
  }

  #apply(settings: WindowSettings): void {
    this.#all = settings;
    document.documentElement.dataset['theme'] = settings.theme;
    i18n.use(settings.language);
  }
}

export const settings = new Settings();
