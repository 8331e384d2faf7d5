/** What FPT and FPT+ have in common as methods: prompts that attend to kept tokens, read by a side network of its own image. */
import { scope, type Value } from '../../graph/index.ts';
import { fusionInputs, promptMask } from '../fusion.ts';
import { sideImageSize } from '../input-size.ts';
import type { ParameterSpec, Parameters } from '../layers.ts';
import type { NetworkConfig } from '../network-config.ts';
import { sideVit, sideVitEntries } from '../side-vit.ts';
import { type AttendedLogits, inputOf, type NetworkInputs, type TrainingMethod } from './training-method.ts';

interface PromptMethod {
  readonly layers: 'half' | 'all';
  /** Side of the side network's image in pixels, before it is rounded to whole patches. */
  readonly sideImage: number;
  /** The parameters besides the side network's. */
  fusion(config: NetworkConfig): ParameterSpec[];
  /** Prompts [L, B, P, E] as the side network reads them, and their attention [L, B, H, P, T]. */
  prompts(
    config: NetworkConfig,
    p: Parameters,
    inputs: NetworkInputs,
  ): { readonly prompts: Value; readonly attention: readonly Value[] };
}

/** The method that `own` and the side network make together. */
export function promptMethod(own: PromptMethod): TrainingMethod {
  const network = (config: NetworkConfig, p: Parameters, inputs: NetworkInputs): AttendedLogits => {
    const { prompts, attention } = scope('fusion', () => own.prompts(config, p, inputs));
    return { logits: sideVit(config, p, inputOf(config, inputs, 'image'), prompts), attention };
  };
  return {
    features: 'keysValues',
    layers: own.layers,
    imageSize: ({ patch }) => sideImageSize(patch, own.sideImage),
    layout: (config) => [...own.fusion(config), ...sideVitEntries(config)],
    inputs: fusionInputs,
    logits: (config, p, inputs) => network(config, p, inputs).logits,
    evidence: network,
    dropoutMask: promptMask,
  };
}
