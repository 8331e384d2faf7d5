/** How far the networks of a model of folds agree about a case, and which of its answers are to go to a reader. */
import { type FoldAgreement, type ModelRecord, type Prediction, targetFacts } from '../../contract/index.ts';
import { isReferred } from '../../statistics/refer.ts';
import { targets } from '../../targets/index.ts';
import { cutOf, referBandOf } from '../training/operating-point.ts';

/**
 * Of each answer to a case: how many of the networks answer the same by the thresholds that it was decided with, and from where to where their probabilities of it
 * (numbers: their numbers) reach. Empty of a model of one network.
 */
export function foldAgreement(
  model: Pick<ModelRecord, 'target' | 'classes'>,
  { decision, probabilities, threshold, thresholdClass, foldAnswers, findingThresholds }: FoldedAnswer,
): FoldAgreement[] {
  if (foldAnswers.length === 0) return [];
  const { isPerName, hasMarks } = targetFacts[model.target];
  const folds = foldAnswers.length;
  const rangeOf = (values: readonly number[]) => ({ folds, low: Math.min(...values), high: Math.max(...values) });
  if (isPerName && !hasMarks) {
    const [name = ''] = model.classes;
    return [{ name, answer: decision, agreeing: null, ...rangeOf(foldAnswers.map(([value = 0]) => value)) }];
  }
  if (!hasMarks) {
    // Not the model's own, which may have been moved since: of networks that all said the same then some would seem to contradict.
    const point = { cut: cutOf({ classes: model.classes, threshold, thresholdClass }), thresholds: [] };
    const agreeing = foldAnswers.filter((own) => targets[model.target].answer(own, model.classes, point) === decision);
    const place = model.classes.indexOf(decision);
    return [
      {
        name: decision,
        answer: decision,
        agreeing: agreeing.length,
        ...rangeOf(foldAnswers.map((own) => own[place] ?? 0)),
      },
    ];
  }
  return model.classes.map((name, k) => {
    const threshold = findingThresholds[k] ?? 0.5;
    const isPresent = (probabilities[k] ?? 0) >= threshold;
    const values = foldAnswers.map((own) => own[k] ?? 0);
    return {
      name,
      answer: isPresent ? 'present' : 'absent',
      agreeing: values.filter((p) => p >= threshold === isPresent).length,
      ...rangeOf(values),
    };
  });
}

type FoldedAnswer = Pick<
  Prediction,
  'decision' | 'probabilities' | 'threshold' | 'thresholdClass' | 'foldAnswers' | 'findingThresholds'
>;

/**
 * The names whose answer lies in a band of the model that goes to a reader: of one answer, that answer; of several findings, those. Null of a
 * model without a band.
 */
export function referredNames(
  model: Pick<ModelRecord, 'classes' | 'referBand' | 'findings'>,
  { decision, probabilities }: { readonly decision: string; readonly probabilities: readonly number[] },
): string[] | null {
  const band = referBandOf(model);
  if (band !== null) return isReferred(probabilities, band) ? [decision] : [];
  if (model.findings.every(({ referBand }) => referBand === null)) return null;
  return model.classes.filter((_, k) => {
    const own = model.findings[k]?.referBand ?? null;
    const p = probabilities[k] as number;
    return own !== null && isReferred([1 - p, p], { classIndex: 1, low: own.low, high: own.high });
  });
}
