/** Words of the window: two complete languages, plural forms, licences as the packages state them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../core/base/error-codes.ts';
import { repositoryRoot } from '../../support/shared.ts';

/** The page's sources belong to another project, with the types of a browser; a test that runs in Node takes them as they come. */
async function pageModule<T>(...path: string[]): Promise<T> {
  return (await import(join(repositoryRoot, 'renderer', ...path))) as T;
}

const { counted } = await pageModule<{
  counted(language: string, n: number, one: string, other: string): string;
}>('i18n', 'count.ts');
const { en } = await pageModule<{ en: object }>('i18n', 'en', 'index.ts');
const { de } = await pageModule<{ de: object }>('i18n', 'de', 'index.ts');
const { programParts } = await pageModule<{ programParts: readonly { package: string; licence: string }[] }>(
  'screens',
  'settings',
  'parts.ts',
);

/** `path -> text or function` of every leaf. */
function leaves(table: object, path = ''): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  );
}

/** Words that are the same in both languages, and abbreviations. */
const alike =
  /^[^a-zäöü]*$|^Labels …$|^(Sidelight|Name|Filter|Node|ONNX Runtime|TensorFlow|Version|Import|Export|Trainings?|LPMs?|Labels?|Linear|LoRA|Alpha|Prompts|BitFit|Adapter|Test|Patient|UIDs|Abdomen|Mediastinum|Kappa|AdamW?)$/;

test('every key of English is in German and the other way round, as the same kind of entry', () => {
  const kinds = (table: object) => Object.fromEntries(leaves(table).map(([path, value]) => [path, typeof value]));
  expect(kinds(de)).toEqual(kinds(en));
});

test('no German text is still the English one', () => {
  const english = new Map(leaves(en));
  const same = leaves(de).filter(
    ([path, text]) => typeof text === 'string' && text === english.get(path) && !alike.test(text),
  );
  expect(same).toEqual([]);
});

test('every failure has its German sentence', async () => {
  const { germanFailures } = await pageModule<{ germanFailures: object }>('i18n', 'failures.ts');
  expect(Object.keys(germanFailures).sort()).toEqual(['BUG', ...Object.keys(errorCodes)].sort());
});

test('counted things take the form and the number of the language', () => {
  expect(counted('en', 1, 'study', 'studies')).toBe('1 study');
  expect(counted('en', 1234, 'study', 'studies')).toBe('1,234 studies');
  expect(counted('de', 0, 'Studie', 'Studien')).toBe('0 Studien');
  expect(counted('de', 1234, 'Studie', 'Studien')).toBe('1.234 Studien');
});

test('each part that the window names has the licence that its package states', () => {
  const stated = programParts.map(({ package: name }) => {
    const file = join(repositoryRoot, 'node_modules', name, 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { license: string }).license;
  });
  expect(stated).toEqual(programParts.map(({ licence }) => licence));
});
