/** Counted things, as the core counts them too; and texts in which values have places. */
import { counted, formOf } from '../../core/base/counted.ts';

export { counted };

/** "1 study", "2 studies". */
export const countedInEnglish = (n: number, one: string, several: string): string => counted('en', n, one, several);

/** „1 Studie“, „2 Studien“. */
export const countedInGerman = (n: number, one: string, several: string): string => counted('de', n, one, several);

/**
 * A text with its values: `{name}` becomes what `write` says of the value, `{name:one|several}` that with the form that the number asks for
 * ("{images:image|images}" is "1 image", with 2 "2 images"), `{name?one|several}` the form alone.
 */
export function filled(
  language: string,
  text: string,
  values: Readonly<Record<string, unknown>>,
  write: (key: string, value: unknown) => string,
): string {
  return text.replace(/\{(\w+)(?:([:?])([^|}]*)\|([^}]*))?\}/g, (_, key: string, how, one = '', several = '') => {
    const value = values[key];
    const form = how === undefined ? '' : formOf(language, Number(value), one, several);
    if (how === '?') return form;
    return how === ':' ? `${write(key, value)} ${form}` : write(key, value);
  });
}
