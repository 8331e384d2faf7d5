/**
 * Plural forms: every word of the window and every English text of the core that counts something, with one of each and with two. Forms come from
 * `Intl.PluralRules` alone, by `counted`.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

type Language = 'de' | 'en';

/** The page's sources belong to another project, with the types of a browser; a test that runs in Node takes them as they come. */
async function wordsOf(language: Language): Promise<object> {
  const module = (await import(join(repositoryRoot, 'renderer', 'i18n', language, 'index.ts'))) as Record<
    string,
    object
  >;
  return module[language] ?? {};
}

const { filled } = (await import(join(repositoryRoot, 'renderer', 'i18n', 'count.ts'))) as {
  filled(language: string, text: string, values: object, write: (key: string, value: unknown) => string): string;
};

/** `path -> text or function` of every leaf. */
function leaves(table: object, path = ''): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  );
}

/**
 * An argument of a word, whatever it is: a number `n`, a text that says it, a list of `n` names, or a note with such values. It equals nothing, so a
 * word that compares a number itself instead of asking `counted` takes the wrong form.
 */
function probe(n: number): unknown {
  const names = Array.from({ length: n }, (_, i) => `name${i}`);
  return new Proxy(names, {
    get: (list, key) => {
      if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? n : String(n));
      if (key === 'toLocaleString' || key === 'toString') return () => String(n);
      if (key === 'toLowerCase' || key === 'trim') return () => 'text';
      const own: unknown = Reflect.get(list, key);
      return own === undefined && typeof key === 'string' ? probe(n) : own;
    },
  });
}

/** What a word says where everything that it is told of is there `n` times. */
function said(word: (...values: readonly unknown[]) => unknown, n: number): string {
  return String(word(...Array.from({ length: 8 }, () => probe(n))));
}

/** Things that are counted, each with all its plural forms. */
const nouns: Readonly<Record<Language, Readonly<Record<string, readonly string[]>>>> = {
  en: {
    ...Object.fromEntries(
      (
        'answer backup batch case class classification column comment day epoch error evaluation file finding fold folder frame grade group image label ' +
        'layer line minute model name network number patch path patient picture question reader recipe record request result row run second ' +
        'setting slice step study tag thread token training version weight word'
      )
        .split(' ')
        .map((one) => [
          one,
          [
            one
              .replace(/([^aeiou])y$/, '$1ie')
              .replace(/(ss|ch|sh|x)$/, '$1e')
              .concat('s'),
          ],
        ]),
    ),
    person: ['people', 'persons'],
  },
  de: {
    Antwort: ['Antworten'],
    Auftrag: ['Aufträge', 'Aufträgen'],
    Auswertung: ['Auswertungen'],
    Befund: ['Befunde', 'Befunden'],
    Bild: ['Bilder', 'Bildern'],
    Datei: ['Dateien'],
    Datensatz: ['Datensätze', 'Datensätzen'],
    Epoche: ['Epochen'],
    Fall: ['Fälle', 'Fällen'],
    Falte: ['Falten'],
    Gewicht: ['Gewichte', 'Gewichten'],
    Grad: ['Grade', 'Graden'],
    Gruppe: ['Gruppen'],
    Klasse: ['Klassen'],
    Klassifikation: ['Klassifikationen'],
    Kommentar: ['Kommentare', 'Kommentaren'],
    Label: ['Labels'],
    Minute: ['Minuten'],
    Modell: ['Modelle', 'Modellen'],
    Name: ['Namen'],
    Netz: ['Netze', 'Netzen'],
    Ordner: [],
    Patient: ['Patienten'],
    Pfad: ['Pfade', 'Pfaden'],
    Schicht: ['Schichten'],
    Schritt: ['Schritte', 'Schritten'],
    Sekunde: ['Sekunden'],
    Serie: ['Serien'],
    Studie: ['Studien'],
    Testpatient: ['Testpatienten'],
    Thread: ['Threads'],
    Version: ['Versionen'],
    Zahl: ['Zahlen'],
    Zeile: ['Zeilen'],
  },
};

