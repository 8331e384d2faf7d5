/**
 * What an LPM is, read from the hub's `config.json` and from the shapes of its tensors.
 *
 * Three ways to name tensors exist (see tensor-names.ts): HF ViT (also DINO, DeiT), HF DINOv2, and timm (also the
 * original DINO and DINOv2 repositories). Shapes are believed before the configuration, because they cannot be stale;
 * only what no shape shows comes from the configuration: the number of heads, the epsilon, the activation.
 */
import { AppError } from '../base/errors.ts';
import type { Shape } from '../base/tensor.ts';

/** How tensors are named in the file. */
export type Naming = 'hf-vit' | 'hf-dinov2' | 'timm';

/** How position embeddings are resized to another grid; see position-embedding.ts. */
export interface PositionRule {
  /** Added to the new grid's size when the scale is formed: 0.1 for ViT and DINO, 0 for DINOv2. */
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
  readonly channels: number;
  readonly mlpWidth: number;
  /** Epsilon of every LayerNorm. */
  readonly eps: number;
  /** Rows and columns of patches at the trained size. */
  readonly grid: readonly [rows: number, columns: number];
  /** Whether the class token has a position embedding (all but timm's `reg4` models). */
  readonly classPosition: boolean;
  /** DeiT's second class token, which has a position embedding too. */
  readonly distillationToken: boolean;
  /** Register tokens: after the class token, without position. */
  readonly registers: number;
  readonly layerScale: boolean;
  readonly qkvBias: boolean;
  readonly positionRule: PositionRule;
  /** The model's own normalisation of pixels in [0, 1], per channel. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Names and shapes of the tensors of a file; core/weights' TensorFile fits. */
export interface TensorList {
  readonly names: readonly string[];
  info(name: string): { readonly shape: Shape };
}

export interface LpmConfigOptions {
  /** The number of heads, where the configuration does not tell it. */
  readonly heads?: number;
}

type Json = Readonly<Record<string, unknown>>;

const supportedTypes: ReadonlySet<string> = new Set(['vit', 'deit', 'dinov2', 'dinov2_with_registers']);
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

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
    mean: half.mean,
    std: half.std,
  };
}

/** Tokens before the patches, patches, and everything else, of an LPM at an input size. */
export interface TokenCounts {
  readonly prefix: number;
  readonly patches: number;
  readonly all: number;
}

export function tokenCounts(config: LpmConfig, height: number, width: number): TokenCounts {
  const prefix = 1 + (config.distillationToken ? 1 : 0) + config.registers;
  const patches = (height / config.patch) * (width / config.patch);
  return { prefix, patches, all: prefix + patches };
}

/** Tokens kept in a layer: the whole part of `ratio` times all tokens, at least one. */
export function keptTokens(config: LpmConfig, height: number, width: number, ratio: number): number {
  return Math.max(1, Math.trunc(ratio * tokenCounts(config, height, width).all));
}

/**
 * The configuration of an LPM.
 *
 * @param tensors the file's tensors (names and shapes)
 * @param json parsed `config.json`, or null for a bare `.safetensors` file
 * @param preprocessor parsed `preprocessor_config.json`, or null
 * @throws LPM_UNSUPPORTED naming what is not supported; BAD_INPUT when the number of heads cannot be known
 */
export function parseLpmConfig(
  tensors: TensorList,
  json: unknown,
  preprocessor: unknown = null,
  options: LpmConfigOptions = {},
): LpmConfig {
  const config = asObject(json);
  refuseOtherModels(config, tensors.names);
  const shapes = readShapes(tensors);
  const modelArgs = asObject(config['model_args']);
  const timmConfig = asObject(config['pretrained_cfg']);
  const registers = shapes.registers;
  const dinov2 = shapes.naming === 'hf-dinov2' || shapes.layerScale;
  const { width, patch } = shapes;

  const heads =
    options.heads ??
    numberOf(config['num_attention_heads']) ??
    numberOf(modelArgs['num_heads']) ??
    knownHeads(config, shapes);
  if (heads === undefined) throw unknownHeads(width);
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new AppError('BAD_INPUT', `The LPM's width ${width} cannot be split into ${heads} heads.`, {
      action: `Give the number of heads with --heads; it must divide ${width}.`,
    });
  }
  refuseOdd({ width, patch, layers: shapes.layers, mlpWidth: shapes.mlpWidth, positions: shapes.positions, registers });
  const image = pairOf(config['image_size']) ?? pairOf(modelArgs['img_size']) ?? inputSize(timmConfig['input_size']);
  const eps = numberOf(config['layer_norm_eps']) ?? (shapes.naming === 'hf-vit' ? 1e-12 : 1e-6);
  if (!(eps > 0 && eps < 0.1)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The LPM's layer_norm_eps is ${eps}; allowed is more than 0 and less than 0.1.`,
    );
  }
  return {
    naming: shapes.naming,
    width,
    layers: shapes.layers,
    heads,
    patch,
    channels: 3,
    mlpWidth: shapes.mlpWidth,
    eps,
    grid: trainedGrid(shapes, image),
    classPosition: shapes.positions !== gridOf(shapes.positions, image, patch),
    distillationToken: shapes.distillationToken,
    registers,
    layerScale: shapes.layerScale,
    qkvBias: shapes.qkvBias,
    positionRule: dinov2 ? { offset: 0, antialias: registers > 0 } : { offset: 0.1, antialias: false },
    ...normalisation(asObject(preprocessor), timmConfig, dinov2),
  };
}

