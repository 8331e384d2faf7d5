/** What is said of an image of the list in Evidence: its label, its answer, and how the two compare. */
import type { AnsweredImage, Said } from '../../../core/contract/index.ts';
import { targetFacts } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';
import type { EvidenceState } from './evidence.svelte.ts';

/** Digits of a number in its unit, as Judge writes it. */
const digits = 2;

/** Empty where nothing is known of the image. */
export const labelOf = (evidence: EvidenceState, { label, state }: AnsweredImage): string =>
  label === null || state === 'unlabelled' ? '' : wordsOf(evidence, label);

/** Empty where the model was not asked. */
export const answerOf = (evidence: EvidenceState, { answer }: AnsweredImage): string =>
  answer === null ? '' : wordsOf(evidence, answer);

function wordsOf(evidence: EvidenceState, said: Said): string {
  const words = evidence.wordsOf(said, (number) => i18n.number(number, digits));
  const hasFindings = evidence.record !== undefined && targetFacts[evidence.record.target].hasMarks;
  return words === '' && hasFindings ? i18n.words.evidence.noFinding : words;
}

/** Wrong, right, off by how much; or what is missing for one of these. */
export function markOf({ state, off }: AnsweredImage): string {
  const { steps, error, states } = i18n.words.evidence;
  if (state === 'off') return error(i18n.number(off ?? 0, digits));
  return state === 'wrong' && off !== null ? steps(off) : states[state];
}