/** After a number, at most one word may stand before the thing that is counted ("2 new labels"). */
function wrongForms(language: Language, text: string, n: number): string[] {
  return Object.entries(nouns[language]).flatMap(([one, several]) => {
    const wrong = n === 1 ? several : several.includes(one) || several.length === 0 ? [] : [one];
    return wrong.flatMap((form) => {
      const found = new RegExp(
        `(?<![\\d.,:/\\p{L}])${n}(?:[ \\u00a0](?!(?:an|as|by|der|im|in|je|of|on|von) )[\\p{L}-]+)?[ \\u00a0]${form}(?![\\p{L}-]| (?:patient|case|image)s?\\b)`,
        'u',
      ).exec(text);
      return found === null ? [] : [found[0]];
    });
  });
}

test.each(['en', 'de'] as const)('in %s every word that counts has the form of one and of two', async (language) => {
  const wrong: string[] = [];
  for (const [path, word] of leaves(await wordsOf(language))) {
    for (const n of [1, 2]) {
      const text =
        typeof word === 'function'
          ? said(word as (...values: readonly unknown[]) => unknown, n)
          : filled(language, String(word), new Proxy({}, { get: () => n }), () => String(n));
      for (const form of wrongForms(language, text, n)) wrong.push(`${path}: ${form}`);
      // What a verb agrees with.
      if (language === 'en' && n === 1 && /(?<![\d.,]|to )1(?: [a-z]+)? (?:are|were|have)\b/.test(text))
        wrong.push(`${path}: ${text}`);
      if (language === 'en' && n === 2 && /(?<![\d.,])2 [a-z]+s (?:is|was|has)\b/.test(text))
        wrong.push(`${path}: ${text}`);
    }
  }
  expect(wrong).toEqual([]);
});

/**
 * By file, how many texts have a number (or a word) before a plural and may: there are always two or more, or it is said to no person (assertions,
 * keys of what is kept). A new one asks `counted` instead.
 */
const severalAnyway: Readonly<Record<string, number>> = {
  'core/cli/commands/evaluate.ts': 1,
  'core/cli/commands/labels-order.ts': 1,
  'core/cli/commands/lpm-try-int8.ts': 1,
  'core/cli/curve-lines.ts': 1,
  'core/cli/fold-lines.ts': 2,
  'core/cli/note-lines.ts': 2,
  'core/cli/replay-lines.ts': 1,
  'core/cli/shortcut-lines.ts': 1,
  'core/codecs/jpeg/markers.ts': 1,
  'core/dicom/pixels.ts': 2,
  'core/models/parameters.ts': 1,
  'core/models/preset.ts': 1,
  'core/models/stored-weights.ts': 1,
  'core/report/comparison-words.ts': 3,
  'core/report/referral-words.ts': 1,
  'core/services/datasets/classes.ts': 1,
  'core/services/datasets/split.ts': 1,
  'core/services/devices/judge.ts': 1,
  'core/services/devices/side-case.ts': 1,
  'core/services/estimate/rates.ts': 1,
  'core/services/evaluation/evaluate.ts': 1,
  'core/services/evaluation/evidence.ts': 1,
  'core/services/evaluation/judge-settings.ts': 1,
  'core/services/evaluation/judge.ts': 1,
  'core/services/evaluation/report-write.ts': 1,
  'core/services/files/scan.ts': 1,
  'core/services/import/labels.ts': 2,
  'core/services/import/many-classes.ts': 2,
  'core/services/import/profiles/describe.ts': 1,
  'core/services/library/delete-patient.ts': 1,
  'core/services/lpm/recognise.ts': 3,
  'core/services/patients/patients.ts': 1,
  'core/services/recipe/progress.ts': 1,
  'core/services/replay/record.ts': 1,
  'core/services/replay/replay.ts': 1,
  'core/services/training/again.ts': 1,
  'core/services/training/folds.ts': 5,
  'core/services/training/material.ts': 1,
  'core/services/training/model.ts': 1,
  'core/services/training/plan.ts': 1,
  'core/store/queries/runs.ts': 1,
};

test('no text of the core writes a plural after a number that may be one', () => {
  const plurals = Object.values(nouns.en).flat();
  const written = new RegExp(
    `\\$\\{[^{}]*\\} (?:more |other |test )?(?:${plurals.join('|')})\\b(?! of (?:the|it))`,
    'g',
  );
  const found = globSync(['core/**/*.ts', 'electron/**/*.ts'], { cwd: repositoryRoot })
    .map((file) => [file, readFileSync(join(repositoryRoot, file), 'utf8').match(written)?.length ?? 0] as const)
    .filter(([, texts]) => texts > 0);
  expect(Object.fromEntries(found)).toEqual(severalAnyway);
});
