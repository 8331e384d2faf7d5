/** One word for one thing in the window, in each language: what was called by two names once is looked for. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

/** By language, words that another word of the window already says. */
const others: Readonly<Record<'de' | 'en', readonly (readonly [RegExp, word: string])[]>> = {
  de: [
    [/Methode/, 'Verfahren'],
    [/\bJobs?\b/, 'Auftrag'],
    [/Evaluation/, 'Auswertung'],
    [/Datenmenge/, 'Datensatz'],
    [/Verzeichnis/, 'Ordner'],
    [/Kategorie/, 'Klasse'],
    [/Computer/, 'Rechner'],
    [/\bArzt\b/, 'Befunder'],
    [/[Ii]n Gebrauch/, 'in Verwendung'],
    [/Befunddatei/, 'Labeldatei'],
    [/\bbefundet\b/, 'gelabelt'],
  ],
  en: [
    [/\b[Dd]ataset\b/, 'data set'],
    [/\bcategor(?:y|ies)\b/, 'class'],
    [/\bdirectory\b/, 'folder'],
  ],
};

/** What the one language calls a thing, and what the other calls it then. Texts that need neither word stand by their place in the tables. */
const pairs: readonly (readonly [english: RegExp, german: RegExp, free: readonly string[]])[] = [
  [
    /\blabel(?:s|led)?\b/i,
    /label|Tabelle|Angabe/i,
    [
      // The screen where one reads has a name of its own, and asking there is a radiologist's word.
      'shell.screens.read',
      'read.helpText',
    ],
  ],
  [/\bdata sets?\b/i, /Datens[aä]tz/, []],
  [/\bgrades?\b/i, /Grad/, []],
  [/\bjobs?\b/i, /Auftr[aä]g/, []],
  [/\bpatients?\b/i, /patient/i, []],
  [/\bstud(?:y|ies)\b/i, /Studie/i, ['classify.pickInLibrary']],
];

/** `path -> text` of every leaf; of a word with places, its source without what stands in them. */
function leaves(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]): [string, string][] =>
    typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, String(value)]],
  );
}

/** What is said, of a text or of the texts in the source of a function. */
const spoken = (text: string): string =>
  /=>/.test(text)
    ? (text.match(/'[^'\n]*'|`[^`]*`/g) ?? []).join(' ').replace(/\bv\['\w+'\]|Number\([^)]*\)/g, '')
    : text;

test('what one language calls by one word, the other does too', async () => {
  const table = async (language: 'de' | 'en'): Promise<Map<string, string>> => {
    const file = join(repositoryRoot, 'renderer', 'i18n', language, 'index.ts');
    return new Map(leaves(((await import(file)) as Record<string, object>)[language] ?? {}));
  };
  const [en, de] = [await table('en'), await table('de')];
  const wrong = pairs.flatMap(([english, german, free]) =>
    [...en].flatMap(([path, text]) => {
      if (!english.test(spoken(text)) || free.includes(path)) return [];
      const other = spoken(de.get(path) ?? '');
      return german.test(other) ? [] : [`${path}: ${spoken(text).slice(0, 60)} | ${other.slice(0, 60)}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('no word of the window stands beside the one that already says it', () => {
  const found: string[] = [];
  for (const [language, pairs] of Object.entries(others)) {
    for (const file of globSync(`renderer/i18n/${language}/*.ts`, { cwd: repositoryRoot })) {
      const texts = readFileSync(join(repositoryRoot, file), 'utf8').match(/'[^'\n]*'|`[^`]*`/g) ?? [];
      for (const text of texts) {
        const said = text.replace(/\$\{[^}]*\}/g, '');
        for (const [other, word] of pairs)
          if (other.test(said) && / /.test(said)) found.push(`${file}: ${text} (${word})`);
      }
    }
  }
  expect(found).toEqual([]);
});

test('days are written in one form: by the window’s own words, and those of studies by their own file', () => {
  const writing = globSync('renderer/**/*.{ts,svelte}', { cwd: repositoryRoot }).filter((file) =>
    /toLocale(?:Date|Time)String\(|DateTimeFormat\(|dateStyle|\$1-\$2-\$3/.test(
      readFileSync(join(repositoryRoot, file), 'utf8'),
    ),
  );
  expect(writing.sort()).toEqual(['renderer/i18n/dicom-words.ts', 'renderer/i18n/index.svelte.ts']);
  for (const file of writing) expect(readFileSync(join(repositoryRoot, file), 'utf8')).toContain('dateLocales[');
});
