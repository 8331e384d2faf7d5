/** Figures with their intervals in words. */
import type { EstimateView, ModelRecord } from '../../../core/contract/index.ts';
import { i18n } from '../../i18n/index.svelte.ts';

/** "0.91", or a dash where it is not defined. */
export function figure(value: number | null, digits = 2): string {
  return value === null ? '–' : i18n.number(value, digits);
}

/** "0.85–0.95", or nothing. */
export function range(estimate: EstimateView | null, digits = 2): string {
  if (estimate?.interval == null) return '';
  const [low, high] = estimate.interval;
  return `${i18n.number(low, digits)}–${i18n.number(high, digits)}`;
}

/** "0.91 (0.85–0.95)". */
export function estimate(value: EstimateView | null, digits = 2): string {
  if (value === null) return '–';
  const interval = range(value, digits);
  return interval === '' ? figure(value.value, digits) : `${figure(value.value, digits)} (${interval})`;
}

/** "1,234" with the sign of a difference: "+0.02". */
export function signed(value: EstimateView, digits = 3): string {
  if (value.value === null) return '–';
  const sign = (n: number): string => (n > 0 ? `+${i18n.number(n, digits)}` : i18n.number(n, digits));
  const interval = value.interval === null ? '' : ` (${sign(value.interval[0])} … ${sign(value.interval[1])})`;
  return `${sign(value.value)}${interval}`;
}

/** A figure's name with the class that it is about: `Sensitivity (“fracture”)`; of more than two, that class against the rest. */
export function aboutClass(label: string, name: string, isBinary: boolean, isGuessed = false): string {
  const words = i18n.words.judge;
  if (!isBinary) return words.ofClassAgainstRest(label, name);
  return isGuessed ? words.ofGuessedClass(label, name) : words.ofClass(label, name);
}

/** Whether nobody said which of two classes is positive, and the names do not tell: every figure says so. */
export function isPositiveGuessed(
  report: { readonly model: Pick<ModelRecord, 'positiveClassSource'> } | null,
): boolean {
  return report?.model.positiveClassSource === 'alphabet';
}
