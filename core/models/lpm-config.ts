/**
 * What an LPM is: everything that the encoder graph and the methods need to know of one.
 *
 * What all LPMs had at first (a class token, a table of positions, biases everywhere, GELU) is not written down: a field that says
 * otherwise is absent where it does not apply. Configurations are stored with fully fine-tuned models, and so those of before stay whole.
 */
import type { Shape } from '../base/tensor.ts';

/** How tensors are named in the file; see lpm-families.ts. */
export const namings = ['hf-vit', 'hf-dinov2', 'timm', 'hf-dinov3', 'hf-siglip', 'hf-clip', 'open-clip'] as const;
export type Naming = (typeof namings)[number];

/** The function between the two layers of an MLP where it is not GELU: GELU by tanh, x σ(1.702 x), and x σ(x). */
export const otherActivations = ['tanh-gelu', 'quick-gelu', 'silu'] as const;
export type OtherActivation = (typeof otherActivations)[number];

/** Linear layers that some LPMs have without a bias although the rest have one. */
export const biasedParts = ['patch', 'q', 'k', 'v', 'o', 'gate', 'fc1', 'fc2'] as const;
export type BiasedPart = (typeof biasedParts)[number];

/**
 * What stands for the whole image where the class token after the last norm does not: one learned query that attends to all tokens after the
 * last norm (`attention-pool`), their mean (`mean`), or the mean of the patches before the norm, which follows it (`mean-before-norm`).
 */
export const otherSummaries = ['attention-pool', 'mean', 'mean-before-norm'] as const;
export type OtherSummary = (typeof otherSummaries)[number];

/** How position embeddings are resized to another grid; see position-embedding.ts. */
export interface PositionRule {
  /** Added to the new grid's size when the scale is formed: 0.1 for ViT and DINO, 0 for DINOv2, SigLIP and CLIP. */
  readonly offset: number;
  readonly antialias: boolean;
}

/** Everything the encoder graph needs to know of an LPM. */
export interface LpmConfig {
  readonly naming: Naming;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly patch: number;
  /** 3, or 1 for an LPM that reads grey images. */
  readonly channels: number;
  /** Of one of the two products where the MLP is gated. */
  readonly mlpWidth: number;
  /** Epsilon of every LayerNorm. */
  readonly eps: number;
  /** Rows and columns of patches at the trained size. */
  readonly grid: readonly [rows: number, columns: number];
  /** Whether the class token has a position embedding (not in timm's `reg4` models, nor where positions are rotary). */
  readonly classPosition: boolean;
  /** DeiT's second class token, which has a position embedding too. */
  readonly distillationToken: boolean;
  /** Register tokens: after the class token, without position. */
  readonly registers: number;
  readonly layerScale: boolean;
  /** Whether queries, keys and values have biases at all. */
  readonly qkvBias: boolean;
  readonly positionRule: PositionRule;
  /** The model's own normalisation of pixels in [0, 1], per channel; of one channel, three times the same. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** There is none: the first token is the first register or patch. */
  readonly classToken?: false;
  /** Positions are rotations of the patches' queries and keys with periods up to this base (DINOv3), not a table. */
  readonly rotaryBase?: number;
  /** A norm before the first block (CLIP). */
  readonly preNorm?: true;
  readonly withoutBias?: readonly BiasedPart[];
  readonly activation?: OtherActivation;
  /** The MLP is activation(gate x) · (fc1 x), then fc2. */
  readonly gated?: true;
  readonly summary?: OtherSummary;
  /** MLP width of the attention pool. */
  readonly poolMlpWidth?: number;
  /** The last norm is the summary's alone: the hidden state is given without it (CLIP). */
  readonly lastNorm?: 'summary';
  /** Epsilon, mean and deviation are part of its identity: it was added beside an LPM of the same weights that is read otherwise. */
  readonly ownReading?: true;
}

/** Names and shapes of the tensors of a file; core/weights' TensorFile fits. */
export interface TensorList {
  readonly names: readonly string[];
  info(name: string): { readonly shape: Shape };
}

/** Sizes of a plain ViT. */
export interface PlainVitSizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly patch: number;
  /** Square input size it was trained at, in pixels. */
  readonly imageSize: number;
  readonly eps?: number;
}

/** A ViT as Dosovitskiy et al. describe it, in HF naming: MLP of four widths, biases, pixels normalised to [-1, 1]. */
export function plainVit({ width, layers, heads, patch, imageSize, eps = 1e-12 }: PlainVitSizes): LpmConfig {
  return {
    naming: 'hf-vit',
    width,
    layers,
    heads,
    patch,
    channels: 3,
    mlpWidth: 4 * width,
    eps,
    grid: [imageSize / patch, imageSize / patch],
    classPosition: true,
    distillationToken: false,
    registers: 0,
    layerScale: false,
    qkvBias: true,
    positionRule: { offset: 0.1, antialias: false },
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  };
}

/** Tokens before the patches, patches, and everything else, of an LPM at an input size. */
export interface TokenCounts {
  readonly prefix: number;
  /** Of those before the patches, how many are the class token: 1 or 0. */
  readonly classTokens: number;
  readonly patches: number;
  readonly all: number;
}

/** Whether the first token is a class token, which stands for the whole image and has no place in it. */
export function hasClassToken(config: Pick<LpmConfig, 'classToken'>): boolean {
  return config.classToken !== false;
}

/** The number of tokens before the patches: class token, distillation token and registers, those of them that there are. */
export function prefixCount(config: Pick<LpmConfig, 'classToken' | 'distillationToken' | 'registers'>): number {
  return (hasClassToken(config) ? 1 : 0) + (config.distillationToken ? 1 : 0) + config.registers;
}

export function tokenCounts(config: LpmConfig, height: number, width: number): TokenCounts {
  const prefix = prefixCount(config);
  const patches = (height / config.patch) * (width / config.patch);
  return { prefix, classTokens: hasClassToken(config) ? 1 : 0, patches, all: prefix + patches };
}

/** Tokens kept in a layer: the whole part of `ratio` times all tokens, at least one. */
export function keptTokens(config: LpmConfig, height: number, width: number, ratio: number): number {
  return Math.max(1, Math.trunc(ratio * tokenCounts(config, height, width).all));
}
