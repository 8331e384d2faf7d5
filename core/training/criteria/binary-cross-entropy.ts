/**
 * Binary cross-entropy of each output on its own, as torch.nn.BCEWithLogitsLoss has it, over what is known alone: findings that may occur
 * together and that not every image was read for.
 *
 * The labels are `labels` (1 present, 0 absent; in between is allowed) and `mask` (1 known, 0 not known), float32 [batch, outputs] both.
 * What is not known counts neither in the sum nor in what the sum is divided by; its label must be a number all the same, 0 say. Weights of
 * outputs are those of presence, torch's `pos_weight`: they multiply the loss of what is present, and the number that is divided by stays.
 */
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { add, logSoftmax, mul, neg, pad, reshape, slice, sub, sum, type Value } from '../../graph/index.ts';
import type { Criterion, LabelTensors } from './criterion.ts';

export const binaryCrossEntropy: Criterion = {
  labels: (batch, outputs) => ({
    labels: { shape: [batch, outputs], dtype: 'float32' },
    mask: { shape: [batch, outputs], dtype: 'float32' },
  }),
  losses: (logits, { labels, mask }, presenceWeights) => {
    invariant(labels && mask, 'binary cross-entropy needs the inputs labels and mask');
    const present = presenceWeights === undefined ? labels : mul(labels, presenceWeights);
    const { ofPresence, ofAbsence } = logProbabilities(logits);
    const losses = neg(add(mul(present, ofPresence), mul(sub(1, labels), ofAbsence)));
    return { losses: sum(mul(mask, losses), [1]), weights: sum(mask, [1]), leastDivisor: 1 };
  },
  divisor: (labels) => Math.max(1, knownIn(labels)),
  value: (logits, labels) => {
    const known = knownIn(labels);
    if (known === 0) return null;
    const [marks, mask] = tensorsOf(labels);
    let loss = 0;
    for (let i = 0; i < mask.data.length; i++) {
      const weight = Number(mask.data[i]);
      if (weight === 0) continue;
      const z = logits[i] as number;
      const label = Number(marks.data[i]);
      // ln(1 + e^-z) without an overflow, and (1 - label) z for what is absent.
      loss += weight * (Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))) + (1 - label) * z);
    }
    return loss / known;
  },
};

/**
 * Logarithms of the two probabilities of each output. The sigmoid is the softmax of a logit and 0, whose logarithm neither overflows nor has
 * a kink at 0, where a network begins whose head is zeros.
 */
function logProbabilities(logits: Value): { readonly ofPresence: Value; readonly ofAbsence: Value } {
  const [batch, outputs] = logits.shape as readonly [number, number];
  const both = logSoftmax(pad(reshape(logits, [batch, outputs, 1]), 2, 0, 1), -1);
  const one = (place: number): Value => reshape(slice(both, 2, place, place + 1), [batch, outputs]);
  return { ofPresence: one(0), ofAbsence: one(1) };
}

function tensorsOf({ labels, mask }: LabelTensors): [labels: Tensor, mask: Tensor] {
  invariant(labels && mask, 'binary cross-entropy needs the tensors labels and mask');
  return [labels, mask];
}

/** How many labels are known. */
function knownIn(labels: LabelTensors): number {
  const [, mask] = tensorsOf(labels);
  let known = 0;
  for (let i = 0; i < mask.data.length; i++) known += Number(mask.data[i]);
  return known;
}
