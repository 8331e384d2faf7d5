/** A promise in words. */
import type { TimePromise } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** From here on a range is too wide for one number to stand for it. */
const widest = 3;
const minute = 60;
const hour = 60 * minute;

/** "About 7 min"; where the range is wide "Some minutes", because one number would say more than is known. */
export function promised({ seconds, low, high }: Pick<TimePromise, 'seconds' | 'low' | 'high'>): string {
  const words = i18n.words.train;
  if (high <= widest * low) return words.about(i18n.duration(seconds));
  if (high < minute) return words.someSeconds;
  return seconds < hour ? words.someMinutes : words.someHours;
}
