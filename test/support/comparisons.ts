/** A made-up comparison: one method trained, one too slow, one too large, one that diverged. */
import type { Method, MethodCost } from '../../core/contract/index.ts';
import type { ComparisonFacts } from '../../core/services/comparison/table.ts';

/** What was measured of a method, with what is given in place of the rest. */
export function costOf(method: Method, given: Partial<MethodCost> = {}): MethodCost {
  return {
    ...{ method, epochs: 80, learningRate: 1e-3, learnable: 10_000, memoryMb: 50, isMemoryEstimated: false },
    ...{ trainingMb: 50, stepSeconds: 0.2, stepsPerEpoch: 10, promisedSeconds: 60, untrained: null },
    ...given,
  };
}

/** What the table is made of. */
export function comparisonFacts(): ComparisonFacts {
  const auc = { auc: 0.9, aucInterval: [0.85, 0.95] as [number, number] };
  const trainings = [0.88, 0.92].map((one, seed) => ({ seed, model: `comparison-1 fpt+ seed ${seed}`, auc: one }));
  return {
    ...{ id: 1, dataset: 'mammo', version: 1, lpm: 'made', lpmHash: 'a'.repeat(64), lpmParameters: 1_000_000 },
    ...{ classes: ['a', 'b'], inputSize: 512, batch: 16, recipe: 'by-method', seeds: 2, evaluateOn: 'test' },
    ...{ images: 40, patients: 20, hours: 1, startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T01:00:00Z' },
    plan: {
      costs: [
        costOf('fpt+'),
        costOf('full', {
          memoryMb: 2000,
          isMemoryEstimated: true,
          trainingMb: 300,
          stepSeconds: 3,
          promisedSeconds: 9000,
          untrained: 'time',
          learnable: 1_100_000,
        }),
        costOf('lora', {
          memoryMb: 1800,
          isMemoryEstimated: true,
          trainingMb: 1200,
          stepSeconds: null,
          promisedSeconds: null,
          untrained: 'memory',
        }),
        costOf('linear', { learnable: 100, memoryMb: 2 }),
      ],
      ...{ fullMemoryMb: 2000, isFullMemoryEstimated: true, memoryLimitMb: 1000, promise: null, engine: 'made' },
    },
    failures: [{ method: 'linear', seed: 0, code: 'TRAINING_DIVERGED', message: 'The loss is no number.' }],
    trained: new Map([['fpt+', { trainings, ...auc, epochSeconds: [1, 2, 3] }]]),
  };
}
