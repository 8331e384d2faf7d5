/** The table of a comparison, from what was measured, trained and answered. */
import type {
  ComparedMethod,
  ComparisonPlan,
  ComparisonReport,
  FailedTraining,
  Method,
  MethodCost,
} from '../../contract/index.ts';
import { median } from '../../statistics/bootstrap.ts';
import { efficiency } from '../../statistics/efficiency.ts';

/** What the trainings of a method came to. */
export interface TrainedMethod extends Pick<ComparedMethod, 'trainings' | 'auc' | 'aucInterval'> {
  /** Of every epoch of every seed. */
  readonly epochSeconds: readonly number[];
}

export interface ComparisonFacts extends Omit<ComparisonReport, 'methods' | 'plan'> {
  readonly plan: ComparisonPlan;
  readonly failures: readonly FailedTraining[];
  /** Of the methods that were trained to the end with every seed. */
  readonly trained: ReadonlyMap<Method, TrainedMethod>;
}

/** The table: one row for each method that was asked for, trained or not. */
export function comparisonTable({ plan, failures, trained, ...facts }: ComparisonFacts): ComparisonReport {
  const { costs, ...decided } = plan;
  return { ...facts, plan: decided, methods: costs.map((cost) => rowOf(cost)) };

  function rowOf(cost: MethodCost): ComparedMethod {
    const own = trained.get(cost.method);
    const failed = failures.findLast(({ method }) => method === cost.method);
    const learnableShare = cost.learnable / facts.lpmParameters;
    const { fullMemoryMb } = plan;
    const memoryShare = fullMemoryMb === null || cost.memoryMb === null ? null : cost.memoryMb / fullMemoryMb;
    const estimated = cost.stepSeconds === null ? null : cost.stepsPerEpoch * cost.stepSeconds;
    const auc = own?.auc ?? null;
    const isMeasured = own !== undefined && own.epochSeconds.length > 0;
    return {
      ...cost,
      state: own !== undefined ? 'trained' : cost.untrained !== null ? 'untrained' : 'failed',
      failure: own !== undefined || failed === undefined ? null : `${failed.message} [${failed.code}]`,
      learnableShare,
      memoryShare,
      epochSeconds: isMeasured ? median(own.epochSeconds) : estimated,
      isEpochEstimated: !isMeasured && estimated !== null,
      trainings: [...(own?.trainings ?? [])],
      auc,
      aucInterval: own?.aucInterval ?? null,
      ppe: auc === null ? null : efficiency(100 * auc, learnableShare),
      pme: auc === null || memoryShare === null ? null : efficiency(100 * auc, memoryShare),
    };
  }
}
