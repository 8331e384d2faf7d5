/** Counted things: the number as the language writes it with the form that it asks for. */

/** `counted('de', 1, 'Studie', 'Studien')` is "1 Studie", with 1234 "1.234 Studien". English and German have these two forms. */
export function counted(language: string, n: number, one: string, several: string): string {
  return `${n.toLocaleString(language)} ${formOf(language, n, one, several)}`;
}

/** The form alone, where the number stands elsewhere or is not said. */
export function formOf(language: string, n: number, one: string, several: string): string {
  return new Intl.PluralRules(language).select(n) === 'one' ? one : several;
}
