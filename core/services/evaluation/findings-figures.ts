/**
 * The figures of a model of several findings: one row a finding, and means over those that can be judged. A finding's own figures are those of
 * its two classes (`levelFigures`), so that Judge, which shows them one by one, has the same numbers.
 */
import { z } from 'zod';
import type { UnjudgedReason } from '../../contract/index.ts';
import { type BandPoint, bootstrapInterval, type Interval, meanInterval } from '../../statistics/bootstrap.ts';
import { clopperPearson } from '../../statistics/exact.ts';
import {
  canBeJudged,
  type FindingMetrics,
  findingMetrics,
  macroMean,
  macroRankings,
  markAccuracy,
} from '../../statistics/findings.ts';
import type { Scores } from '../../statistics/metrics.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { operatingPointOf } from '../training/operating-point.ts';
import { type AnswerLevel, type EvaluatedAnswers, markedScores } from './evaluated-answers.ts';
import { requireSet } from './evaluated-set.ts';
import { intervalsHeader, kept, levelFigures, numberBytes } from './figures.ts';

export interface FindingFigures extends FindingMetrics {
  readonly name: string;
  readonly threshold: number;
  /** Null where it can be judged. */
  readonly unjudged: UnjudgedReason | null;
  readonly aucInterval: Interval | null;
  readonly rocBand: readonly BandPoint[];
  /** The finding as two classes, for its curves. */
  readonly scores: Scores;
  /** The patient of each case where it is known. */
  readonly patients: readonly number[];
  readonly worth: number;
}

export interface FindingsFigures {
  readonly n: number;
  readonly patients: number;
  /** Findings that can be judged: what the means are over. */
  readonly judged: number;
  readonly auc: number | null;
  readonly aucInterval: Interval | null;
  readonly averagePrecision: number | null;
  readonly averagePrecisionInterval: Interval | null;
  /** The share of right answers to all that is known. */
  readonly accuracy: number | null;
  readonly accuracyInterval: Interval | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly brier: number | null;
  /** In the model's order. */
  readonly findings: readonly FindingFigures[];
}

const intervalSchema = z.tuple([z.number(), z.number()]).nullable();

const figuresOfAnswers: SessionCache<
  WeakMap<AnswerLevel, { readonly thresholds: readonly number[]; readonly figures: FindingsFigures }>
> = {
  name: 'figures of findings',
  until: 'change',
  make: () => new WeakMap(),
};

/** All figures of one level at the model's own thresholds; those of a level are computed once. */
export function findingsFigures(
  context: ServiceContext,
  set: EvaluatedAnswers,
  which: 'image' | 'study',
): FindingsFigures {
  const { record } = set;
  const level = set[which];
  const { thresholds } = operatingPointOf(record);
  const known = context.caches.of(figuresOfAnswers);
  const found = known.get(level);
  if (found !== undefined && String(found.thresholds) === String(thresholds)) return found.figures;
  const answers = markedScores(level);
  const { patients, worth } = level;
  const metrics = findingMetrics(answers, thresholds);
  const macro = macroRankings(answers);
  const part = `all findings, ${which === 'image' ? 'image' : `study ${set.pooling}`}`;
  const inputs = [
    intervalsHeader(level),
    ...[level.truths, answers.probabilities, Int32Array.from(patients)].map(numberBytes),
  ];
  const intervalOf = (
    name: string,
    bytes: readonly Uint8Array[],
    figure: (weights: Float64Array) => number | null,
    exact: (figure: number, patients: number) => Interval | null = () => null,
  ) =>
    kept(context, { set, part: `${part}, ${name}`, inputs: bytes, schema: intervalSchema }, () =>
      bootstrapInterval(patients, figure, { exact, worth }),
    );
  const findings = metrics.map((own, k) => {
    const name = record.classes[k] as string;
    const one = requireSet(context, { model: record.name, split: set.split, pooling: set.pooling, finding: name });
    const presence = levelFigures(context, one, which).perClass[1];
    return {
      ...own,
      name,
      threshold: thresholds[k] as number,
      unjudged: unjudgedReason(own),
      aucInterval: presence?.aucInterval ?? null,
      rocBand: presence?.rocBand ?? [],
      scores: one[which].scores,
      patients: one[which].patients,
      worth,
    };
  });
  const { auc, averagePrecision } = macro();
  const figures: FindingsFigures = {
    n: level.members.length,
    patients: new Set(patients).size,
    judged: metrics.filter(canBeJudged).length,
    auc,
    aucInterval: intervalOf(
      'AUC',
      inputs,
      (weights) => macro(weights).auc,
      () => meanInterval(findings.filter(canBeJudged).map(({ aucInterval }) => aucInterval)),
    ),
    averagePrecision,
    averagePrecisionInterval: intervalOf('average precision', inputs, (weights) => macro(weights).averagePrecision),
    accuracy: markAccuracy(answers, thresholds),
    accuracyInterval: intervalOf(
      'right marks',
      [...inputs, numberBytes(Float64Array.from(thresholds))],
      rightMarks(answers, thresholds),
      (share, n) => clopperPearson(share * n, n),
    ),
    sensitivity: macroMean(metrics, 'sensitivity'),
    specificity: macroMean(metrics, 'specificity'),
    brier: macroMean(metrics, 'brier'),
    findings,
  };
  known.set(level, { thresholds, figures });
  return figures;
}

/** The share of right marks of examples that count `weights[i]` times: right and known marks of each example are counted once. */
function rightMarks(
  answers: ReturnType<typeof markedScores>,
  thresholds: readonly number[],
): (weights: Float64Array) => number | null {
  const { findings, marks, probabilities } = answers;
  const n = marks.length / findings;
  const right = new Float64Array(n);
  const known = new Float64Array(n);
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at] as number;
    if (Number.isNaN(mark)) continue;
    const row = Math.floor(at / findings);
    const isPresent = (probabilities[at] as number) >= (thresholds[at % findings] as number);
    known[row] = (known[row] as number) + 1;
    if (isPresent === (mark === 1)) right[row] = (right[row] as number) + 1;
  }
  return (weights) => {
    let [hits, all] = [0, 0];
    for (let i = 0; i < n; i++) {
      hits += (weights[i] as number) * (right[i] as number);
      all += (weights[i] as number) * (known[i] as number);
    }
    return all === 0 ? null : hits / all;
  };
}

function unjudgedReason({ known, present }: FindingMetrics): UnjudgedReason | null {
  if (known === 0) return 'unknown';
  if (present === 0) return 'neverPresent';
  return present === known ? 'neverAbsent' : null;
}
