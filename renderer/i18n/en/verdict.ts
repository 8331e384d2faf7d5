import { englishVerdict } from '../../../core/contract/verdict-words.ts';

export const verdict = {
  title: 'What the figures mean',
  on: {
    test: 'On the test cases:',
    val: 'On the validation cases, which chose the epoch and the threshold:',
    'cross-validation': 'In cross-validation, each patient by a network that had not learned from it:',
    train: 'On the training cases, which the model learned by:',
  },
  warning: 'Nothing shows that the answers of this model are better than guessing.',
  notEvaluated: 'Nobody knows how good this model is: it has not been evaluated yet.',
  judge: 'Judge it',
  words: englishVerdict,
} as const;
