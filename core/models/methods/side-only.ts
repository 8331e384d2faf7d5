/** The side network of FPT+ without any prompts. A baseline: what the small image alone gives. */
import { sideImageSize } from '../input-size.ts';
import { sideVit, sideVitEntries } from '../side-vit.ts';
import { imageInput, inputOf, type TrainingMethod } from './training-method.ts';

export const sideOnly: TrainingMethod = {
  features: null,
  layers: 'half',
  imageSize: ({ patch }) => sideImageSize(patch, 128),
  layout: sideVitEntries,
  inputs: (config, batch) => ({ image: imageInput(config, batch) }),
  logits: (config, p, inputs) => sideVit(config, p, inputOf(config, inputs, 'image')),
};
