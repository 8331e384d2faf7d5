/** The curves and figures of one evaluation as the window draws them. */
import {
  type CallOutput,
  type ClassCurves,
  type EvaluationPart,
  type FindingsReport,
  type JudgeLevel,
  type JudgeReport,
  type LevelReport,
  type NumbersLevel,
  type NumbersReport,
  targetFacts,
} from '../../contract/index.ts';
import { classReliabilityBins } from '../../statistics/calibration.ts';
import { prCurve, rocCurve } from '../../statistics/curves.ts';
import { proportion } from '../../statistics/proportions.ts';
import { coverageCurve } from '../../statistics/refer.ts';
import { worthOfRows } from '../../statistics/shares-of-cases.ts';
import { type EvaluatedImage, testEvaluations } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import { calibrationCases } from './calibration-cases.ts';
import type { EvaluatedAnswers } from './evaluated-answers.ts';
import {
  type EvaluatedLevel,
  type EvaluatedSet,
  type EvaluationRequest,
  evaluatedAnswers,
  evaluatedSet,
  requireAnswers,
  requireRecord,
} from './evaluated-set.ts';
import { type ClassFigures, levelFigures } from './figures.ts';
import { findingsFigures } from './findings-figures.ts';
import { calledAt, classDecisions, estimateOf, pairOf, recordView, targetFiguresOf } from './judge.ts';
import { peopleWarnings } from './patient-warnings.ts';
import { quantityFigures } from './quantity-figures.ts';
import { verdictOnAnswers, verdictOnSet } from './verdict-figures.ts';

/** What a verdict on a model is of, the best ground first: patients that took no part in its making, then those that a network had not learned from. */
const grounds = ['test', 'cross-validation', 'val'] as const satisfies readonly EvaluationPart[];

/** What the figures of a model mean, of its studies, on the best ground that it was evaluated on; null where there is none. @throws MODEL_NOT_FOUND */
export function modelVerdict(context: ServiceContext, model: string): CallOutput<'judge.verdict'> {
  const { isPerName } = targetFacts[requireRecord(context, model).target];
  for (const split of grounds) {
    const request = { model, split, pooling: 'mean' } as const;
    if (isPerName) {
      const answers = evaluatedAnswers(context, request);
      if (answers !== null) return { split, verdict: verdictOnAnswers(context, answers, mainLevel(answers)) };
    } else {
      const set = evaluatedSet(context, request);
      if (set !== null) return { split, verdict: verdictOnSet(context, set, mainLevel(set)) };
    }
  }
  return null;
}

/** Studies, except where none has a label of its own. */
export const mainLevel = ({ study }: { readonly study: { readonly members: readonly unknown[] } }): JudgeLevel =>
  study.members.length > 0 ? 'study' : 'image';

/** Points of a drawn curve: more than a screen can show would only slow it. */
const mostPoints = 300;
/**
 * The report of an evaluation, or null where the model was not evaluated on the split. Looking at the test split is noted in
 * the audit trail each time.
 * @throws MODEL_NOT_FOUND
 */
export function judgeReport(context: ServiceContext, request: EvaluationRequest): JudgeReport | null {
  const set = evaluatedSet(context, request);
  if (set === null) return null;
  if (set.split === 'test') recordView(context, set.record.name, set.split);
  return {
    ...originOf(context, set),
    finding: set.finding,
    calibration: calibrationCases(context.library.db, requireRecord(context, set.record.name)),
    image: levelReport(context, set, 'image'),
    study: levelReport(context, set, 'study'),
  };
}

/**
 * The report of an evaluation of a model of numbers, or null where it was not evaluated on the split. Looking at the test split is noted in
 * the audit trail each time.
 * @throws MODEL_NOT_FOUND; BAD_INPUT for a model of something else
 */
export function numbersReport(context: ServiceContext, request: EvaluationRequest): NumbersReport | null {
  const set = evaluatedAnswers(context, request);
  if (set === null) return null;
  if (set.split === 'test') recordView(context, set.record.name, set.split);
  return {
    ...originOf(context, set),
    image: numbersLevel(context, set, 'image'),
    study: numbersLevel(context, set, 'study'),
  };
}

function originOf(context: ServiceContext, set: EvaluatedSet | EvaluatedAnswers) {
  return {
    model: set.record,
    split: set.split,
    dataset: set.run.dataset,
    version: set.run.datasetVersion,
    evaluatedAt: set.evaluatedAt,
    testEvaluations: testEvaluations(context.library.db, set.record.id),
    warnings: peopleWarnings(context.library.db, set.run).filter(
      (warning) => !('part' in warning) || warning.part === set.split,
    ),
    mixedStudies: set.mixedStudies.length,
  };
}

