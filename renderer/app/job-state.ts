/** What a job is said to be. */
import type { JobView } from '../../core/contract/index.ts';
import { i18n } from '../i18n/index.svelte.ts';

/** Its state in a word, with a question mark where nobody can tell from here whether it still runs. */
export function jobState({
  isPaused,
  state,
  isStateKnown,
}: Pick<JobView, 'isPaused' | 'state' | 'isStateKnown'>): string {
  const { jobPaused, jobStates } = i18n.words.shell;
  return isPaused ? jobPaused : `${jobStates[state]}${isStateKnown ? '' : '?'}`;
}
