/** The band of a ROC curve. */
import type { ClassCurves } from '../../../core/contract/index.ts';

/** Whether draws of patients move the curve at all: a band as thin as its curve would claim a certainty that nobody has. */
export const hasBand = (band: ClassCurves['band']): boolean => band.some(([, low, high]) => high - low > 1e-9);
