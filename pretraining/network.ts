/**
 * What is trained: the LPM's own encoder graph with its weights cut from one flat vector, and small heads that are
 * thrown away afterwards.
 *
 * - each patch names the kinds seen in each of its cells, four by four: where a drawing lies and what it is are learned
 *   together, which is far easier than what it is wherever it lies;
 * - each patch names the kinds seen in it, so that every token learns fine detail from every picture;
 * - the class token names the kinds of the whole picture, so that it learns where to look;
 * - each patch names the kinds of the whole picture too, so that all queries look there: FPT+ keeps the tokens that
 *   receive attention from all of them;
 * - the class token gives the coarseness of the background.
 */
import type { Random } from '../core/base/random.ts';
import { float32, type Shape, sizeOf } from '../core/base/tensor.ts';
import {
  add,
  concat,
  constant,
  defineGraph,
  exp,
  type Graph,
  grad,
  input,
  log,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  replaceWeights,
  reshape,
  sigmoid,
  slice,
  sub,
  type Value,
} from '../core/graph/index.ts';
import { buildLpmEncoder, type LpmConfig, positionEmbedding } from '../core/models/index.ts';
import { adamW } from '../core/training/optimisers/adamw.ts';
import { stepOf } from '../core/training/optimisers/optimiser.ts';
import { clipped } from '../core/training/update.ts';
import { kindNames } from './kinds.ts';
import type { Entry } from './layout.ts';
import { withOrthogonalUpdates } from './muon.ts';
import { cosineFilters } from './patch-filters.ts';
import { cellsAcross } from './picture.ts';

export interface PretrainNetwork {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** Inputs `params`, `m`, `v`, `step`, `lr` and the labels; outputs `next_*`, the five losses and `grad_norm`. */
  readonly step: Graph;
  /** Inputs params and pictures; outputs patch_probabilities [B, patches, kinds], image_probabilities [B, kinds],
   *  last_hidden_state [B, 1 + patches, width]. */
  readonly predict: Graph;
}

/** Training a whole network from nothing: the gradients of the first thousand steps change faster than 0.999 follows. */
const beta2 = 0.98;
const weightDecay = 0.05;

/** Seen patches are about one in eight; this weight keeps the rare kinds from being learned as "never". */
const positiveWeight = 3;

/** Most patches and cells hold a kind seldom; from 0, the first hundreds of steps learn nothing but that. */
const startingBiases: Readonly<Record<string, number>> = {
  'heads.patch.bias': -2,
  'heads.cell.bias': -3.5,
  'heads.far.bias': -0.7,
  'heads.image.bias': -0.7,
};

export function buildPretrainNetwork(config: LpmConfig, size: number, batch: number): PretrainNetwork {
  const encoder = buildLpmEncoder(config, {
    batch,
    height: size,
    width: size,
    layers: [],
    tokenRatio: 0.2,
    tokens: 'global',
    keysValues: false,
    classToken: false,
    hiddenState: true,
  });
  const k = kindNames.length;
  const { width: d } = config;
  const heads: readonly (readonly [string, Shape])[] = [
    ['heads.patch.weight', [d, k]],
    ['heads.patch.bias', [k]],
    ['heads.image.weight', [d, k]],
    ['heads.image.bias', [k]],
    ['heads.far.weight', [d, k]],
    ['heads.far.bias', [k]],
    ['heads.slope.weight', [d, 1]],
    ['heads.slope.bias', [1]],
    ['heads.cell.weight', [d, cellsAcross ** 2 * k]],
    ['heads.cell.bias', [cellsAcross ** 2 * k]],
  ];
  const entries: Entry[] = [];
  let total = 0;
  const trainedPositions: Shape = [config.grid[0] * config.grid[1], d];
  const encoderWeights = encoder.weights.map(
    (w) => [w.name as string, w.name === 'position' ? trainedPositions : w.shape] as const,
  );
  for (const [name, shape] of [...encoderWeights, ...heads]) {
    entries.push({ name, shape, offset: total, size: sizeOf(shape) });
    total += sizeOf(shape);
  }
  const params = input('params', [total]);
  const parts = entries.map((e) => slice(params, 0, e.offset, e.offset + e.size));
  const values = new Map(entries.map((e, i) => [e.name, reshape(parts[i] as Value, e.shape)] as const));
  // The encoder takes queries that carry 1/√d already. Trained in that scale, one step of AdamW would turn them √d times as
  // far as the keys, and attention collapses at ordinary learning rates; so they are trained in the usual scale.
  const parameter = (name: string): Value => {
    const value = values.get(name) as Value;
    if (name === 'position') return positionsAt(size, config, value);
    return /\.q\.(weight|bias)$/.test(name) ? mul(value, 1 / Math.sqrt(config.width / config.heads)) : value;
  };
  const { last_hidden_state: hidden } = replaceWeights(encoder, (w) => parameter(w.name as string));
  const patches = (size / config.patch) ** 2;
  const head = (name: string, x: Value): Value =>
    add(matmul(x, parameter(`heads.${name}.weight`)), parameter(`heads.${name}.bias`));
  const classToken = reshape(slice(hidden as Value, 1, 0, 1), [batch, d]);
  const patchTokens = slice(hidden as Value, 1, 1, 1 + patches);
  const patchLogits = head('patch', patchTokens);
  const imageLogits = head('image', classToken);

  const patchLabels = input('patch_labels', [batch, patches, k]);
  const cellLabels = input('cell_labels', [batch, patches, cellsAcross ** 2 * k]);
  const imageLabels = input('image_labels', [batch, k]);
  const slopes = input('slopes', [batch, 1]);
  const patchLoss = mean(binaryCrossEntropy(patchLogits, patchLabels, positiveWeight), [0, 1, 2]);
  const cellLoss = mean(binaryCrossEntropy(head('cell', patchTokens), cellLabels, positiveWeight), [0, 1, 2]);
  const imageLoss = mean(binaryCrossEntropy(imageLogits, imageLabels, 1), [0, 1]);
  const farLoss = mean(binaryCrossEntropy(head('far', patchTokens), reshape(imageLabels, [batch, 1, k]), 1), [0, 1, 2]);
  const error = sub(head('slope', classToken), slopes);
  const slopeLoss = mean(mul(error, error), [0, 1]);
  const loss = add(add(add(mul(cellLoss, 8), mul(patchLoss, 2)), imageLoss), add(mul(farLoss, 0.5), slopeLoss));
  const { gradient, norm } = clipped(concat(grad(loss, parts), 0));
  const state = { m: input('m', [total]), v: input('v', [total]) };
  const lr = input('lr', []);
  const next = stepOf(adamW, { params, gradient, state, step: input('step', []), lr }, weightDecay, { beta2 });
  return {
    entries,
    total,
    step: defineGraph({
      outputs: {
        next_params: withOrthogonalUpdates(
          entries,
          { params, m: state.m, lr },
          { params: next.params, m: next.state.m },
          weightDecay,
        ),
        next_m: next.state.m,
        next_v: next.state.v,
        patch_loss: patchLoss,
        cell_loss: cellLoss,
        image_loss: imageLoss,
        far_loss: farLoss,
        slope_loss: slopeLoss,
        grad_norm: norm,
      },
    }),
    predict: defineGraph({
      outputs: {
        patch_probabilities: sigmoid(patchLogits),
        image_probabilities: sigmoid(imageLogits),
        last_hidden_state: hidden as Value,
      },
    }),
  };
}