interface ReadShapes {
  readonly naming: Naming;
  readonly width: number;
  readonly layers: number;
  readonly patch: number;
  readonly mlpWidth: number;
  readonly positions: number;
  readonly registers: number;
  readonly distillationToken: boolean;
  readonly layerScale: boolean;
  readonly qkvBias: boolean;
}

/** The parts of tensor names that every supported naming has, after any prefix. */
function readShapes(tensors: TensorList): ReadShapes {
  const find = (...endings: string[]): Shape | undefined => {
    const name = tensors.names.find((n) => endings.some((end) => n === end || n.endsWith(`.${end}`)));
    return name === undefined ? undefined : tensors.info(name).shape;
  };
  const projection = find('patch_embeddings.projection.weight', 'patch_embed.proj.weight');
  const positions = find('position_embeddings', 'pos_embed');
  const fc1 = find('layer.0.intermediate.dense.weight', 'layer.0.mlp.fc1.weight', 'blocks.0.mlp.fc1.weight');
  if (projection?.length !== 4 || !positions || positions.length !== 3 || !fc1) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The file is no vision transformer that Sidelight knows: of the tensors patch projection, position embeddings and first MLP layer, ${
        [projection && 'the first', positions && 'the second', fc1 && 'the third'].filter(Boolean).join(' and ') ||
        'none'
      } was found.`,
    );
  }
  const [width, channels, patch, patchWidth] = projection as [number, number, number, number];
  if (channels !== 3 || patch !== patchWidth) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The patch projection is [${projection.join(', ')}]; supported are 3 channels and square patches.`,
    );
  }
  const has = (ending: string): boolean => find(ending) !== undefined;
  const layers = tensors.names
    .map((n) => /(?:^|\.)(?:layer|blocks)\.(\d+)\./.exec(n)?.[1])
    .filter((i) => i !== undefined);
  const naming: Naming = has('patch_embed.proj.weight') ? 'timm' : has('layer.0.norm1.weight') ? 'hf-dinov2' : 'hf-vit';
  return {
    naming,
    width,
    layers: 1 + layers.map(Number).reduce((most, n) => Math.max(most, n), -1),
    patch,
    mlpWidth: fc1[0]!,
    positions: positions[1]!,
    registers: (find('register_tokens', 'reg_token') ?? [])[1] ?? 0,
    distillationToken: has('distillation_token') || has('dist_token'),
    layerScale: has('layer.0.layer_scale1.lambda1') || has('blocks.0.ls1.gamma'),
    qkvBias: has('layer.0.attention.attention.query.bias') || has('blocks.0.attn.qkv.bias'),
  };
}

/** Largest sizes of any published ViT, with room: a file that claims more is an attack on memory and time. */
const largest = { width: 8192, patch: 64, layers: 100, mlpWidth: 65_536, positions: 65_536, registers: 64 } as const;

