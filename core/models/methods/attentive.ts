/**
 * An attentive probe: a few learned queries look at every token of three layers of the frozen LPM, and a Linear layer reads what they find.
 *
 *     tokens [B,L,N,D] --softmax(mix)--> [B,N,D] --LayerNorm--> z --softmax over N of (z Qᵀ 8/√D)--> attention [B,M,N]
 *     attention z [B,M,D] --value--> [B,M,D/M] --side by side--> [B,D] --head--> logits [B,C]
 *
 * No key projection: the queries attend to the normalised tokens themselves, and all share one value projection to D/M numbers. Three savings change
 * nothing in the result. Rows of the attention sum to 1, so what is done to every token alike, the norm's weight and bias and the value projection,
 * is done to the M that a query found. A query's score moves by the same for all tokens when the norm's bias is added, which softmax cancels.
 * And z is never made: N tokens less their means and over their deviations are many numbers, but a token enters sums alone. The mean leaves by
 * centring the M queries before and the M findings after, and the deviation divides scores and attention, one number a token.
 * A few images at a time: what is widened and mixed is then in a processor's caches until it is used.
 * Parameters: `mix` [L], `norm` [D], `queries` [M, D], `value` [D/M, D], `head` [C, D].
 * Source: after Psomas et al., "Attention, please! Revisiting attentive probing through the lens of efficiency", arXiv 2506.10178. Departure: the
 * tokens are a learned mix of layers. A last layer knows the whole; what is small and local, an earlier one still tells apart.
 */
import {
  add,
  concat,
  inverseDeviation,
  matmul,
  mean,
  mul,
  reshape,
  scope,
  slice,
  softmax,
  sub,
  transposeLast,
  type Value,
} from '../../graph/index.ts';
import { dense, linearEntries, normEntries, type Parameters, torchLinearEntries, zero } from '../layers.ts';
import type { NetworkConfig } from '../network-config.ts';
import { startsOf } from '../parts.ts';
import { type AttendedLogits, inputOf, type NetworkInputs, type TrainingMethod } from './training-method.ts';

/** M. It divides every width that an LPM may have: widths are multiples of eight times the heads (`networkConfig`). */
const queries = 8;
/** torch.nn.LayerNorm's default, whatever the LPM uses. */
const eps = 1e-5;
/** Of a score of normalised tokens, whose length is √D: starting queries then tell tokens apart, and none takes all attention. */
const scale = (width: number): number => 8 / Math.sqrt(width);

/** Rows less their mean. */
function centred(x: Value): Value {
  return sub(x, mean(x, [x.shape.length - 1], { keepDims: true }));
}

/** Most bytes of widened tokens that are looked at together: two images of a ViT-Ti/16 at 512 px. Tried from one image to all of a batch of 16. */
const mostTogether = 5 * 2 ** 20;

function network(config: NetworkConfig, p: Parameters, inputs: NetworkInputs): AttendedLogits {
  const { lpm, layers, tokens } = config;
  const given = inputOf(config, inputs, 'all_tokens');
  const batch = given.shape[0] as number;
  return scope('probe', () => {
    const shares = reshape(softmax(p('mix'), -1), [1, layers]);
    const asked = centred(mul(mul(p('queries'), p('norm.weight')), scale(lpm.width)));
    const together = Math.max(1, Math.floor(mostTogether / (4 * layers * tokens * lpm.width)));
    const parts = startsOf(batch, together).map(([start, images]) => {
      const own = reshape(slice(given, 0, start, start + images), [images, layers, tokens * lpm.width]);
      const tokensOf = reshape(matmul(shares, own), [1, images, 1, tokens, lpm.width]);
      const deviation = inverseDeviation(tokensOf, eps);
      const attention = softmax(transposeLast(mul(matmul(tokensOf, transposeLast(asked)), deviation)), -1);
      return { attention, drawn: matmul(mul(attention, transposeLast(deviation)), tokensOf) };
    });
    const drawn = concat(
      parts.map((part) => part.drawn),
      1,
    );
    const seen = add(mul(centred(drawn), p('norm.weight')), p('norm.bias'));
    const found = dense(p, 'value', seen);
    const logits: Value = dense(p, 'head', reshape(found, [batch, lpm.width]));
    return { logits, attention: parts.map(({ attention }) => attention) };
  });
}

export const attentive: TrainingMethod = {
  features: 'allTokens',
  layers: 'three',
  imageSize: () => null,
  rate: 5e-3,
  layout: ({ lpm, layers, classes }) => [
    { name: 'mix', shape: [layers], start: zero },
    ...normEntries('norm', lpm.width),
    { name: 'queries', shape: [queries, lpm.width], start: { kind: 'normal', std: 0.1 } },
    ...torchLinearEntries('value', lpm.width / queries, lpm.width),
    ...linearEntries('head', classes, lpm.width),
  ],
  inputs: ({ lpm, layers, tokens }, batch) => ({
    all_tokens: { shape: [batch, layers, tokens, lpm.width], dtype: 'float16' },
  }),
  logits: (config, p, inputs) => network(config, p, inputs).logits,
  evidence: { attends: 'queries', network },
};
