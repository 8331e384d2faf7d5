/**
 * Words of the window. English is the table that types the others: a missing entry of another language does not build.
 * Entries are texts, or functions of what they mention; keys are grouped by screen.
 */
import type { ProgressStage } from '../../core/base/progress.ts';
import { withMinus } from '../../core/base/shown-number.ts';
import type { Verdict } from '../../core/contract/verdict.ts';
import { verdictSentences } from '../../core/contract/verdict-words.ts';
import { type JobWarning, warningCause, warningSentence } from '../../core/contract/warnings.ts';
import { de } from './de/index.ts';
import { en } from './en/index.ts';
import { germanFailures } from './failures.ts';
import { factInWindow, stepInWindow } from './in-window.ts';
import type { Words } from './words.ts';

export const languages = {
  en: { name: 'English', words: en },
  de: { name: 'Deutsch', words: de },
} as const satisfies Record<string, { name: string; words: Words }>;
export type Language = keyof typeof languages;

/** Whose way of writing days a language has: the day before the month in both. */
export const dateLocales: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de' };

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
    return withMinus(
      value.toLocaleString(this.#language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  }

  /** 0.934 as "93.4 %": probabilities and shares. */
  percent(value: number, digits = 0): string {
    return `${this.number(100 * value, digits)} %`;
  }

  /** A day as the language writes it, from a date or ISO text in UTC. */
  date(value: string | Date): string {
    return new Date(value).toLocaleDateString(dateLocales[this.#language], { dateStyle: 'medium' });
  }

  /** Day and time of the clock on the wall. */
  dateTime(value: string | Date): string {
    return new Date(value).toLocaleString(dateLocales[this.#language], { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** A failure as this language says it. What the core says, in English with the names of the things, is then `detail`. */
  failure(failure: { readonly code: string; readonly message: string; readonly action: string }): {
    readonly message: string;
    readonly action: string;
    readonly detail: string;
  } {
    const { code } = failure;
    const message = factInWindow(failure.message);
    const action = stepInWindow(failure.action, code);
    const german = (germanFailures as Readonly<Partial<Record<string, readonly [string, string]>>>)[code];
    if (this.#language === 'en' || german === undefined) return { message, action, detail: '' };
    return { message: german[0], action: german[1], detail: message };
  }

  /** What a job warned of: the sentence with why and what to do, and as `detail` what the core says in English. */
  warning(warning: JobWarning): { readonly text: string; readonly action: string; readonly detail: string } {
    const sentence = warningSentence(warning, this.words.warnings.words);
    const cause = warningCause(warning);
    if (cause === null) return { text: sentence, action: '', detail: '' };
    const { message, action, detail } = this.failure(cause);
    // What no code names is English in every language.
    if (cause.code === '' && this.#language !== 'en') return { text: sentence, action, detail: message };
    return { text: `${sentence} ${message}`, action, detail };
  }

  /** What the figures of an evaluation mean, a sentence or two each; the verdict first. */
  verdict(verdict: Verdict): string[] {
    return verdictSentences(verdict, this.words.verdict.words, {
      number: (value, digits) => this.number(value, digits),
      percent: (value) => this.percent(value),
    });
  }

  /** What a job is doing. */
  stage(stage: ProgressStage): string {
    return this.words.core.stages[stage];
  }

  /** What a job counts: "images", "steps". Rows of an earlier version may name another unit. */
  unit(name: string | null): string {
    return name === null ? '' : ((this.words.core.units as Readonly<Record<string, string>>)[name] ?? name);
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
