/**
 * Numbers as people read them, in reports, on the command line and in the window: with the minus sign (U+2212), not the hyphen that a line may break
 * at, and without a sign where they round to nothing. CSV and JSON, which programs read, keep the hyphen.
 */

/** `−0.267`, `0.000`. */
export function shownNumber(value: number, digits: number): string {
  return withMinus(value.toFixed(digits));
}

/** The same with the sign of a difference: `+0.012`, `−0.267`, `+0.000`. */
export function signedNumber(value: number, digits: number): string {
  const text = shownNumber(value, digits);
  return text.startsWith('−') ? text : `+${text}`;
}

/** A number that was written with a hyphen, as it is shown. */
export function withMinus(text: string): string {
  return text.replace(/^-(?=[0.,]*$)/, '').replace(/^-/, '−');
}
