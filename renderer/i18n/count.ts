/** Counted things: the number as the language writes it with the form that it asks for. */

/** `counted('de', 1, 'Studie', 'Studien')` is "1 Studie", with 1234 "1.234 Studien". English and German have these two forms. */
export function counted(language: string, n: number, one: string, other: string): string {
  const form = new Intl.PluralRules(language).select(n) === 'one' ? one : other;
  return `${n.toLocaleString(language)} ${form}`;
}
