/** The figures of one level (images or studies) as reports carry them. */
import type { MetricsBlock } from '../../contract/index.ts';
import { reliabilityBins } from '../../statistics/calibration.ts';
import { prCurve, rocCurve } from '../../statistics/curves.ts';
import type { ServiceContext } from '../session/context.ts';
import type { EvaluatedSet } from './evaluated-set.ts';
import { levelFigures } from './figures.ts';
import { pairOf } from './judge.ts';

/**
 * All figures, curves and 95 % intervals of what a model said. Decisions are those that its threshold (two classes) or the largest
 * probability makes. The headline figures of two classes are those of the model's positive class, whichever of the two its
 * threshold is about.
 */
export function metricsBlock(context: ServiceContext, set: EvaluatedSet, which: 'image' | 'study'): MetricsBlock {
  const { record } = set;
  const { scores } = set[which];
  const figures = levelFigures(context, set, which);
  return {
    n: figures.n,
    patients: figures.patients,
    auc: figures.auc,
    aucInterval: pairOf(figures.aucInterval),
    accuracy: figures.accuracy,
    accuracyInterval: pairOf(figures.accuracyInterval),
    f1: figures.f1,
    precision: figures.precision,
    recall: figures.recall,
    sensitivity: figures.sensitivity,
    specificity: figures.specificity,
    kappa: figures.kappaQuadratic,
    averagePrecision: figures.averagePrecision,
    brier: figures.brier,
    calibrationError: figures.calibrationError,
    figures: figures.ofTarget.map(({ figure, value, interval }) => ({ figure, value, interval: pairOf(interval) })),
    positiveClass: record.positiveClass,
    threshold: record.threshold,
    thresholdClass: record.thresholdClass,
    confusion: figures.confusion.map((row) => [...row]),
    perClass: figures.perClass.map((c, i) => ({
      name: c.name,
      n: c.n,
      auc: c.auc,
      aucInterval: pairOf(c.aucInterval),
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
