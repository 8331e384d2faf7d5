/** Models side by side, and one model on parts of its cases. */
import type { ComparedModel, JudgeLevel, SubgroupView } from '../../contract/index.ts';
import { bootstrapIntervals } from '../../statistics/bootstrap.ts';
import { rank, rankedAuc, type Scores } from '../../statistics/metrics.ts';
import { proportion } from '../../statistics/proportions.ts';
import { pairedAucDifference } from '../../statistics/resample.ts';
import { factsOfInstances, type InstanceFacts, listModels } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import {
  checkClass,
  countsAt,
  estimateOf,
  type JudgedLevel,
  type JudgedSet,
  type JudgeRequest,
  judgedSet,
  pairOf,
  requireSet,
  runOf,
} from './judge.ts';
import { levelReport, resamplesFor } from './judge-report.ts';

const unknown = { value: null, interval: null };

/**
 * Every model of the same data-set version, the one judged first. The difference is the model's AUC minus that of the one
 * judged, on the cases that both were asked about, with its interval over patients.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_READY
 */
export function compareModels(
  context: ServiceContext,
  request: JudgeRequest & { readonly level: JudgeLevel },
): ComparedModel[] {
  const own = requireSet(context, request);
  const rows: ComparedModel[] = [];
  for (const record of listModels(context.library.db)) {
    const run = runOf(context, record);
    if (run.datasetVersionId !== own.run.datasetVersionId) continue;
    const set = judgedSet(context, { ...request, model: record.name });
    rows.push({
      name: record.name,
      method: record.method,
      isEvaluated: set !== null,
      auc: set === null ? unknown : levelReport(set, set[request.level]).auc,
      difference: set === null || record.name === request.model ? unknown : differenceOf(set, own, request.level),
      learnable: record.learnable,
      peakMb: run.peakMb,
      seconds: run.seconds,
    });
  }
  return rows.sort((a, b) => Number(b.name === request.model) - Number(a.name === request.model));
}

function differenceOf(other: JudgedSet, own: JudgedSet, level: JudgeLevel): ComparedModel['difference'] {
  const [a, b, patients] = common(other[level], own[level]);
  if (patients.length === 0) return unknown;
  const { value, interval } = pairedAucDifference(a, b, patients, { resamples: resamplesFor(patients.length) });
  return { value, interval: pairOf(interval) };
}

const keyOf = (level: JudgedLevel, i: number): string =>
  (level.members[i] ?? []).map(({ position }) => position).join();

/** The rows that both levels have, in the same order: an image may have failed to decode for one of them. */
function common(a: JudgedLevel, b: JudgedLevel): [Scores, Scores, number[]] {
  const place = new Map(b.members.map((_, i) => [keyOf(b, i), i]));
  const pairs = a.members.flatMap((_, i) => {
    const j = place.get(keyOf(a, i));
    return j === undefined ? [] : [[i, j] as const];
  });
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

function subset(level: JudgedLevel, rows: readonly number[]): JudgedLevel {
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
    members: rows.map((i) => level.members[i] ?? []),
  };
}

/** Beyond this many values an attribute is a list, not a subgroup. */
const mostValues = 12;

const attributes: Readonly<Record<SubgroupView['attribute'], (facts: InstanceFacts) => string>> = {
  modality: (facts) => facts.modality ?? '',
  // Devices of one maker write its name in large and small letters.
  manufacturer: (facts) => facts.manufacturer?.toUpperCase() ?? '',
  sex: (facts) => facts.patientSex ?? '',
  age: (facts) => ageBand(facts.ageYears),
};

/** Bands of 20 years, as registries print them. */
export function ageBand(years: number | null): string {
  if (years === null) return '';
  const low = Math.floor(Math.max(0, years) / 20) * 20;
  return low >= 80 ? '80+' : `${low}–${low + 19}`;
}

/**
 * Figures of class `classIndex` by attribute. An attribute that has one value only is left out: it says nothing.
 * @throws MODEL_NOT_FOUND, DATASET_NOT_READY
 */
export function judgeSubgroups(
  context: ServiceContext,
  request: JudgeRequest & {
    readonly level: JudgeLevel;
    readonly classIndex: number;
    readonly threshold: number | null;
  },
): SubgroupView[] {
  const set = requireSet(context, request);
  checkClass(set.record, request.classIndex);
  const level = set[request.level];
  const facts = factsOfInstances(
    context.library.db,
    level.members.flatMap((images) => images.map(({ instanceId }) => instanceId)),
  );
  const out: SubgroupView[] = [];
  for (const attribute of Object.keys(attributes) as SubgroupView['attribute'][]) {
    const rowsByValue = new Map<string, number[]>();
    level.members.forEach((images, i) => {
      const values = images.map(({ instanceId }) => {
        const found = facts.get(instanceId);
        return found === undefined ? '' : attributes[attribute](found);
      });
      // A study of several devices belongs to all of them, not to that of its first image.
      const value = [...new Set(values)].sort().join(' + ');
      rowsByValue.set(value, [...(rowsByValue.get(value) ?? []), i]);
    });
    if (rowsByValue.size < 2 || rowsByValue.size > mostValues) continue;
    for (const [value, rows] of [...rowsByValue].sort(([a], [b]) => a.localeCompare(b))) {
      out.push({ attribute, value, ...figuresOf(subset(level, rows), request.classIndex, request.threshold) });
    }
  }
  return out;
}

function figuresOf(level: JudgedLevel, c: number, threshold: number | null): Omit<SubgroupView, 'attribute' | 'value'> {
  const { scores, patients } = level;
  const n = scores.targets.length;
  const counts = countsAt(level, c, threshold ?? 0.5);
  const positives = counts.truePositive + counts.falseNegative;
  const intervals = bootstrapIntervals(scores, patients, { resamples: Math.min(500, resamplesFor(n)) });
  return {
    n,
    patients: new Set(patients).size,
    positives,
    auc: {
      value: rankedAuc(scores, c, rank(scores, c)),
      interval: pairOf(intervals.classAuc[c] ?? null),
    },
    sensitivity: estimateOf(proportion(counts.truePositive, positives)),
    specificity: estimateOf(proportion(counts.trueNegative, n - positives)),
  };
}
