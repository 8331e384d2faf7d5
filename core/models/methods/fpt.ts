/**
 * FPT: prompts of the side network's width, projected up, from all layers; side image 224.
 *
 *     Linear(context) + prompts [L,B,P,E] --> side network
 *
 * Parameters: `fusion.prompts` [L, 1, P, E], `fusion.proj` [D, E], `fusion.out` [E, D], and the side network's.
 * Source: Huang et al., arXiv 2403.07576.
 */
import { add } from '../../graph/index.ts';
import { attend, dropOut, promptStart } from '../fusion.ts';
import { dense, torchLinearEntries } from '../layers.ts';
import { promptMethod } from './prompt-method.ts';
import type { TrainingMethod } from './training-method.ts';

export const fpt: TrainingMethod = promptMethod({
  layers: 'all',
  sideImage: 224,
  fusion: ({ lpm, layers, prompts, sideWidth }) => [
    { name: 'fusion.prompts', shape: [layers, 1, prompts, sideWidth], start: promptStart },
    ...torchLinearEntries('fusion.proj', lpm.width, sideWidth),
    ...torchLinearEntries('fusion.out', sideWidth, lpm.width),
  ],
  prompts: (config, p, inputs) => {
    const learned = p('fusion.prompts');
    const found = attend(config, dense(p, 'fusion.proj', learned), inputs);
    const out = dense(p, 'fusion.out', found.context);
    return { prompts: add(dropOut(out, inputs), learned), attention: found.attention };
  },
});
