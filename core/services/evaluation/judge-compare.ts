/** Models side by side, and one model on parts of its cases. */
import {
  type ComparedModel,
  type EstimateView,
  evaluationPartsOf,
  type JudgeLevel,
  type ModelRecord,
  type SubgroupView,
  targetFacts,
} from '../../contract/index.ts';
import { sha256 } from '../../disk/index.ts';
import { bootstrapInterval, classAucInterval, type Interval, pairedAucDifference } from '../../statistics/bootstrap.ts';
import { rank, rankedFigures, type Scores } from '../../statistics/metrics.ts';
import { bias } from '../../statistics/numbers.ts';
import { listModels } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import type { SessionCache } from '../session/caches.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf } from '../training/operating-point.ts';
import type { AnswerLevel } from './evaluated-answers.ts';
import {
  type EvaluatedLevel,
  type EvaluatedSet,
  type EvaluationRequest,
  evaluatedAnswers,
  evaluatedSet,
  requireAnswers,
  requireRecord,
  requireSet,
  runOf,
} from './evaluated-set.ts';
import { levelFigures } from './figures.ts';
import { calledAt, checkClass, classDecisions, estimateOf, pairOf } from './judge.ts';
import { quantityFigures } from './quantity-figures.ts';
import { caseGroups } from './subgroups.ts';

const unknown = { value: null, interval: null };

/**
 * Every model of the same data-set version, the one judged first. The difference is the model's AUC minus that of the one
 * judged, on the cases that both were asked about, with its interval over patients.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_READY
 */
export function compareModels(
  context: ServiceContext,
  request: EvaluationRequest & { readonly level: JudgeLevel },
): ComparedModel[] {
  const { isPerName, hasMarks } = targetFacts[requireRecord(context, request.model).target];
  if (isPerName && !hasMarks) return compareNumbers(context, request);
  const own = requireSet(context, request);
  const rows: ComparedModel[] = [];
  for (const record of listModels(context.library.db)) {
    const run = runOf(context, record);
    if (run.datasetVersionId !== own.run.datasetVersionId) continue;
    if (!evaluationPartsOf(record).includes(request.split)) continue;
    const set = evaluatedSet(context, { ...request, model: record.name });
    rows.push({
      name: record.name,
      method: record.method,
      isEvaluated: set !== null,
      auc: set === null ? unknown : aucOf(context, set, request.level),
      absoluteError: unknown,
      difference:
        set === null || record.name === request.model ? unknown : differenceOf(context, set, own, request.level),
      learnable: record.learnable,
      peakMb: run.peakMb,
      seconds: run.seconds,
    });
  }
  return judgedFirst(rows, request.model);
}

const judgedFirst = (rows: ComparedModel[], name: string): ComparedModel[] =>
  rows.sort((a, b) => Number(b.name === name) - Number(a.name === name));

/** As `compareModels`, of models of numbers: by their mean absolute error. */
function compareNumbers(
  context: ServiceContext,
  request: EvaluationRequest & { readonly level: JudgeLevel },
): ComparedModel[] {
  const own = requireAnswers(context, request);
  const rows = listModels(context.library.db).flatMap((record): ComparedModel[] => {
    const run = runOf(context, record);
    if (run.datasetVersionId !== own.run.datasetVersionId) return [];
    if (!evaluationPartsOf(record).includes(request.split)) return [];
    const set = evaluatedAnswers(context, { ...request, model: record.name });
    const error = set && quantityFigures(context, set, request.level).ofTarget[0];
    return [
      {
        name: record.name,
        method: record.method,
        isEvaluated: set !== null,
        auc: unknown,
        absoluteError: error ? { value: error.value, interval: pairOf(error.interval) } : unknown,
        difference:
          set === null || record.name === request.model
            ? unknown
            : errorDifference(set[request.level], own[request.level]),
        learnable: record.learnable,
        peakMb: run.peakMb,
        seconds: run.seconds,
      },
    ];
  });
  return judgedFirst(rows, request.model);
}

/** The mean absolute error of `a` minus that of `b` on the cases that both have, with its interval over patients. */
export function errorDifference(a: AnswerLevel, b: AnswerLevel): EstimateView {
  const pairs = commonRows(a, b);
  const gaps = pairs.map(([i, j]) => {
    const missed = (level: AnswerLevel, row: number): number =>
      Math.abs((level.answers[row] as number) - (level.truths[row] as number));
    return missed(a, i) - missed(b, j);
  });
  // Differences from 0: their bias is the difference of the two means.
  const zeros = gaps.map(() => 0);
  const patients = pairs.map(([i]) => a.patients[i] as number);
  return {
    value: bias(zeros, gaps),
    interval: pairOf(bootstrapInterval(patients, (weights) => bias(zeros, gaps, weights), { worth: a.worth })),
  };
}

function aucOf(context: ServiceContext, set: EvaluatedSet, which: JudgeLevel): EstimateView {
  const { auc, aucInterval } = levelFigures(context, set, which);
  return { value: auc, interval: pairOf(aucInterval) };
}

