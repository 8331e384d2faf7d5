/** The figures of one level (images or studies) as reports carry them. */
import type { MetricsBlock, ModelRecord } from '../../contract/index.ts';
import { bootstrapIntervals } from '../../statistics/bootstrap.ts';
import { expectedCalibrationError, reliabilityBins } from '../../statistics/calibration.ts';
import { decide, prCurve, rocCurve } from '../../statistics/curves.ts';
import { computeClassMetrics, computeMetrics, type Scores } from '../../statistics/metrics.ts';
import { cutOf, positiveIndexOf } from '../training/operating-point.ts';

/** Resamples behind each interval. */
const resamples = 2000;

const pair = (interval: readonly [number, number] | null): [number, number] | null =>
  interval === null ? null : [interval[0], interval[1]];

/**
 * All figures, curves and 95 % intervals of what `model` said. `patients` names the patient of each row (intervals resample
 * patients); decisions are those that the model's threshold (two classes) or the largest probability makes. The headline figures of
 * two classes are those of the model's positive class, whichever of the two its threshold is about.
 */
export function metricsBlock(
  given: Pick<Scores, 'targets' | 'probabilities'>,
  patients: readonly (string | number)[],
  model: Pick<ModelRecord, 'classes' | 'positiveClass' | 'threshold' | 'thresholdClass'>,
): MetricsBlock {
  const scores: Scores = { ...given, classes: model.classes.length, positive: positiveIndexOf(model) };
  const decisions = decide(scores.probabilities, scores.classes, cutOf(model));
  const metrics = computeMetrics(scores, decisions);
  const intervals = bootstrapIntervals(scores, patients, { decisions, resamples });
  const perClass = computeClassMetrics(scores, decisions);
  return {
    n: metrics.n,
    patients: new Set(patients).size,
    auc: metrics.auc,
    aucInterval: pair(intervals.auc),
    accuracy: metrics.accuracy,
    accuracyInterval: pair(intervals.accuracy),
    f1: metrics.f1,
    precision: metrics.precision,
    recall: metrics.recall,
    sensitivity: metrics.sensitivity,
    specificity: metrics.specificity,
    kappa: metrics.kappaQuadratic,
    averagePrecision: metrics.averagePrecision,
    brier: metrics.brier,
    calibrationError: expectedCalibrationError(scores),
    positiveClass: model.positiveClass,
    threshold: model.threshold,
    thresholdClass: model.thresholdClass,
    confusion: metrics.confusion.map((row) => [...row]),
    perClass: perClass.map((c, i) => ({
      name: model.classes[i] ?? String(i),
      n: c.n,
      auc: c.auc,
      aucInterval: pair(intervals.classAuc[i] ?? null),
      sensitivity: c.sensitivity,
      specificity: c.specificity,
      averagePrecision: c.averagePrecision,
      roc: rocCurve(scores, i).map((p): [number, number] => [p.falsePositiveRate, p.truePositiveRate]),
      pr: prCurve(scores, i).map((p): [number, number] => [p.recall, p.precision]),
    })),
    calibration: reliabilityBins(scores).map((bin) => ({
      low: bin.low,
      high: bin.high,
      n: bin.n,
      confidence: bin.meanConfidence,
      accuracy: bin.accuracy,
    })),
  };
}