function numbersLevel(context: ServiceContext, set: EvaluatedAnswers, which: JudgeLevel): NumbersLevel {
  const figures = quantityFigures(context, set, which);
  const { truths, answers, members } = set[which];
  const cases = members.map((images, i) => {
    const first = images[0] as EvaluatedImage;
    return {
      instanceId: first.instanceId,
      frame: first.frame,
      studyId: first.studyId,
      images: images.length,
      truth: truths[i] as number,
      answer: answers[i] as number,
    };
  });
  const missed = ({ truth, answer }: (typeof cases)[number]): number => Math.abs(answer - truth);
  return {
    n: figures.n,
    patients: figures.patients,
    verdict: verdictOnAnswers(context, set, which),
    figures: targetFiguresOf(figures),
    agreement: figures.agreement,
    cases: cases.sort((a, b) => missed(b) - missed(a)),
  };
}

/** The evaluation of all findings, of a set about one of them. */
function wholeOf(context: ServiceContext, { record, split, pooling }: EvaluatedSet): EvaluatedAnswers {
  return requireAnswers(context, { model: record.name, split, pooling });
}

/** All findings of the model of a set about one of them; null of other targets. */
function findingsReport(context: ServiceContext, set: EvaluatedSet, which: JudgeLevel): FindingsReport | null {
  if (set.finding === null) return null;
  const figures = findingsFigures(context, wholeOf(context, set), which);
  return {
    n: figures.n,
    patients: figures.patients,
    judged: figures.judged,
    auc: { value: figures.auc, interval: pairOf(figures.aucInterval) },
    averagePrecision: { value: figures.averagePrecision, interval: pairOf(figures.averagePrecisionInterval) },
    accuracy: { value: figures.accuracy, interval: pairOf(figures.accuracyInterval) },
    findings: figures.findings.map((own) => {
      const { sensitivity, specificity } = classDecisions(own, 1, calledAt(own.scores, 1, own.threshold));
      return {
        name: own.name,
        known: own.known,
        present: own.present,
        unjudged: own.unjudged,
        auc: { value: own.auc, interval: pairOf(own.aucInterval) },
        averagePrecision: own.averagePrecision,
        sensitivity: estimateOf(sensitivity),
        specificity: estimateOf(specificity),
        threshold: own.threshold,
      };
    }),
  };
}

function levelReport(context: ServiceContext, set: EvaluatedSet, which: JudgeLevel): LevelReport {
  const { record } = set;
  const level = set[which];
  const figures = levelFigures(context, set, which);
  return {
    n: figures.n,
    patients: figures.patients,
    verdict:
      set.finding === null
        ? verdictOnSet(context, set, which)
        : verdictOnAnswers(context, wholeOf(context, set), which),
    auc: { value: figures.auc, interval: pairOf(figures.aucInterval) },
    averagePrecision: { value: figures.averagePrecision, interval: pairOf(figures.averagePrecisionInterval) },
    accuracy: { value: figures.accuracy, interval: pairOf(figures.accuracyInterval) },
    figures: targetFiguresOf(figures),
    brier: figures.brier,
    calibrationError: figures.calibrationError,
    classes: figures.perClass.map((own, c) => classCurves(level, c, own, figures.decisions)),
    coverage: coverageCurve(level.scores, cutOf(record), { cases: level }).map(
      ({ band: { classIndex, low, high }, ...point }) => ({
        ...point,
        band: { className: classIndex === null ? null : (record.classes[classIndex] as string), low, high },
        errorInterval: pairOf(point.errorInterval),
      }),
    ),
    findings: findingsReport(context, set, which),
  };
}

function classCurves(level: EvaluatedLevel, c: number, own: ClassFigures, decisions: ArrayLike<number>): ClassCurves {
  const { scores } = level;
  const { answered, sensitivity, specificity, precision } = classDecisions(level, c, (i) => decisions[i] === c);
  return {
    name: own.name,
    n: own.n,
    auc: { value: own.auc, interval: pairOf(own.aucInterval) },
    averagePrecision: own.averagePrecision,
    answered,
    sensitivity: estimateOf(sensitivity),
    specificity: estimateOf(specificity),
    precision: estimateOf(precision),
    roc: thinned(rocCurve(scores, c)).map((p) => [p.falsePositiveRate, p.truePositiveRate, Math.min(1, p.threshold)]),
    band: own.rocBand.map((p) => [p.falsePositiveRate, p.low, p.high]),
    pr: thinned(prCurve(scores, c)).map((p) => [p.recall, p.precision, p.threshold]),
    calibration: classReliabilityBins(scores, c).map(({ hits, rows, ...bin }) => ({
      ...bin,
      observed: estimateOf(proportion(hits, bin.n, worthOfRows(rows, level))),
    })),
  };
}

/** Every k-th point, the first and the last among them. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
