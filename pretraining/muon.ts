/**
 * The update of the blocks' matrices: momentum brought to orthogonality, so that every direction of a matrix learns at one
 * rate (Jordan et al., "Muon", 2024; the scale that lets it share AdamW's rate and decay: Liu et al., "Muon is scalable
 * for LLM training", 2025, eq. 4). What is no matrix of a block stays with AdamW.
 */
import {
  add,
  concat,
  div,
  matmul,
  mul,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  transposeLast,
  type Value,
} from '../core/graph/index.ts';
import { adamW } from '../core/training/optimisers/adamw.ts';
import type { Entry } from './layout.ts';

/** Odd polynomial whose five-fold composition takes singular values of (0.005, 1) to 0.7 to 1.2. */
const coefficients = [3.4445, -4.775, 2.0315] as const;
const iterations = 5;
/**
 * Root mean square of an entry of the update, in learning rates. AdamW's is about 0.2, to which Liu et al. scale; small matrices
 * bear more.
 */
export const updateRms = 0.5;

const isBlockMatrix = ({ name, shape }: Entry): boolean =>
  shape.length === 2 && /\.(q|k|v|o|fc1|fc2)\.weight$/.test(name);

/**
 * Parameters [total] after one step: those of the blocks' matrices by the orthogonal update, the others as AdamW left them.
 * @param state parameters and first moments before the step [total], learning rate
 * @param next the same after AdamW's step
 */
export function withOrthogonalUpdates(
  entries: readonly Entry[],
  state: { readonly params: Value; readonly m: Value; readonly lr: Value },
  next: { readonly params: Value; readonly m: Value },
  weightDecay: number,
): Value {
  const beta1 = adamW.hyperparameters.beta1.value;
  // Nesterov's momentum, from what AdamW keeps: m' = b m + (1 - b) g, and b m' + (1 - b) g = (1 + b) m' - b m.
  const momentum = sub(mul(next.m, 1 + beta1), mul(state.m, beta1));
  const decayed = mul(state.params, sub(1, mul(state.lr, weightDecay)));
  const groups = new Map<string, Entry[]>();
  for (const entry of entries.filter(isBlockMatrix)) {
    const key = [...entry.shape].sort((a, b) => a - b).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const cut = (x: Value, { offset, size }: Entry): Value => slice(x, 0, offset, offset + size);
  const updates = new Map<string, Value>();
  for (const group of groups.values()) {
    const wide = group.map((entry) => {
      const [rows, columns] = entry.shape as readonly [number, number];
      const matrix = reshape(cut(momentum, entry), [1, rows, columns]);
      return rows > columns ? transposeLast(matrix) : matrix;
    });
    const stack = orthogonalised(concat(wide, 0));
    const [, short, long] = stack.shape as readonly [number, number, number];
    group.forEach((entry, i) => {
      const matrix = slice(stack, 0, i, i + 1);
      const [rows, columns] = entry.shape as readonly [number, number];
      const turned = rows > columns ? transposeLast(matrix) : matrix;
      updates.set(entry.name, mul(reshape(turned, [short * long]), updateRms * Math.sqrt(long)));
    });
  }
  return concat(
    entries.map((entry) => {
      const update = updates.get(entry.name);
      if (update === undefined) return cut(next.params, entry);
      return sub(cut(decayed, entry), mul(state.lr, update));
    }),
    0,
  );
}

/** Matrices [n, r, c], r at most c, with all singular values brought near 1. */
function orthogonalised(matrices: Value): Value {
  const [a, b, c] = coefficients;
  let x = div(matrices, add(sqrt(sum(mul(matrices, matrices), [1, 2], { keepDims: true })), 1e-7));
  for (let i = 0; i < iterations; i++) {
    const square = matmul(x, transposeLast(x));
    x = add(mul(x, a), matmul(add(mul(square, b), mul(matmul(square, square), c)), x));
  }
  return x;
}
