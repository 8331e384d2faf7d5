/** Counted things: the number as the language writes it with the form that it asks for. */

/** `counted('de', 1, 'Studie', 'Studien')` is "1 Studie", with 1234 "1.234 Studien". English and German have these two forms. */
export function counted(language: string, n: number, one: string, several: string): string {
  return `${n.toLocaleString(language)} ${formOf(language, n, one, several)}`;
}

/** Those of the languages of this program, made once: progress is told with every step of a training. */
const rules: Readonly<Record<string, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  de: new Intl.PluralRules('de'),
};

/** The form alone, where the number stands elsewhere or is not said. */
export function formOf(language: string, n: number, one: string, several: string): string {
  return (rules[language] ?? new Intl.PluralRules(language)).select(n) === 'one' ? one : several;
}
