/** Parity of the metrics with scikit-learn. */
import { readFileSync } from 'node:fs';
import { type CaseResult, tolerances, worstDifference } from '../../core/services/devices/compare.ts';
import { computeMetrics, type Metrics, softmaxRows } from '../../core/statistics/metrics.ts';

/** Names in the reference files and ours. */
const names = {
  accuracy: 'accuracy',
  auc: 'auc',
  f1: 'f1',
  precision: 'precision',
  recall: 'recall',
  kappa_quadratic: 'kappaQuadratic',
  average_precision: 'averagePrecision',
  brier: 'brier',
} as const satisfies Record<string, keyof Metrics>;

/** Compares every metric of one case. */
export function checkMetrics(path: string, name: string): CaseResult {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>> & {
    readonly logits: number[][];
    readonly target: number[];
    readonly confusion: number[][];
  };
  const classes = json.logits[0]?.length ?? 0;
  const found = computeMetrics({
    classes,
    // The reference numbers of two classes are those of the second.
    positive: classes === 2 ? 1 : null,
    targets: json.target,
    probabilities: softmaxRows(json.logits.flat(), classes),
  });
  return {
    name,
    checks: [
      ...Object.entries(names).flatMap(([theirs, ours]) =>
        typeof json[theirs] !== 'number'
          ? []
          : [
              {
                quantity: theirs,
                worst: worstDifference([found[ours] ?? Number.NaN], [json[theirs]]),
                tolerance: tolerances.metric,
              },
            ],
      ),
      { quantity: 'confusion', worst: worstDifference(found.confusion.flat(), json.confusion.flat()), tolerance: 0 },
    ],
  };
}
