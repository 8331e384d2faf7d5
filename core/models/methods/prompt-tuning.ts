/**
 * Deep visual prompt tuning: each block of the frozen LPM reads P learned tokens of its own after the class token, which are dropped when it has.
 *
 *     block i:  [class, prompts_i, patches] --> [class, -, patches]
 *
 * Parameters: `prompts` [L, P, D] and `head` [C, D]. Prompts start uniform within √(6 / (3 p² + D)) of patches of p pixels, as published.
 * Source: Jia et al., "Visual prompt tuning", arXiv 2203.12119. Departure: no dropout of the prompts.
 */
import { reshape, slice } from '../../graph/index.ts';
import { lpmMethod } from './lpm-method.ts';
import { sizeOfMethod } from './training-method.ts';

export const promptTuning = lpmMethod({
  runsLpm: 'partly',
  added: ({ layers, width, patch }, config) => [
    {
      name: 'prompts',
      shape: [layers, sizeOfMethod(config, 'prompts'), width],
      start: { kind: 'uniform', bound: Math.sqrt(6 / (3 * patch ** 2 + width)) },
    },
  ],
  changes: ({ width }, config, p) => {
    const count = sizeOfMethod(config, 'prompts');
    return {
      prompts: {
        count,
        of: (block) => reshape(slice(p('prompts'), 0, block, block + 1), [count, width]),
      },
    };
  },
});
