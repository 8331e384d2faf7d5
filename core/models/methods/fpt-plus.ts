/**
 * FPT+: prompts of the LPM's width, normalised, from the last half of its layers; side image 128.
 *
 *     context + prompts [L,B,P,D] --Linear--> [L,B,P,E] --> side network
 *
 * Parameters: `fusion.prompts` [L, 1, P, D], `fusion.norm`, `fusion.out` [E, D], and the side network's.
 * Source: Huang et al., arXiv 2408.02426.
 */
import { add, scope } from '../../graph/index.ts';
import { attend, dropOut, fusionInputs, promptMask, promptStart } from '../fusion.ts';
import { sideImageSize } from '../input-size.ts';
import { dense, norm, normEntries, type Parameters, torchLinearEntries } from '../layers.ts';
import type { NetworkConfig } from '../network-config.ts';
import { sideVit, sideVitEntries } from '../side-vit.ts';
import { type AttendedLogits, inputOf, type NetworkInputs, type TrainingMethod } from './training-method.ts';

/** torch.nn.LayerNorm's default, used by the fusion module whatever the LPM uses. */
const fusionEps = 1e-5;

function network(config: NetworkConfig, p: Parameters, inputs: NetworkInputs): AttendedLogits {
  const { prompts, attention } = scope('fusion', () => {
    const learned = p('fusion.prompts');
    const found = attend(config, norm(p, 'fusion.norm', learned, fusionEps), inputs);
    const out = dense(p, 'fusion.out', add(found.context, learned));
    return { prompts: dropOut(out, inputs), attention: found.attention };
  });
  return { logits: sideVit(config, p, inputOf(config, inputs, 'image'), prompts), attention };
}

export const fptPlus: TrainingMethod = {
  features: 'keysValues',
  layers: 'half',
  imageSize: ({ patch }) => sideImageSize(patch, 128),
  layout: (config) => {
    const { lpm, layers, prompts, sideWidth } = config;
    return [
      { name: 'fusion.prompts', shape: [layers, 1, prompts, lpm.width], start: promptStart },
      ...normEntries('fusion.norm', lpm.width),
      ...torchLinearEntries('fusion.out', sideWidth, lpm.width),
      ...sideVitEntries(config),
    ];
  },
  inputs: fusionInputs,
  logits: (config, p, inputs) => network(config, p, inputs).logits,
  evidence: network,
  dropoutMask: promptMask,
};
