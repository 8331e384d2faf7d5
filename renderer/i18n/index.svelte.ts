/**
 * Words of the window. English is the table that types the others: a missing entry of another language does not build.
 * Entries are texts, or functions of what they mention; keys are grouped by screen.
 */
import { de } from './de/index.ts';
import { en } from './en/index.ts';

export type Words = Widen<typeof en>;
type Widen<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends object
      ? T[K] extends (...args: never) => string
        ? T[K]
        : Widen<T[K]>
      : T[K];
};

export const languages = {
  en: { name: 'English', words: en },
  de: { name: 'Deutsch', words: de },
} as const satisfies Record<string, { name: string; words: Words }>;
export type Language = keyof typeof languages;

class I18n {
  #language = $state<Language>('en');

  get language(): Language {
    return this.#language;
  }

  get words(): Words {
    return languages[this.#language].words;
  }

  use(language: Language): void {
    this.#language = language;
    document.documentElement.lang = language;
  }

  /** 1234.5 as the language writes it. */
  number(value: number, digits = 0): string {
    return value.toLocaleString(this.#language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /** "45 s", "7 min", "1 h 05 min". */
  duration(seconds: number): string {
    if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 60
      ? `${minutes} min`
      : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  }

  /** "512 kB", "1.4 GB". */
  bytes(value: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
    const scaled = value / 1000 ** power;
    return `${this.number(scaled, power > 0 && scaled < 10 ? 1 : 0)} ${units[power]}`;
  }
}

export const i18n = new I18n();
