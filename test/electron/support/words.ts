/** The window's words, so that a test finds what is on the page in whichever language it is. */
import { join } from 'node:path';
import { repositoryRoot } from '../../support/shared.ts';

export type Say = (path: string, ...values: readonly unknown[]) => string;

/** The page's words belong to a project with the types of a browser; taken as they come. */
export async function wordsOf(language: 'en' | 'de'): Promise<Record<string, object>> {
  const file = join(repositoryRoot, 'renderer', 'i18n', language, 'index.ts');
  return ((await import(file)) as Record<string, Record<string, object>>)[language] ?? {};
}

/** Gives a word by its path in the table: `say('library.import')`. @throws where there is none */
export async function sayIn(language: 'en' | 'de'): Promise<Say> {
  const table = await wordsOf(language);
  return (path, ...values) => {
    const found = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], table);
    const text = typeof found === 'function' ? (found as (...all: readonly unknown[]) => unknown)(...values) : found;
    if (typeof text !== 'string') throw new Error(`There is no word "${path}" in ${language}.`);
    return text;
  };
}
