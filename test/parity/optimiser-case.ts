/** Parity of the optimisers: parameters after given gradients, one step each, unclipped. */
import { float32, type Tensor } from '../../core/base/tensor.ts';
import { type OptimiserName, optimiserNames } from '../../core/contract/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { defineGraph, type Graph, input, type Value } from '../../core/graph/index.ts';
import { type CaseResult, type Check, tolerances, worstDifference } from '../../core/services/devices/compare.ts';
import { optimisers } from '../../core/training/optimisers/index.ts';
import { stepOf } from '../../core/training/optimisers/optimiser.ts';
import { readSafetensors } from '../../core/weights/index.ts';

/** What a case calls the parameters that an optimiser ends with. */
const references: Readonly<Record<OptimiserName, string>> = {
  adamw: 'adamw',
  adam: 'adam',
  sgd: 'sgd',
  'sgd-nesterov': 'sgd.nesterov',
};

/** Compares every optimiser that a case has numbers of. */
export async function checkOptimisers(engine: Engine, path: string, name: string): Promise<CaseResult> {
  const file = readSafetensors(path);
  try {
    const start = file.read('params');
    const gradients = file.read('grads');
    const checks: Check[] = [];
    for (const optimiser of optimiserNames) {
      const reference = references[optimiser];
      if (!file.names.includes(reference)) continue;
      const end = await after(engine, optimiser, start, gradients, {
        lr: Number(file.metadata['lr']),
        weightDecay: decayOf(file.metadata[reference.split('.')[0] as string]),
      });
      checks.push({
        quantity: optimiser,
        worst: worstDifference(end, file.read(reference).data),
        tolerance: tolerances.optimiser,
      });
    }
    return { name, checks };
  } finally {
    file.close();
  }
}

/** `momentum 0.9, L2 0.01` → 0.01 */
function decayOf(words: string | undefined): number {
  return Number(/(?:L2|decay) ([\d.]+)/.exec(words ?? '')?.[1] ?? 0);
}

async function after(
  engine: Engine,
  optimiser: OptimiserName,
  start: Tensor<'float32'>,
  gradients: Tensor<'float32'>,
  { lr, weightDecay }: { readonly lr: number; readonly weightDecay: number },
): Promise<Float32Array> {
  const [steps, total] = gradients.shape as readonly [number, number];
  const { state } = optimisers[optimiser];
  const executable = await engine.compile(stepGraph(optimiser, total, weightDecay));
  try {
    let kept: Record<string, Tensor> = Object.fromEntries(
      ['params', ...state].map((name) => [name, name === 'params' ? start : float32([total], new Float32Array(total))]),
    );
    for (let step = 0; step < steps; step++) {
      const next = await executable.run({
        ...kept,
        gradient: float32([total], gradients.data.slice(step * total, (step + 1) * total)),
        step: float32([], [step + 1]),
        lr: float32([], [lr]),
      });
      kept = Object.fromEntries(Object.keys(kept).map((name) => [name, next[`next_${name}`] as Tensor]));
    }
    return (kept['params'] as Tensor<'float32'>).data;
  } finally {
    await executable.dispose();
  }
}

/** One step without clipping. */
function stepGraph(name: OptimiserName, total: number, weightDecay: number): Graph {
  const vector = (vectorName: string): Value => input(vectorName, [total]);
  const optimiser = optimisers[name];
  const inputs = {
    params: vector('params'),
    gradient: vector('gradient'),
    state: Object.fromEntries(optimiser.state.map((vectorName) => [vectorName, vector(vectorName)])),
    step: input('step', []),
    lr: input('lr', []),
  };
  const next = stepOf(optimiser, inputs, weightDecay);
  return defineGraph({
    outputs: Object.fromEntries(
      Object.entries({ params: next.params, ...next.state }).map(([key, value]) => [`next_${key}`, value]),
    ),
  });
}
