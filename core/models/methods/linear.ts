/** Logistic regression on the LPM's final class token, or on its summary of the image where it has none: `head` [C, D]. A baseline: what the frozen LPM alone gives. */
import { dense, linearEntries } from '../layers.ts';
import { inputOf, type TrainingMethod } from './training-method.ts';

export const linear: TrainingMethod = {
  features: 'classToken',
  layers: 'half',
  imageSize: () => null,
  rate: 1e-2,
  layout: ({ lpm, classes }) => linearEntries('head', classes, lpm.width),
  inputs: ({ lpm }, batch) => ({ class_token: { shape: [batch, lpm.width], dtype: 'float32' } }),
  logits: (config, p, inputs) => dense(p, 'head', inputOf(config, inputs, 'class_token')),
  evidence: { attends: 'summary' },
  isSimplest: true,
};
