/**
 * Partial fine-tuning: the last n blocks of the LPM and the head are trained; all before them, and the last norm, stay as they are.
 *
 * Parameters: the weights of those blocks, `encoder.blocks.<i>.*`, and `head` [C, D]. The gradient ends where the trained blocks begin, so what the
 * others compute is not kept for it.
 * Source: Partial-k of Jia et al., "Visual prompt tuning", arXiv 2203.12119, after Yosinski et al., arXiv 1411.1792.
 */
import { lpmMethod } from './lpm-method.ts';
import { sizeOfMethod } from './training-method.ts';

export const partial = lpmMethod({
  runsLpm: 'partly',
  isTrained: (lpm, config, weight) => {
    const block = /^blocks\.(\d+)\./.exec(weight)?.[1];
    return block !== undefined && Number(block) >= lpm.layers - sizeOfMethod(config, 'blocks');
  },
});
