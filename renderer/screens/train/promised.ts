/** A promise in words, and how far off it was. */
import type { JobView, TimePromise } from '../../../core/contract/index.ts';
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

/** All promises added up; null where there is none or one is missing. */
export function totalOf(promises: readonly (TimePromise | null)[]): TimePromise | null {
  const known = promises.filter((promise): promise is TimePromise => promise !== null);
  if (known.length === 0 || known.length < promises.length) return null;
  const sum = (of: (promise: TimePromise) => number): number => known.reduce((all, promise) => all + of(promise), 0);
  return {
    seconds: sum((p) => p.seconds),
    low: sum((p) => p.low),
    high: sum((p) => p.high),
    diskBytes: sum((p) => p.diskBytes),
    stages: known.flatMap(({ stages }) => stages),
  };
}

/**
 * How far the whole of a job is off what was promised, as a share (0.5 is half as long again); null as long as it is within the range that was
 * said with it. Being done early is worth a word at the end and no warning; before it began, and where it was stopped, there is nothing to be off.
 */
export function offBy({
  promise,
  remainingSeconds,
  ranSeconds,
  state,
}: Pick<JobView, 'promise' | 'remainingSeconds' | 'ranSeconds' | 'state'>): number | null {
  if (promise === null || promise.seconds < 1) return null;
  if (state === 'running' ? remainingSeconds === null : state !== 'succeeded') return null;
  const whole = ranSeconds + (remainingSeconds ?? 0);
  if (whole > promise.high) return whole / promise.seconds - 1;
  return state === 'succeeded' && whole < promise.low ? whole / promise.seconds - 1 : null;
}
