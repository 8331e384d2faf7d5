/** Parity of the metrics of several findings with scikit-learn, each on the images where it is known. */
import { readFileSync } from 'node:fs';
import { type CaseResult, type Check, tolerances, worstDifference } from '../../core/services/devices/compare.ts';
import {
  type FindingMetrics,
  findingMetrics,
  macroMean,
  macroRankings,
  sigmoidRows,
} from '../../core/statistics/findings.ts';

/** Names in the reference files and ours. */
const names = {
  known: 'known',
  present: 'present',
  auc: 'auc',
  average_precision: 'averagePrecision',
  brier: 'brier',
  'sensitivity_at_0.5': 'sensitivity',
  'specificity_at_0.5': 'specificity',
} as const satisfies Record<string, keyof FindingMetrics>;

/** Compares every figure of every finding of one case, and the means over findings. */
export function checkFindings(path: string, name: string): CaseResult {
  const json = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly logits: readonly (readonly number[])[];
    readonly marks: readonly (readonly (number | null)[])[];
    readonly per_finding: readonly Readonly<Record<keyof typeof names, number | null>>[];
    readonly auc_macro: number | null;
    readonly average_precision_macro: number | null;
  };
  const answers = {
    findings: json.per_finding.length,
    marks: json.marks.flat().map((mark) => mark ?? Number.NaN),
    probabilities: sigmoidRows(json.logits.flat()),
  };
  const metrics = findingMetrics(answers, 0.5);
  const ranked = macroRankings(answers)();
  const compare = (quantity: string, found: readonly (number | null)[], wanted: readonly (number | null)[]): Check => {
    // What is not defined must not be: a number in its place is as wrong as one that is far off.
    const isSame =
      found.length === wanted.length && found.every((value, k) => (value === null) === (wanted[k] === null));
    const [a, b] = [found, wanted].map((values) => values.map((value) => value ?? 0));
    return {
      quantity,
      worst: isSame ? worstDifference(a as number[], b as number[]) : Number.POSITIVE_INFINITY,
      tolerance: tolerances.metric,
    };
  };
  return {
    name,
    checks: [
      ...(Object.keys(names) as (keyof typeof names)[]).map((theirs) =>
        compare(
          theirs,
          metrics.map((finding) => finding[names[theirs]]),
          json.per_finding.map((finding) => finding[theirs]),
        ),
      ),
      compare('auc_macro', [macroMean(metrics, 'auc'), ranked.auc], [json.auc_macro, json.auc_macro]),
      compare(
        'average_precision_macro',
        [macroMean(metrics, 'averagePrecision'), ranked.averagePrecision],
        [json.average_precision_macro, json.average_precision_macro],
      ),
    ],
  };
}
