/**
 * What an LPM is, read from the shapes of its tensors and from the files beside them.
 *
 * Shapes are believed before the configuration, because they cannot be stale; only what no shape shows comes from the configuration: the
 * number of heads, the epsilon, the activation, the base of rotary positions.
 */
import { AppError } from '../base/errors.ts';
import type { Shape } from '../base/tensor.ts';
import { findTower, placesOf, type Tower } from './find-tower.ts';
import { type BiasedPart, biasedParts, type LpmConfig, type OtherActivation, type TensorList } from './lpm-config.ts';
import { knownTypes, type LpmFamily, lpmFamilies, normalisations } from './lpm-families.ts';
import { unknownModel } from './model-lookalikes.ts';
import { asObject, inputSize, type ModelFiles, pairOf, pixelNormalisation } from './preprocessing-files.ts';

export interface LpmConfigOptions {
  /** The number of heads, where the configuration does not tell it. */
  readonly heads?: number;
  /** Parsed `open_clip_config.json`, where there is one. */
  readonly openClip?: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Activations by the names of configurations. */
const activations: Readonly<Record<string, OtherActivation | 'gelu'>> = {
  gelu: 'gelu',
  gelu_pytorch_tanh: 'tanh-gelu',
  gelu_tanh: 'tanh-gelu',
  gelu_new: 'tanh-gelu',
  quick_gelu: 'quick-gelu',
  silu: 'silu',
  swish: 'silu',
};

/**
 * The configuration of an LPM.
 *
 * @param tensors the file's tensors (names and shapes); of two towers the vision tower is read
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
  const files: ModelFiles = { config: json, preprocessor, openClip: options.openClip };
  const described = visionConfig(asObject(json));
  refuseType(described);
  refuseArchitecture(described);
  const tower = findTower(tensors.names);
  if (tower === undefined) throw unknownModel(tensors.names);
  refuseParts(tensors.names.filter((name) => name.startsWith(tower.prefix)));
  const family = lpmFamilies[tower.naming];
  const shapes = readShapes(tensors, tower, family, described);
  const openClipModel = asObject(asObject(options.openClip)['model_cfg']);
  const openClip = asObject(openClipModel['vision_cfg']);
  const modelArgs = asObject(described['model_args']);
  const timmConfig = asObject(described['pretrained_cfg']);
  const { width, patch, registers, layers, mlpWidth } = shapes;

  const heads = checkHeads(
    options.heads ??
      numberOf(described['num_attention_heads']) ??
      numberOf(modelArgs['num_heads']) ??
      openClipHeads(openClip) ??
      knownHeads(family, shapes),
    width,
  );
  refuseOdd({ width, patch, layers, mlpWidth, positions: shapes.positions ?? 1, registers });
  const image =
    pairOf(described['image_size']) ??
    pairOf(modelArgs['img_size']) ??
    inputSize(timmConfig['input_size']) ??
    pairOf(openClip['image_size']);
  const eps =
    numberOf(described['layer_norm_eps']) ??
    numberOf(asObject(openClip['norm_kwargs'])['eps']) ??
    (shapes.isRotary || shapes.has('pre_norm.weight') ? 1e-5 : family.eps);
  if (!(eps > 0 && eps < 0.1)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `The LPM's layer_norm_eps is ${eps}; allowed is more than 0 and less than 0.1.`,
    );
  }
  const isDinov2 = tower.naming === 'hf-dinov2' || shapes.layerScale;
  const activation = readActivation(described, openClipModel, family, shapes);
  const isPlain = family.positionRule === 'plain' || !shapes.classToken;
  const dinoRule = isDinov2 ? { offset: 0, antialias: registers > 0 } : { offset: 0.1, antialias: false };
  const byTensors = isDinov2 ? 'imagenet' : shapes.has('pre_norm.weight') ? 'clip' : 'half';
  const usual = family.normalisation === 'by tensors' ? byTensors : family.normalisation;
  return {
    naming: tower.naming,
    width,
    layers,
    heads,
    patch,
    channels: shapes.channels,
    mlpWidth,
    eps,
    grid: trainedGrid(shapes, image),
    classPosition: shapes.classToken && shapes.positions !== undefined && shapes.positions !== gridOf(shapes, image),
    distillationToken: shapes.distillationToken,
    registers,
    layerScale: shapes.layerScale,
    qkvBias: shapes.qkvBias,
    positionRule: isPlain ? { offset: 0, antialias: false } : dinoRule,
    ...pixelNormalisation(files, normalisations[usual]),
    ...(shapes.classToken ? {} : { classToken: false as const }),
    ...(shapes.isRotary ? { rotaryBase: rotaryBase(described) } : {}),
    ...(shapes.has('pre_norm.weight') ? { preNorm: true as const } : {}),
    ...(shapes.withoutBias.length > 0 ? { withoutBias: shapes.withoutBias } : {}),
    ...(activation === 'gelu' ? {} : { activation }),
    ...(shapes.gated ? { gated: true as const } : {}),
    ...summaryOf(shapes, openClip),
    ...(family.lastNorm === undefined ? {} : { lastNorm: family.lastNorm }),
  };
}

/** Where an LPM's files are about more than a vision transformer, its own part of them. */
function visionConfig(config: Json): Json {
  const vision = asObject(config['vision_config']);
  if (Object.keys(vision).length === 0) return config;
  return {
    ...vision,
    model_type: knownTypes.has(String(vision['model_type'])) ? vision['model_type'] : config['model_type'],
  };
}

function refuse(what: string): never {
  throw new AppError('LPM_UNSUPPORTED', `The LPM ${what}.`);
}

function refuseType({ model_type: type }: Json): void {
  if (typeof type === 'string' && !knownTypes.has(type)) {
    refuse(`is of type "${type}"; supported are ${[...knownTypes].join(', ')}, timm's and OpenCLIP's ViTs`);
  }
}

/** @throws LPM_UNSUPPORTED where the tensors are those of a ViT and only the name tells that its norms follow what they usually precede */
function refuseArchitecture({ architecture }: Json): void {
  if (/_rpn_/.test(String(architecture))) refuse(`is "${String(architecture)}", whose norms follow attention and MLP`);
}

/** What looks like a ViT but computes something else, by a tensor that gives it away. */
const foreignParts: readonly (readonly [RegExp, string])[] = [
  [
    /\.(q_norm|k_norm|rel_pos|relative_position|rope\.)/,
    'uses normalised queries, relative positions or learned rotary positions',
  ],
  [/(^|\.)attn_pool\.(query|ln_q|attn\.)/, "pools by several learned queries (CoCa's attentional pooling)"],
];

function refuseParts(names: readonly string[]): void {
  for (const [pattern, what] of foreignParts) {
    const found = names.find((name) => pattern.test(name));
    if (found !== undefined) refuse(`${what}, which are not supported ("${found}")`);
  }
}

interface ReadShapes {
  readonly width: number;
  readonly channels: number;
  readonly layers: number;
  readonly patch: number;
  readonly mlpWidth: number;
  readonly poolMlpWidth: number | undefined;
  /** Of the table; undefined where positions are rotary. */
  readonly positions: number | undefined;
  readonly isRotary: boolean;
  readonly classToken: boolean;
  readonly registers: number;
  readonly distillationToken: boolean;
  readonly layerScale: boolean;
  readonly gated: boolean;
  readonly qkvBias: boolean;
  readonly withoutBias: readonly BiasedPart[];
  /** Whether the file has a canonical tensor, under any of its names. */
  readonly has: (canonical: string) => boolean;
  /** Whether the last norm has the name that it has where it follows the mean of the patches. */
  readonly normAfterMean: boolean;
}

function readShapes(tensors: TensorList, tower: Tower, family: LpmFamily, config: Json): ReadShapes {
  const { naming, prefix } = tower;
  const present = new Set(tensors.names);
  const place = (name: string) => placesOf(naming, name).find(({ source }) => present.has(prefix + source));
  const has = (name: string): boolean => place(name) !== undefined;
  const shape = (name: string): Shape | undefined => {
    const found = place(name);
    if (found === undefined) return undefined;
    const [first = 1, ...rest] = tensors.info(prefix + found.source).shape;
    return [first / (found.parts ?? 1), ...rest];
  };
  const isRotary =
    family.rotary === 'always' || (family.rotary === 'by tensors' && isTimmDinov3(tensors.names, prefix, config));
  const projection = shape('patch.weight');
  const positions = shape('position');
  const fc1 = shape('blocks.0.fc1.weight');
  const fc2 = shape('blocks.0.fc2.weight');
  if (projection?.length !== 4 || fc1 === undefined || fc2 === undefined || (positions === undefined && !isRotary)) {
    const missing = [
      projection?.length !== 4 && 'the patch projection',
      positions === undefined && !isRotary && 'the position embeddings',
      (fc1 === undefined || fc2 === undefined) && 'the MLP of the first layer',
    ].filter((part) => part !== false);
    refuse(
      `looks like ${family.title} ("${prefix}${place('patch.weight')?.source}"), but lacks ${missing.join(' and ')}`,
    );
  }
  const [width, channels, patch, patchWidth] = projection as [number, number, number, number];
  if ((channels !== 3 && channels !== 1) || patch !== patchWidth) {
    refuse(`has a patch projection of [${projection.join(', ')}]; supported are 1 or 3 channels and square patches`);
  }
  const qkvBias = ['q', 'k', 'v'].some((part) => has(`blocks.0.${part}.bias`));
  // timm packs both products of a gated MLP into its first layer, which is then twice as wide as the second one reads.
  const isPacked = fc1[0] === 2 * (fc2[1] ?? 0);
  const gated = has('blocks.0.gate.weight') || isPacked;
  if (config['use_swiglu_ffn'] === true && !gated) refuse('is said to have SwiGLU layers, but its tensors have none');
  const classToken =
    family.classToken === 'always' ||
    (family.classToken === 'by tensors' && (has('cls_token') || has('register_tokens')));
  return {
    width,
    channels,
    layers: 1 + layerNumbers(tensors.names, tower).reduce((most, n) => Math.max(most, n), -1),
    patch,
    mlpWidth: isPacked ? (fc2[1] as number) : (fc1[0] as number),
    poolMlpWidth: shape('pool.fc1.weight')?.[0],
    positions: isRotary ? undefined : positions?.at(-2),
    isRotary,
    classToken,
    registers: (shape('register_tokens') ?? []).at(-2) ?? 0,
    distillationToken: has('distillation_token'),
    layerScale: has('blocks.0.scale1'),
    gated,
    qkvBias,
    withoutBias: biasedParts.filter((part) => {
      if (!family.mayLackBias.includes(part) || (part === 'gate' && !gated)) return false;
      if (!qkvBias && ['q', 'k', 'v'].includes(part)) return false;
      if (part === 'k' && present.has(`${prefix}blocks.0.attn.qkv.bias_mask`)) return true;
      return !has(part === 'patch' ? 'patch.bias' : `blocks.0.${part}.bias`);
    }),
    has,
    normAfterMean: !present.has(`${prefix}norm.weight`) && present.has(`${prefix}fc_norm.weight`),
  };
}

/** Meta's own DINOv3 files keep the periods; timm's have no positions at all, and its names of the layer scales. */
function isTimmDinov3(names: readonly string[], prefix: string, config: Json): boolean {
  const has = (name: string): boolean => names.includes(prefix + name);
  return (
    has('rope_embed.periods') ||
    (!has('pos_embed') && has('blocks.0.gamma_1') && /dinov3/.test(String(config['architecture'] ?? 'dinov3')))
  );
}

/** The numbers of the layers behind the tower's prefix. */
function layerNumbers(names: readonly string[], { naming, prefix }: Tower): readonly number[] {
  const [before = ''] = (placesOf(naming, 'blocks.7.norm1.weight')[0]?.source ?? '').split('7.');
  return names.flatMap((name) => {
    if (!name.startsWith(prefix + before)) return [];
    const number = /^\d+(?=\.)/.exec(name.slice(prefix.length + before.length))?.[0];
    return number === undefined ? [] : [Number(number)];
  });
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

function checkHeads(heads: number | undefined, width: number): number {
  if (heads === undefined) {
    throw new AppError(
      'BAD_INPUT',
      `The LPM's configuration does not tell the number of attention heads (width ${width}).`,
      { action: `Give it with --heads (it must divide ${width}).` },
    );
  }
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new AppError('BAD_INPUT', `The LPM's width ${width} cannot be split into ${heads} heads.`, {
      action: `Give the number of heads with --heads; it must divide ${width}.`,
    });
  }
  return heads;
}

/** OpenCLIP says the width of a head, 64 where it says nothing; of a timm tower inside it it says neither. */
function openClipHeads(vision: Json): number | undefined {
  const width = numberOf(vision['width']);
  return width === undefined ? undefined : width / (numberOf(vision['head_width']) ?? 64);
}

/**
 * Heads by width. All published plain ViTs have heads of 64 numbers from width 192 on, except those listed; below that nothing is usual, so
 * nothing is guessed: the wrong number gives wrong features silently. Names of architectures tell less: a "giant" has 16 or 24.
 */
function knownHeads(family: LpmFamily, { width, isRotary, classToken }: ReadShapes): number | undefined {
  const { heads, rotaryHeads, classlessHeads } = family;
  const of = (table: typeof heads): number | undefined => table?.[width];
  const usual = isRotary ? of(rotaryHeads ?? heads) : ((classToken ? undefined : of(classlessHeads)) ?? of(heads));
  if (usual !== undefined) return usual;
  if (width === 1280 || width === 1408 || width === 1664) return 16;
  return width >= 192 && width % 64 === 0 ? width / 64 : undefined;
}

/** The activation of the MLP (of its gate where it is gated), by the configuration or as the family has it. */
function readActivation(
  config: Json,
  openClip: Json,
  family: LpmFamily,
  { gated, classToken }: ReadShapes,
): OtherActivation | 'gelu' {
  if (gated && family.gatedActivation !== undefined) return family.gatedActivation;
  const named = config['hidden_act'] ?? config['hidden_activation'] ?? asObject(config['model_args'])['act_layer'];
  if (typeof named === 'string') {
    const known = activations[named];
    if (known === undefined) {
      refuse(`uses the activation "${named}"; supported are ${Object.keys(activations).join(', ')}`);
    }
    return known;
  }
  const vision = asObject(openClip['vision_cfg']);
  // Of a tower by timm OpenCLIP's own choice says nothing; there the name of the architecture does.
  const timmName = String(vision['timm_model_name'] ?? config['architecture'] ?? '');
  const isQuick = vision['timm_model_name'] === undefined && openClip['quick_gelu'] === true;
  if (isQuick || /quickgelu/.test(timmName)) return 'quick-gelu';
  if (asObject(vision['act_kwargs'])['approximate'] === 'tanh') return 'tanh-gelu';
  if (gated) return 'silu';
  // Without a class token timm has SigLIP, and ViTs that end in a mean (I-JEPA), which only their names tell apart.
  return family.activation ?? (classToken || /^vit_(?!.*siglip)/.test(timmName) ? 'gelu' : 'tanh-gelu');
}

/** What stands for the whole image, where it is not the class token. */
function summaryOf(shapes: ReadShapes, openClip: Json): Pick<LpmConfig, 'summary' | 'poolMlpWidth' | 'lastNorm'> {
  if (shapes.has('pool.probe') && shapes.poolMlpWidth !== undefined) {
    return { summary: 'attention-pool', poolMlpWidth: shapes.poolMlpWidth };
  }
  const isMean = shapes.classToken && openClip['pool_type'] === 'avg';
  if (shapes.normAfterMean || (isMean && openClip['final_ln_after_pool'] === true)) {
    return { summary: 'mean-before-norm', lastNorm: 'summary' };
  }
  if (isMean) return { summary: 'mean' };
  return shapes.classToken ? {} : { summary: 'mean' };
}

function rotaryBase(config: Json): number {
  const parameters = asObject(config['rope_parameters']);
  const base = numberOf(config['rope_theta']) ?? numberOf(parameters['rope_theta']) ?? 100;
  if (!(base > 1 && base < 1e9))
    refuse(`has rotary positions to the base ${base}; allowed is more than 1 and less than 1e9`);
  return base;
}

/** The number of patches among the position entries: those before the patches belong to tokens. */
function gridOf(
  { positions = 0, classToken, patch }: ReadShapes,
  image: readonly [number, number] | undefined,
): number {
  const prefixes = classToken ? [1, 2, 0] : [0];
  const fromImage = image && Math.floor(image[0] / patch) * Math.floor(image[1] / patch);
  if (fromImage !== undefined && prefixes.includes(positions - fromImage)) return fromImage;
  for (const prefix of prefixes) if (Number.isInteger(Math.sqrt(positions - prefix))) return positions - prefix;
  throw new AppError('LPM_UNSUPPORTED', `The LPM has ${positions} position embeddings, which form no square grid.`);
}

function trainedGrid(shapes: ReadShapes, image: readonly [number, number] | undefined): readonly [number, number] {
  const rows = Math.max(1, Math.floor((image?.[0] ?? 224) / shapes.patch));
  if (shapes.isRotary) return [rows, Math.max(1, Math.floor((image?.[1] ?? 224) / shapes.patch))];
  const patches = gridOf(shapes, image);
  const side = Math.sqrt(patches);
  return Number.isInteger(side) ? [side, side] : [rows, patches / rows];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