function refuseOdd(sizes: Readonly<Record<keyof typeof largest, number>>): void {
  for (const name of Object.keys(largest) as (keyof typeof largest)[]) {
    const least = name === 'registers' ? 0 : 1;
    if (Number.isInteger(sizes[name]) && sizes[name] >= least && sizes[name] <= largest[name]) continue;
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The LPM has ${name} ${sizes[name]}; allowed is ${least} to ${largest[name]}.`,
    );
  }
}

/** Refuses by name what looks like a ViT but computes something else. */
function refuseOtherModels(config: Json, names: readonly string[]): void {
  const refuse = (what: string): never => {
    throw new AppError('LPM_UNSUPPORTED', `The LPM ${what}.`);
  };
  const type = config['model_type'];
  if (typeof type === 'string' && !supportedTypes.has(type)) {
    refuse(`is of type "${type}"; supported are ${[...supportedTypes].join(', ')}, and timm's ViTs`);
  }
  const activation = config['hidden_act'];
  if (typeof activation === 'string' && activation !== 'gelu')
    refuse(`uses the activation "${activation}"; supported is gelu`);
  const swiGlu = names.some((n) => /\.mlp\.(weights_in|w12|fc1_g)\b/.test(n));
  if (config['use_swiglu_ffn'] === true || swiGlu)
    refuse('uses SwiGLU layers (DINOv2 giant), which are not supported; use the small, base or large model');
  if (names.some((n) => /\.(q_norm|k_norm|rel_pos|relative_position|rope)/.test(n))) {
    refuse('uses normalised queries, relative positions or rotary positions, which are not supported');
  }
  if (names.some((n) => /(^|\.)(norm_pre|fc_norm|attn_pool)\./.test(n))) {
    refuse('has a norm before the blocks, a norm after pooling or attention pooling, which are not supported');
  }
}

/**
 * Heads by architecture name or width. All published plain ViTs have heads of 64 numbers from width 192 on, except
 * those listed; below that nothing is usual, so nothing is guessed: the wrong number gives wrong features silently.
 */
function knownHeads(config: Json, shapes: ReadShapes): number | undefined {
  const architecture = String(config['architecture'] ?? '');
  const heads = /^vit_(huge|giant|gigantic|so\d+m)/.exec(architecture)?.[1];
  if (heads === 'huge' || heads === 'giant' || heads === 'gigantic') return 16;
  if (heads !== undefined) return undefined;
  if (shapes.width === 1280 || shapes.width === 1408 || shapes.width === 1664) return 16;
  return shapes.width >= 192 && shapes.width % 64 === 0 ? shapes.width / 64 : undefined;
}

function unknownHeads(width: number): AppError {
  return new AppError(
    'BAD_INPUT',
    `The LPM's configuration does not tell the number of attention heads (width ${width}).`,
    {
      action: `Give it with --heads (it must divide ${width}).`,
    },
  );
}

/** The number of patches among `positions` entries: those before the patches belong to tokens. */
function gridOf(positions: number, image: readonly [number, number] | undefined, patch: number): number {
  const fromImage = image && Math.floor(image[0] / patch) * Math.floor(image[1] / patch);
  if (fromImage !== undefined && fromImage <= positions && positions - fromImage <= 2) return fromImage;
  for (const prefix of [1, 2, 0]) if (Number.isInteger(Math.sqrt(positions - prefix))) return positions - prefix;
  throw new AppError('LPM_UNSUPPORTED', `The LPM has ${positions} position embeddings, which form no square grid.`);
}

function trainedGrid(shapes: ReadShapes, image: readonly [number, number] | undefined): readonly [number, number] {
  const patches = gridOf(shapes.positions, image, shapes.patch);
  const side = Math.sqrt(patches);
  if (Number.isInteger(side)) return [side, side];
  const rows = Math.floor((image?.[0] ?? 0) / shapes.patch);
  return [rows, patches / rows];
}

/** Mean and std of the preprocessor, else of timm, else of the family. */
function normalisation(preprocessor: Json, timm: Json, dinov2: boolean): Pick<LpmConfig, 'mean' | 'std'> {
  const fallback = dinov2 ? imagenet : half;
  const mean = tripleOf(preprocessor['image_mean']) ?? tripleOf(timm['mean']) ?? fallback.mean;
  const std = tripleOf(preprocessor['image_std']) ?? tripleOf(timm['std']) ?? fallback.std;
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && value > 0)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The LPM's pixel normalisation is mean [${mean.join(', ')}], std [${std.join(', ')}]; needed are numbers, and std above 0.`,
    );
  }
  return { mean, std };
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function pairOf(value: unknown): readonly [number, number] | undefined {
  if (typeof value === 'number') return [value, value];
  return Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : undefined;
}

/** timm's `[channels, height, width]`. */
function inputSize(value: unknown): readonly [number, number] | undefined {
  return Array.isArray(value) && value.length === 3 ? [Number(value[1]), Number(value[2])] : undefined;
}

function tripleOf(value: unknown): readonly [number, number, number] | undefined {
  return Array.isArray(value) && value.length === 3
    ? [Number(value[0]), Number(value[1]), Number(value[2])]
    : undefined;
}
