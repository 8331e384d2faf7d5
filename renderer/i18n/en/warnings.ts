import { englishWarnings } from '../../../core/contract/warnings.ts';

export const warnings = {
  title: 'To be known about this result',
  ofTraining: 'What was found when it was trained, and since:',
  words: englishWarnings,
} as const;
