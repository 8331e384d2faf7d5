/**
 * FPT: prompts of the side network's width, projected up, from all layers; side image 224.
 *
 *     Linear(context) + prompts [L,B,P,E] --> side network
 *
 * Parameters: `fusion.prompts` [L, 1, P, E], `fusion.proj` [D, E], `fusion.out` [E, D], and the side network's.
 * Source: Huang et al., arXiv 2403.07576.
 */
import { add, scope } from '../../graph/index.ts';
import { attend, dropOut, fusionInputs, promptMask, promptStart } from '../fusion.ts';
import { sideImageSize } from '../input-size.ts';
import { dense, type Parameters, torchLinearEntries } from '../layers.ts';
import type { NetworkConfig } from '../network-config.ts';
import { sideVit, sideVitEntries } from '../side-vit.ts';
import { type AttendedLogits, inputOf, type NetworkInputs, type TrainingMethod } from './training-method.ts';

function network(config: NetworkConfig, p: Parameters, inputs: NetworkInputs): AttendedLogits {
  const { prompts, attention } = scope('fusion', () => {
    const learned = p('fusion.prompts');
    const found = attend(config, dense(p, 'fusion.proj', learned), inputs);
    const out = dense(p, 'fusion.out', found.context);
    return { prompts: add(dropOut(out, inputs), learned), attention: found.attention };
  });
  return { logits: sideVit(config, p, inputOf(config, inputs, 'image'), prompts), attention };
}

export const fpt: TrainingMethod = {
  features: 'keysValues',
  layers: 'all',
  imageSize: ({ patch }) => sideImageSize(patch, 224),
  layout: (config) => {
    const { lpm, layers, prompts, sideWidth } = config;
    return [
      { name: 'fusion.prompts', shape: [layers, 1, prompts, sideWidth], start: promptStart },
      ...torchLinearEntries('fusion.proj', lpm.width, sideWidth),
      ...torchLinearEntries('fusion.out', sideWidth, lpm.width),
      ...sideVitEntries(config),
    ];
  },
  inputs: fusionInputs,
  logits: (config, p, inputs) => network(config, p, inputs).logits,
  evidence: network,
  dropoutMask: promptMask,
};
