/** What a model's record says of its classes by name, as places in its list of classes for the arithmetic. */
import { invariant } from '../../base/errors.ts';
import type { ModelRecord } from '../../contract/index.ts';
import type { Cut } from '../../statistics/curves.ts';
import type { ReferBand } from '../../statistics/refer.ts';
import type { OperatingPoint } from '../../targets/index.ts';

/** The place of a class in a model's list. */
export function classIndexOf({ classes }: Pick<ModelRecord, 'classes'>, name: string): number {
  const index = classes.indexOf(name);
  invariant(index >= 0, 'a class that a model names is one of its classes');
  return index;
}

/** The place of the positive class; null for more than two classes. */
export function positiveIndexOf(model: Pick<ModelRecord, 'classes' | 'positiveClass'>): number | null {
  return model.positiveClass === null ? null : classIndexOf(model, model.positiveClass);
}

/** The model's own cut; null where its most probable class decides. */
export function cutOf(model: Pick<ModelRecord, 'classes' | 'threshold' | 'thresholdClass'>): Cut | null {
  const { threshold, thresholdClass } = model;
  if (threshold === null || thresholdClass === null) return null;
  return { classIndex: classIndexOf(model, thresholdClass), threshold };
}

/** How a model decides. */
export function operatingPointOf(
  model: Pick<ModelRecord, 'classes' | 'threshold' | 'thresholdClass' | 'findings'>,
): OperatingPoint {
  return { cut: cutOf(model), thresholds: model.findings.map(({ threshold }) => threshold) };
}

/** The band of answers that a reader should see, or null. */
export function referBandOf(model: Pick<ModelRecord, 'classes' | 'referBand'>): ReferBand | null {
  if (model.referBand === null) return null;
  const { className, low, high } = model.referBand;
  return { classIndex: className === null ? null : classIndexOf(model, className), low, high };
}
