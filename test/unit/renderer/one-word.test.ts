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
  ],
  en: [
    [/\b[Dd]ataset\b/, 'data set'],
    [/\bcategor(?:y|ies)\b/, 'class'],
    [/\bdirectory\b/, 'folder'],
  ],
};

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
  const writing = globSync('renderer/**/*.{ts,svelte}', { cwd: repositoryRoot })
    .filter((file) => !file.startsWith(join('renderer', 'screens', 'read')))
    .filter((file) =>
      /toLocale(?:Date|Time)String\(|DateTimeFormat\(|dateStyle/.test(readFileSync(join(repositoryRoot, file), 'utf8')),
    );
  expect(writing.sort()).toEqual(['renderer/i18n/index.svelte.ts', 'renderer/screens/library/dicom-words.ts']);
  for (const file of writing) expect(readFileSync(join(repositoryRoot, file), 'utf8')).toContain('dateLocales[');
});
