/** How good a model is known to be, in the words of a terminal. */
import { type CallOutput, englishVerdictSentences, isNoBetterThanGuessing } from '../contract/index.ts';

const grounds = {
  train: 'On the training patients, which it learned from',
  val: 'On the validation patients, which chose epoch and threshold',
  test: 'On the test patients',
  'cross-validation': 'In cross-validation',
} as const satisfies Record<NonNullable<CallOutput<'judge.verdict'>>['split'], string>;

/** The verdict in a line; a warning where nothing shows that the model does better than guessing. */
export function verdictLines(known: CallOutput<'judge.verdict'>): string[] {
  if (known === null) {
    return ['Warning: nobody knows how good this model is: it has not been evaluated (sidelight evaluate).'];
  }
  const [head = ''] = englishVerdictSentences(known.verdict);
  const on = `${grounds[known.split]}: ${head}`;
  return isNoBetterThanGuessing(known.verdict)
    ? [`Warning: nothing shows that the answers of this model are better than guessing. ${on}`]
    : [on];
}