/** Differences of two levels that are both in memory: choosing another tab and coming back computes none anew. */
const differences: SessionCache<WeakMap<EvaluatedLevel, WeakMap<EvaluatedLevel, EstimateView>>> = {
  name: 'differences of AUCs',
  until: 'change',
  make: () => new WeakMap(),
};

/** The AUC of `other` minus that of `own` on the cases that both have, with its interval over patients. */
export function differenceOf(
  { caches }: ServiceContext,
  other: EvaluatedSet,
  own: EvaluatedSet,
  which: JudgeLevel,
): EstimateView {
  const kept = caches.of(differences);
  const known = kept.get(own[which]) ?? new WeakMap<EvaluatedLevel, EstimateView>();
  kept.set(own[which], known);
  const found = known.get(other[which]);
  if (found !== undefined) return found;
  const [a, b, patients] = common(other[which], own[which]);
  const { worth } = own[which];
  const difference = patients.length === 0 ? unknown : estimateOf(pairedAucDifference(a, b, patients, { worth }));
  known.set(other[which], difference);
  return difference;
}

/** The cases that two levels have in common, as their places in each. */
export function commonRows(a: Pick<EvaluatedLevel, 'members'>, b: Pick<EvaluatedLevel, 'members'>): [number, number][] {
  const place = new Map(b.members.map((_, i) => [keyOf(b, i), i]));
  return a.members.flatMap((_, i): [number, number][] => {
    const j = place.get(keyOf(a, i));
    return j === undefined ? [] : [[i, j]];
  });
}

const keyOf = (level: Pick<EvaluatedLevel, 'members'>, i: number): string =>
  (level.members[i] ?? []).map(({ position }) => position).join();

/** The rows that both levels have, in the same order: an image may have failed to decode for one of them. */
function common(a: EvaluatedLevel, b: EvaluatedLevel): [Scores, Scores, number[]] {
  const pairs = commonRows(a, b);
  return [
    subset(
      a,
      pairs.map(([i]) => i),
    ).scores,
    subset(
      b,
      pairs.map(([, j]) => j),
    ).scores,
    pairs.map(([i]) => a.patients[i] as number),
  ];
}

function subset(level: EvaluatedLevel, rows: readonly number[]): EvaluatedLevel {
  const { classes, positive, targets, probabilities } = level.scores;
  return {
    scores: {
      classes,
      positive,
      targets: rows.map((i) => targets[i] as number),
      probabilities: Float64Array.from(
        rows.flatMap((i) => [...probabilities.subarray(i * classes, (i + 1) * classes)]),
      ),
    },
    patients: rows.map((i) => level.patients[i] as number),
    worth: level.worth,
    members: rows.map((i) => level.members[i] ?? []),
  };
}

/**
 * Figures of class `classIndex` by attribute. An attribute that has one value only is left out: it says nothing.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_READY
 */
export function judgeSubgroups(
  context: ServiceContext,
  request: EvaluationRequest & {
    readonly level: JudgeLevel;
    readonly classIndex: number;
    readonly threshold: number | null;
  },
): SubgroupView[] {
  const set = requireSet(context, request);
  checkClass(set.record, request.classIndex);
  const level = set[request.level];
  return caseGroups(context.library.db, level.members).map(({ attribute, value, rows }) => {
    const part = subset(level, rows);
    const interval = subgroupInterval(context, level, part, rows, request.classIndex);
    return { attribute, value, ...figuresOf(set.record, part, request.classIndex, request.threshold, interval) };
  });
}

/** The intervals of the AUC of a level's subgroups, by class and cases: they are the same at every threshold. */
const subgroupIntervals: SessionCache<WeakMap<EvaluatedLevel, Map<string, Interval | null>>> = {
  name: 'intervals of subgroups',
  until: 'change',
  make: () => new WeakMap(),
};

function subgroupInterval(
  { caches }: ServiceContext,
  level: EvaluatedLevel,
  part: EvaluatedLevel,
  rows: readonly number[],
  c: number,
): Interval | null {
  const kept = caches.of(subgroupIntervals);
  const known = kept.get(level) ?? new Map<string, Interval | null>();
  kept.set(level, known);
  const key = `${c} ${sha256(new Uint8Array(Int32Array.from(rows).buffer))}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const interval = classAucInterval(part.scores, c, part.patients, { worth: part.worth });
  known.set(key, interval);
  return interval;
}

/** Figures of class `c` at a threshold, or at the model's own decisions. */
function figuresOf(
  record: ModelRecord,
  level: EvaluatedLevel,
  c: number,
  threshold: number | null,
  interval: Interval | null,
): Omit<SubgroupView, 'attribute' | 'value'> {
  const { scores, patients } = level;
  const decisions = targets[record.target].decide(scores.probabilities, scores.classes, cutOf(record));
  const { counts, sensitivity, specificity } = classDecisions(
    level,
    c,
    threshold === null ? (i) => decisions[i] === c : calledAt(scores, c, threshold),
  );
  return {
    n: scores.targets.length,
    patients: new Set(patients).size,
    positives: counts.truePositive + counts.falseNegative,
    auc: { value: rankedFigures(rank(scores, c)).auc, interval: pairOf(interval) },
    sensitivity: estimateOf(sensitivity),
    specificity: estimateOf(specificity),
  };
}
