/**
 * FPT+: prompts of the LPM's width, normalised, from the last half of its layers; side image 128.
 *
 *     context + prompts [L,B,P,D] --Linear--> [L,B,P,E] --> side network
 *
 * Parameters: `fusion.prompts` [L, 1, P, D], `fusion.norm`, `fusion.out` [E, D], and the side network's.
 * Source: Huang et al., arXiv 2408.02426.
 */
import { add } from '../../graph/index.ts';
import { attend, dropOut, promptStart } from '../fusion.ts';
import { dense, norm, normEntries, torchLinearEntries } from '../layers.ts';
import { promptMethod } from './prompt-method.ts';
import type { TrainingMethod } from './training-method.ts';

/** torch.nn.LayerNorm's default, used by the fusion module whatever the LPM uses. */
const fusionEps = 1e-5;

export const fptPlus: TrainingMethod = promptMethod({
  layers: 'half',
  sideImage: 128,
  fusion: ({ lpm, layers, prompts, sideWidth }) => [
    { name: 'fusion.prompts', shape: [layers, 1, prompts, lpm.width], start: promptStart },
    ...normEntries('fusion.norm', lpm.width),
    ...torchLinearEntries('fusion.out', sideWidth, lpm.width),
  ],
  prompts: (config, p, inputs) => {
    const learned = p('fusion.prompts');
    const found = attend(config, norm(p, 'fusion.norm', learned, fusionEps), inputs);
    const out = dense(p, 'fusion.out', add(found.context, learned));
    return { prompts: dropOut(out, inputs), attention: found.attention };
  },
});
