/** What a parity case reports: the worst error of each quantity, and the error allowed. */
import type { CompileOptions, Engine, Executable, Precision, Tensors, WeightSource } from '../../engine/index.ts';
import type { Graph } from '../../graph/index.ts';

/** One compared quantity of a case. */
export interface Check {
  readonly quantity: string;
  readonly worst: number;
  readonly tolerance: number;
}

/** One case and all its quantities. */
export interface CaseResult {
  readonly name: string;
  readonly checks: readonly Check[];
}

/** Tolerances of the fixtures' README, absolute unless said. */
export const tolerances = {
  encoder: 1e-4,
  score: 1e-5,
  /** Scores closer than this tie, and either order of their tokens is right. */
  tie: 1e-6,
  logits: 1e-4,
  loss: 1e-4,
  /** Of the absolute or the relative error, whichever is smaller in proportion. */
  gradient: { absolute: 1e-4, relative: 1e-3 },
  parameter: 1e-4,
  criterion: 1e-6,
  /** Ten steps of an optimiser. */
  optimiser: 1e-6,
  metric: 1e-9,
  greyLevels: 1,
} as const;

/** What an LPM's pass may be off by: the tolerance of its numbers, of the scores, and how close scores tie. */
export interface LpmTolerances {
  readonly encoder: number;
  readonly score: number;
  readonly tie: number;
}

/**
 * By the precision of its products. Halves keep 11 bits: where products add up in float32 (the processor, on the reference cases) keys and values
 * are off by up to 5e-3 and scores by 2e-4. A GPU that adds up in halves as well is given four to five times that, and no more: what is
 * beyond is a fault of its driver.
 */
export const lpmTolerances: Readonly<Record<Precision, LpmTolerances>> = {
  f32: tolerances,
  f16: { encoder: 2e-2, score: 1e-3, tie: 1e-3 },
};

/** Whether the error is within the tolerance; NaN never is. */
export function passes({ worst, tolerance }: Check): boolean {
  return worst <= tolerance;
}

/** The largest absolute difference; infinity where the lengths differ or a value is NaN. */
export function worstDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > worst) worst = difference;
  }
  return worst;
}

/**
 * The largest error in units of what is allowed, where a value passes by its absolute or by its relative error.
 * 1 is the limit.
 */
export function worstShare(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: { readonly absolute: number; readonly relative: number },
): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    const share = difference / Math.max(allowed.absolute, allowed.relative * Math.abs(expected[i] as number));
    if (Number.isNaN(share)) return Number.POSITIVE_INFINITY;
    if (share > worst) worst = share;
  }
  return worst;
}

/** The outputs of one run of a graph that is compiled for it and thrown away. */
export async function runOnce(
  engine: Engine,
  graph: Graph,
  inputs: Tensors,
  weights?: WeightSource,
  options?: CompileOptions,
): Promise<Tensors> {
  const executable: Executable = await engine.compile(graph, weights, options);
  try {
    return await executable.run(inputs);
  } finally {
    await executable.dispose();
  }
}
