/**
 * LoRA: changes of low rank to the query and value projections of every block; the LPM stays as it is.
 *
 *     q = W x + b + (alpha / r) B A x      the same for v
 *
 * Parameters: for each block and q and v `lora_A` [r, D], which starts as torch.nn.Linear does, and `lora_B` [D, r], which starts at 0, so that training
 * starts from the LPM; and `head` [C, D]. Names are those of peft.
 * Source: Hu et al., "LoRA", arXiv 2106.09685. Departure: no dropout.
 */
import { add, matmul, mul, transposeLast } from '../../graph/index.ts';
import { zero } from '../layers.ts';
import { lpmMethod, queryScale } from './lpm-method.ts';
import { sizeOfMethod } from './training-method.ts';

const targets = ['q', 'v'] as const;

export const lora = lpmMethod({
  runsLpm: 'partly',
  added: (lpm, config) => {
    const rank = sizeOfMethod(config, 'rank');
    const { width } = lpm;
    return Array.from({ length: lpm.layers }, (_, i) => i).flatMap((i) =>
      targets.flatMap((part) => [
        {
          name: `blocks.${i}.${part}.lora_A.weight`,
          shape: [rank, width],
          start: { kind: 'uniform', bound: 1 / Math.sqrt(width) } as const,
        },
        { name: `blocks.${i}.${part}.lora_B.weight`, shape: [width, rank], start: zero },
      ]),
    );
  },
  changes: (_, config, p) => {
    const share = sizeOfMethod(config, 'alpha') / sizeOfMethod(config, 'rank');
    // The encoder's queries come divided by √d.
    const factors = { q: share / queryScale(config), v: share } as const;
    return {
      dense: (block, part, x, y) => {
        if (part !== 'q' && part !== 'v') return y;
        const low = matmul(x, transposeLast(p(`blocks.${block}.${part}.lora_A.weight`)));
        return add(y, mul(matmul(low, transposeLast(p(`blocks.${block}.${part}.lora_B.weight`))), factors[part]));
      },
    };
  },
});
