/** What is said to the questions of a data set, in a few words for a line of a list. */
import { withMinus } from '../../core/base/shown-number.ts';
import { type TargetKind, targetFacts } from '../../core/contract/index.ts';
import type { Words } from '../i18n/words.ts';

export interface SaidAnswer {
  /** The question: a finding, or a quantity. */
  readonly name: string;
  /** A mark or a number; null where it is not known. */
  readonly word: string | null;
}

/** `Edema, Mass?; 3 not known`: what is present, what may be, and how much nobody has said; of a number, the number. Null where nothing is known. */
export function shortAnswer({ read }: Words, target: TargetKind, answers: readonly SaidAnswer[]): string | null {
  const known = answers.flatMap(({ name, word }) => (word === null ? [] : [{ name, word }]));
  if (known.length === 0) return null;
  if (!targetFacts[target].hasMarks) return known.map(({ word }) => withMinus(word)).join(', ');
  const named = known.flatMap(({ name, word }) =>
    word === 'present' ? [name] : word === 'uncertain' ? [`${name}?`] : [],
  );
  const missing = answers.length - known.length;
  const text = named.length === 0 ? read.noneFound : named.join(', ');
  return missing === 0 ? text : `${text}; ${read.notKnownCount(missing)}`;
}

/** The unit that stands in brackets at the end of a name, and the name without it: `bone age (months)`. */
export function nameAndUnit(name: string): { readonly name: string; readonly unit: string } {
  const found = /^(.*\S)\s*[([]([^()[\]]+)[)\]]$/.exec(name.trim());
  return { name: found?.[1] ?? name, unit: found?.[2] ?? '' };
}