/** Positions of a picture's patches [patches, d] of the trained ones, resized as whoever uses the LPM resizes them. */
function positionsAt(size: number, config: LpmConfig, trained: Value): Value {
  const [rows, columns] = config.grid;
  if (size === rows * config.patch && size === columns * config.patch) return trained;
  const n = rows * columns;
  const identity = new Float32Array(n * n);
  for (let i = 0; i < n; i++) identity[i * (n + 1)] = 1;
  // Resizing is linear in the positions: what it makes of the identity is its matrix.
  return matmul(constant(positionEmbedding({ ...config, width: n }, float32([n, n], identity), size, size)), trained);
}

/** Element-wise cross-entropy of logits and labels in {0, 1}, without overflow; positives count `weight` times. */
function binaryCrossEntropy(logits: Value, labels: Value, weight: number): Value {
  const softplus = add(maximum(neg(logits), 0), log(add(exp(neg(maximum(logits, neg(logits)))), 1)));
  // -y log σ(x) = y softplus(-x); -(1 - y) log(1 - σ(x)) = (1 - y)(softplus(-x) + x)
  return add(mul(mul(labels, weight), softplus), mul(sub(1, labels), add(softplus, logits)));
}

/**
 * Starting values: truncated normal 0.02, norms 1 and 0, biases 0, positions as sines of row and column, patch projection as
 * cosineFilters of a sample of the pictures.
 */
export function startingParameters(
  network: PretrainNetwork,
  config: LpmConfig,
  size: number,
  random: Random,
  sample: readonly Float32Array[],
): Float32Array {
  const flat = new Float32Array(network.total);
  for (const { name, shape, offset, size: length } of network.entries) {
    const stream = random.fork(name);
    if (name === 'position') flat.set(sinePositions(config.grid[0], config.width), offset);
    else if (name === 'patch.weight') flat.set(cosineFilters(sample, size, config.patch, config.width), offset);
    else if (/norm\d?\.weight$/.test(name)) flat.fill(1, offset, offset + length);
    else if (name in startingBiases) flat.fill(startingBiases[name]!, offset, offset + length);
    else if (shape.length > 1) {
      // What 24 random branches add up to must not drown the tokens at the start.
      const scale = /\.(o|fc2)\.weight$/.test(name) ? 1 / Math.sqrt(2 * config.layers) : 1;
      for (let i = 0; i < length; i++) flat[offset + i] = scale * stream.truncatedNormal(0, 0.02);
    }
  }
  return flat;
}

/** [grid * grid, width]: a quarter each of sine and cosine of column and row, so that other grids interpolate well. */
function sinePositions(grid: number, width: number): Float32Array {
  const quarter = width / 4;
  const out = new Float32Array(grid * grid * width);
  for (let row = 0; row < grid; row++) {
    for (let column = 0; column < grid; column++) {
      for (let i = 0; i < quarter; i++) {
        const frequency = (2 * Math.PI) / grid / 20 ** (i / quarter - 0.6);
        const at = (row * grid + column) * width;
        out[at + i] = 0.15 * Math.sin(column * frequency);
        out[at + quarter + i] = 0.15 * Math.cos(column * frequency);
        out[at + 2 * quarter + i] = 0.15 * Math.sin(row * frequency);
        out[at + 3 * quarter + i] = 0.15 * Math.cos(row * frequency);
      }
    }
  }
  return out;
}
