/**
 * Whether an engine computes, how right and how fast: a product of two matrices whose answer is known.
 *
 * a[i, k] = (i + k) / n and b[k, j] = (k - j) / n give Σ_k (i + k)(k - j) / n² in closed form, so that the answer needs no
 * second way to multiply.
 */
import { float32 } from '../base/tensor.ts';
import { defineGraph, type Graph, input, matmul, mul, sum, type Value, weight } from '../graph/index.ts';
import type { Engine } from './types.ts';

export interface SelfTestResult {
  /** Every element is what it must be, up to 1e-4 of the largest. */
  readonly isRight: boolean;
  /** Of the largest element. */
  readonly worstError: number;
  /** 10⁹ multiplications and additions a second, the best of the runs. */
  readonly gflops: number;
  readonly seconds: number;
}

export interface SelfTestOptions {
  /** Rows and columns of the matrices; 1,024 where left out. */
  readonly size?: number;
  /** How long to repeat for the speed; one second where left out. */
  readonly measureMs?: number;
}

/** Products in a row when the speed is measured: what goes to the engine and back is then one number a run. */
const chained = 8;

/** Runs the product on an open engine, then measures. Throws ENGINE_FAILED where it does not compute at all. */
export async function selfTest(engine: Engine, options: SelfTestOptions = {}): Promise<SelfTestResult> {
  const { size = 1024, measureMs = 1000 } = options;
  const started = performance.now();
  const worstError = await checkProduct(engine, size);
  const gflops = await measureSpeed(engine, size, measureMs);
  const seconds = (performance.now() - started) / 1000;
  return { isRight: worstError < 1e-4, worstError, gflops, seconds };
}

async function checkProduct(engine: Engine, size: number): Promise<number> {
  const shape = [size, size];
  const filled = (of: (row: number, column: number) => number): Float32Array =>
    Float32Array.from({ length: size * size }, (_, i) => of(Math.floor(i / size), i % size) / size);
  const graph = defineGraph({ outputs: { y: matmul(input('a', shape), input('b', shape)) } });
  const executable = await engine.compile(graph);
  try {
    const a = float32(
      shape,
      filled((i, k) => i + k),
    );
    const b = float32(
      shape,
      filled((k, j) => k - j),
    );
    const { y } = await executable.run({ a, b });
    return worst(y?.data as Float32Array, size);
  } finally {
    await executable.dispose();
  }
}

/** `chained` products of a size x size matrix, then the sum of all elements. */
function chainOf(size: number): Graph {
  const a = weight('a', [size, size]);
  let y: Value = mul(a, input('x', []));
  for (let i = 0; i < chained; i++) y = matmul(y, a);
  return defineGraph({ outputs: { y: sum(y, [0, 1]) } });
}

async function measureSpeed(engine: Engine, size: number, measureMs: number): Promise<number> {
  // Every element 1 / size: so is every element of every product, and nothing overflows.
  const a = float32([size, size], new Float32Array(size * size).fill(1 / size));
  const executable = await engine.compile(chainOf(size), () => a);
  try {
    const x = float32([], [1]);
    await executable.run({ x });
    let best = Number.POSITIVE_INFINITY;
    const until = performance.now() + measureMs;
    do {
      const start = performance.now();
      await executable.run({ x });
      best = Math.min(best, performance.now() - start);
    } while (performance.now() < until);
    return (chained * 2 * size ** 3) / best / 1e6;
  } finally {
    await executable.dispose();
  }
}

/** The largest error as a share of the largest element. */
function worst(found: Float32Array, size: number): number {
  const n = size;
  const sumK = (n * (n - 1)) / 2;
  const sumK2 = ((n - 1) * n * (2 * n - 1)) / 6;
  let [error, largest] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const wanted = (sumK2 + (i - j) * sumK - i * j * n) / n ** 2;
      const difference = Math.abs((found[i * n + j] as number) - wanted);
      // A NaN is never the larger of two, so it is asked for by name.
      error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
      largest = Math.max(largest, Math.abs(wanted));
    }
  }
  return error / largest;
}
