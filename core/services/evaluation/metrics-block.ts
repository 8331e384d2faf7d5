/** The figures of one level (images or studies) as reports carry them. */
import { type MetricsBlock, type StudyId, targetFacts } from '../../contract/index.ts';
import { reliabilityBins } from '../../statistics/calibration.ts';
import { prCurve, rocCurve } from '../../statistics/curves.ts';
import type { ServiceContext } from '../session/context.ts';
import type { EvaluatedAnswers } from './evaluated-answers.ts';
import {
  type EvaluatedSet,
  type EvaluationRequest,
  requireAnswers,
  requireRecord,
  requireSet,
} from './evaluated-set.ts';
import { levelFigures } from './figures.ts';
import { findingsFigures } from './findings-figures.ts';
import { classDecisions, pairOf } from './judge.ts';
import { quantityFigures } from './quantity-figures.ts';
import { verdictOnAnswers, verdictOnSet } from './verdict-figures.ts';

/** What an evaluation says of images and of studies. */
export interface EvaluationBlocks {
  readonly image: MetricsBlock;
  readonly study: MetricsBlock;
  /** Studies that have no label of their own, because their images carry different ones. */
  readonly mixedStudies: readonly StudyId[];
}

/** The blocks of an evaluation, whatever its data set asks. @throws MODEL_NOT_FOUND, DATASET_NOT_READY */
export function evaluationBlocks(context: ServiceContext, request: EvaluationRequest): EvaluationBlocks {
  const { isPerName, hasMarks } = targetFacts[requireRecord(context, request.model).target];
  if (!isPerName) {
    const set = requireSet(context, request);
    return {
      image: metricsBlock(context, set, 'image'),
      study: metricsBlock(context, set, 'study'),
      mixedStudies: set.mixedStudies,
    };
  }
  const answers = requireAnswers(context, request);
  const block = hasMarks ? findingsBlock : quantityBlock;
  return {
    image: block(context, answers, 'image'),
    study: block(context, answers, 'study'),
    mixedStudies: answers.mixedStudies,
  };
}

/** A block that says nothing, for targets to which not every figure means something. */
const nothing: Omit<MetricsBlock, 'n' | 'patients'> = {
  auc: null,
  aucInterval: null,
  accuracy: null,
  accuracyInterval: null,
  f1: null,
  precision: null,
  recall: null,
  sensitivity: null,
  specificity: null,
  kappa: null,
  averagePrecision: null,
  brier: null,
  calibrationError: null,
  figures: [],
  positiveClass: null,
  threshold: null,
  thresholdClass: null,
  confusion: [],
  perClass: [],
  calibration: [],
  agreement: null,
  points: [],
  verdict: null,
};

/** Of several findings: means over those that can be judged, then each by itself at its own threshold. */
function findingsBlock(context: ServiceContext, set: EvaluatedAnswers, which: 'image' | 'study'): MetricsBlock {
  const { findings, judged: _, averagePrecisionInterval: __, ...means } = findingsFigures(context, set, which);
  return {
    ...nothing,
    ...means,
    aucInterval: pairOf(means.aucInterval),
    accuracyInterval: pairOf(means.accuracyInterval),
    verdict: verdictOnAnswers(context, set, which),
    perClass: findings.map(({ scores, ...own }) => ({
      name: own.name,
      n: own.present,
      known: own.known,
      threshold: own.threshold,
      ...(own.unjudged === null ? {} : { unjudged: own.unjudged }),
      auc: own.auc,
      aucInterval: pairOf(own.aucInterval),
      sensitivity: own.sensitivity,
      specificity: own.specificity,
      averagePrecision: own.averagePrecision,
      ...curvesOf(scores, 1),
    })),
  };
}

/** Of numbers: how far off they are, and each of them beside its label. */
function quantityBlock(context: ServiceContext, set: EvaluatedAnswers, which: 'image' | 'study'): MetricsBlock {
  const { n, patients, ofTarget, agreement } = quantityFigures(context, set, which);
  const { truths, answers } = set[which];
  return {
    ...nothing,
    n,
    patients,
    verdict: verdictOnAnswers(context, set, which),
    figures: ofTarget.map(({ figure, value, interval }) => ({ figure, value, interval: pairOf(interval) })),
    agreement,
    points: Array.from(truths, (truth, i): [number, number] => [truth, answers[i] as number]),
  };
}

/** What the model's own decisions are worth for class `c` against the rest. */
function decisionsOf(
  level: EvaluatedSet['image'],
  decisions: ArrayLike<number>,
  c: number,
): Pick<
  MetricsBlock['perClass'][number],
  'answered' | 'precision' | 'sensitivityInterval' | 'specificityInterval' | 'precisionInterval'
> {
  const { sensitivity, specificity, precision, answered } = classDecisions(level, c, (i) => decisions[i] === c);
  return {
    answered,
    precision: precision.value,
    sensitivityInterval: pairOf(sensitivity.interval),
    specificityInterval: pairOf(specificity.interval),
    precisionInterval: pairOf(precision.interval),
  };
}

/** Curves of class `c` as reports carry them. */
function curvesOf(
  scores: EvaluatedSet['image']['scores'],
  c: number,
): Pick<MetricsBlock['perClass'][number], 'roc' | 'pr'> {
  return {
    roc: rocCurve(scores, c).map((p): [number, number] => [p.falsePositiveRate, p.truePositiveRate]),
    pr: prCurve(scores, c).map((p): [number, number] => [p.recall, p.precision]),
  };
}

/**
 * All figures, curves and 95 % intervals of what a model said. Decisions are those that its threshold (two classes) or the largest
 * probability makes. The headline figures of two classes are those of the model's positive class, whichever of the two its
 * threshold is about.
 */
function metricsBlock(context: ServiceContext, set: EvaluatedSet, which: 'image' | 'study'): MetricsBlock {
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
      ...decisionsOf(set[which], figures.decisions, i),
      averagePrecision: c.averagePrecision,
      ...curvesOf(scores, i),
    })),
    verdict: verdictOnSet(context, set, which),
    agreement: null,
    points: [],
    calibration: reliabilityBins(scores).map((bin) => ({
      low: bin.low,
      high: bin.high,
      n: bin.n,
      confidence: bin.meanConfidence,
      accuracy: bin.accuracy,
    })),
  };
}
