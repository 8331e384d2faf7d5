/**
 * The families of LPMs, as data: what each calls its tensors, how it is told from the others, and what its modules are made of.
 *
 * A row says only what differs within it. Sizes never stand here: they are read from the tensors (read-lpm-config.ts). A new family is a row;
 * code that walks the rows knows none by name.
 *
 * Places: what a file calls a canonical tensor (tensor-names.ts), after any prefix such as `vit.`; `$` stands for the layer's number, `@` for
 * `weight` or `bias` where it does not follow after a dot. A part of a fused tensor says which of how many. Of several places the first that
 * the file has counts.
 */
import type { BiasedPart, LpmConfig, Naming, OtherActivation } from './lpm-config.ts';

/** A tensor of the file, or one of the equal parts of one along its first axis. */
export type Place = string | { readonly tensor: string; readonly part: number; readonly parts: number };

export type Places = Readonly<Record<string, Place | readonly Place[]>>;

export interface LpmFamily {
  /** What people call it. */
  readonly title: string;
  /** What they call some of them, the first that fits. */
  readonly titles?: readonly (readonly [fits: (config: LpmConfig) => boolean, string])[];
  /** `model_type` in configurations of Hugging Face. */
  readonly types: readonly string[];
  readonly places: Places;
  /** Canonical tensors (of layer 0) that tell the family: all must be there behind one prefix. The family with the most of them counts. */
  readonly marks: readonly string[];
  /** Whether the first token is a class token; `by tensors` where only some have one. */
  readonly classToken: 'always' | 'never' | 'by tensors';
  readonly rotary: 'always' | 'never' | 'by tensors';
  readonly eps: number;
  /** Where the configuration names none. */
  readonly activation?: OtherActivation;
  /** Of a gated MLP, whatever the configuration names. */
  readonly gatedActivation?: OtherActivation;
  readonly lastNorm?: LpmConfig['lastNorm'];
  readonly mayLackBias: readonly BiasedPart[];
  readonly positionRule: 'vit' | 'plain' | 'by tensors';
  /** Where no file says it. */
  readonly normalisation: 'half' | 'imagenet' | 'clip' | 'by tensors';
  /** Heads by width where no file says it; of others 64 numbers each from width 192 on. */
  readonly heads?: HeadsByWidth;
  /** The same of those whose positions are rotary, and of those without a class token, where they differ within the family. */
  readonly rotaryHeads?: HeadsByWidth;
  readonly classlessHeads?: HeadsByWidth;
}

type HeadsByWidth = Readonly<Record<number, number>>;

/** H+ has heads of 64 numbers as the smaller ones have, though nearly all ViTs of its width have 16 heads; 7B has heads of 128. */
const dinov3Heads: HeadsByWidth = { 1280: 20, 4096: 32 };
/** So400m has heads of 72 numbers, giant-opt of 96. */
const siglipHeads: HeadsByWidth = { 768: 12, 1024: 16, 1152: 16, 1536: 16 };

const fused = (tensor: string, part: number, parts: number): Place => ({ tensor, part, parts });

const hfEmbeddings: Places = {
  cls_token: 'embeddings.cls_token',
  distillation_token: 'embeddings.distillation_token',
  register_tokens: 'embeddings.register_tokens',
  position: 'embeddings.position_embeddings',
  patch: 'embeddings.patch_embeddings.projection',
  norm: 'layernorm',
};

const hfAttention: Places = {
  q: 'encoder.layer.$.attention.attention.query',
  k: 'encoder.layer.$.attention.attention.key',
  v: 'encoder.layer.$.attention.attention.value',
  o: 'encoder.layer.$.attention.output.dense',
};

/** SigLIP's and CLIP's vision towers in transformers. */
const hfTower: Places = {
  position: 'embeddings.position_embedding.weight',
  patch: 'embeddings.patch_embedding',
  norm: 'post_layernorm',
  q: 'encoder.layers.$.self_attn.q_proj',
  k: 'encoder.layers.$.self_attn.k_proj',
  v: 'encoder.layers.$.self_attn.v_proj',
  o: 'encoder.layers.$.self_attn.out_proj',
  norm1: 'encoder.layers.$.layer_norm1',
  norm2: 'encoder.layers.$.layer_norm2',
  fc1: 'encoder.layers.$.mlp.fc1',
  fc2: 'encoder.layers.$.mlp.fc2',
};

export const lpmFamilies: Readonly<Record<Naming, LpmFamily>> = {
  'hf-vit': {
    title: 'ViT',
    types: ['vit', 'deit', 'vit_mae'],
    places: {
      ...hfEmbeddings,
      ...hfAttention,
      norm1: 'encoder.layer.$.layernorm_before',
      norm2: 'encoder.layer.$.layernorm_after',
      fc1: 'encoder.layer.$.intermediate.dense',
      fc2: 'encoder.layer.$.output.dense',
    },
    marks: ['patch.weight'],
    classToken: 'always',
    rotary: 'never',
    eps: 1e-12,
    mayLackBias: [],
    positionRule: 'by tensors',
    normalisation: 'by tensors',
  },
  'hf-dinov2': {
    title: 'DINOv2',
    types: ['dinov2', 'dinov2_with_registers'],
    places: {
      ...hfEmbeddings,
      ...hfAttention,
      norm1: 'encoder.layer.$.norm1',
      norm2: 'encoder.layer.$.norm2',
      gate: fused('encoder.layer.$.mlp.weights_in', 0, 2),
      fc1: ['encoder.layer.$.mlp.fc1', fused('encoder.layer.$.mlp.weights_in', 1, 2)],
      fc2: ['encoder.layer.$.mlp.fc2', 'encoder.layer.$.mlp.weights_out'],
      scale1: 'encoder.layer.$.layer_scale1.lambda1',
      scale2: 'encoder.layer.$.layer_scale2.lambda1',
    },
    marks: ['patch.weight', 'blocks.0.norm1.weight'],
    classToken: 'always',
    rotary: 'never',
    eps: 1e-6,
    gatedActivation: 'silu',
    mayLackBias: [],
    positionRule: 'by tensors',
    normalisation: 'imagenet',
  },
  timm: {
    title: "ViT by timm's names",
    titles: [
      [(config) => config.rotaryBase !== undefined, 'DINOv3'],
      // I-JEPA lacks a class token, too: it has neither the pool nor the activation.
      [(config) => config.summary === 'attention-pool', 'SigLIP'],
      [(config) => config.classToken === false && config.activation === 'tanh-gelu', 'SigLIP'],
      [(config) => config.preNorm !== undefined, 'CLIP'],
    ],
    types: [],
    places: {
      cls_token: 'cls_token',
      distillation_token: 'dist_token',
      register_tokens: ['reg_token', 'register_tokens', 'storage_tokens'],
      position: 'pos_embed',
      patch: 'patch_embed.proj',
      pre_norm: 'norm_pre',
      norm: ['norm', 'fc_norm'],
      q: fused('blocks.$.attn.qkv', 0, 3),
      k: fused('blocks.$.attn.qkv', 1, 3),
      v: fused('blocks.$.attn.qkv', 2, 3),
      o: 'blocks.$.attn.proj',
      norm1: 'blocks.$.norm1',
      norm2: 'blocks.$.norm2',
      // SwiGLU by timm (fc1_g, fc1_x), in DINOv2's own files (w12, w3) and in DINOv3's (w1, w2, w3).
      gate: ['blocks.$.mlp.fc1_g', fused('blocks.$.mlp.w12', 0, 2), 'blocks.$.mlp.w1'],
      fc1: ['blocks.$.mlp.fc1', 'blocks.$.mlp.fc1_x', fused('blocks.$.mlp.w12', 1, 2), 'blocks.$.mlp.w2'],
      fc2: ['blocks.$.mlp.fc2', 'blocks.$.mlp.w3'],
      scale1: ['blocks.$.ls1.gamma', 'blocks.$.gamma_1'],
      scale2: ['blocks.$.ls2.gamma', 'blocks.$.gamma_2'],
      'pool.probe': 'attn_pool.latent',
      'pool.q': 'attn_pool.q',
      'pool.k': fused('attn_pool.kv', 0, 2),
      'pool.v': fused('attn_pool.kv', 1, 2),
      'pool.o': 'attn_pool.proj',
      'pool.norm': 'attn_pool.norm',
      'pool.fc1': 'attn_pool.mlp.fc1',
      'pool.fc2': 'attn_pool.mlp.fc2',
    },
    marks: ['patch.weight'],
    classToken: 'by tensors',
    rotary: 'by tensors',
    eps: 1e-6,
    gatedActivation: 'silu',
    mayLackBias: ['patch', 'k'],
    positionRule: 'by tensors',
    normalisation: 'by tensors',
    heads: { 1152: 16, 1280: 16, 1408: 16, 1664: 16 },
    rotaryHeads: dinov3Heads,
    classlessHeads: siglipHeads,
  },
  'hf-dinov3': {
    title: 'DINOv3',
    types: ['dinov3_vit'],
    places: {
      cls_token: 'embeddings.cls_token',
      register_tokens: 'embeddings.register_tokens',
      patch: 'embeddings.patch_embeddings',
      norm: 'norm',
      q: 'layer.$.attention.q_proj',
      k: 'layer.$.attention.k_proj',
      v: 'layer.$.attention.v_proj',
      o: 'layer.$.attention.o_proj',
      norm1: 'layer.$.norm1',
      norm2: 'layer.$.norm2',
      gate: 'layer.$.mlp.gate_proj',
      fc1: 'layer.$.mlp.up_proj',
      fc2: 'layer.$.mlp.down_proj',
      scale1: 'layer.$.layer_scale1.lambda1',
      scale2: 'layer.$.layer_scale2.lambda1',
    },
    marks: ['patch.weight', 'blocks.0.fc1.weight'],
    classToken: 'always',
    rotary: 'always',
    eps: 1e-5,
    mayLackBias: ['q', 'k', 'v', 'o', 'gate', 'fc1', 'fc2'],
    positionRule: 'plain',
    normalisation: 'imagenet',
    heads: dinov3Heads,
  },
  'hf-siglip': {
    title: 'SigLIP',
    types: ['siglip', 'siglip_vision_model'],
    places: {
      ...hfTower,
      'pool.probe': 'head.probe',
      'pool.q': fused('head.attention.in_proj_@', 0, 3),
      'pool.k': fused('head.attention.in_proj_@', 1, 3),
      'pool.v': fused('head.attention.in_proj_@', 2, 3),
      'pool.o': 'head.attention.out_proj',
      'pool.norm': 'head.layernorm',
      'pool.fc1': 'head.mlp.fc1',
      'pool.fc2': 'head.mlp.fc2',
    },
    marks: ['patch.weight', 'blocks.0.norm1.weight'],
    classToken: 'never',
    rotary: 'never',
    eps: 1e-6,
    activation: 'tanh-gelu',
    mayLackBias: [],
    positionRule: 'plain',
    normalisation: 'half',
    heads: siglipHeads,
  },
  'hf-clip': {
    title: 'CLIP',
    types: ['clip', 'clip_vision_model'],
    places: { ...hfTower, cls_token: 'embeddings.class_embedding', pre_norm: ['pre_layrnorm', 'pre_layernorm'] },
    marks: ['patch.weight', 'blocks.0.norm1.weight', 'cls_token'],
    classToken: 'always',
    rotary: 'never',
    eps: 1e-5,
    activation: 'quick-gelu',
    lastNorm: 'summary',
    mayLackBias: ['patch'],
    positionRule: 'plain',
    normalisation: 'clip',
    heads: { 1280: 16 },
  },
  'open-clip': {
    title: 'OpenCLIP',
    types: [],
    places: {
      cls_token: 'class_embedding',
      position: 'positional_embedding',
      patch: 'conv1',
      pre_norm: 'ln_pre',
      norm: 'ln_post',
      q: fused('transformer.resblocks.$.attn.in_proj_@', 0, 3),
      k: fused('transformer.resblocks.$.attn.in_proj_@', 1, 3),
      v: fused('transformer.resblocks.$.attn.in_proj_@', 2, 3),
      o: 'transformer.resblocks.$.attn.out_proj',
      norm1: 'transformer.resblocks.$.ln_1',
      norm2: 'transformer.resblocks.$.ln_2',
      fc1: 'transformer.resblocks.$.mlp.c_fc',
      fc2: 'transformer.resblocks.$.mlp.c_proj',
      scale1: 'transformer.resblocks.$.ls_1.gamma',
      scale2: 'transformer.resblocks.$.ls_2.gamma',
    },
    marks: ['patch.weight', 'cls_token', 'blocks.0.norm1.weight'],
    classToken: 'always',
    rotary: 'never',
    eps: 1e-5,
    mayLackBias: ['patch'],
    positionRule: 'plain',
    normalisation: 'clip',
    heads: { 1280: 16, 1408: 16, 1664: 16 },
  },
};

/** What people call an LPM of this configuration. */
export function titleOf(config: LpmConfig): string {
  const { title, titles = [] } = lpmFamilies[config.naming];
  return titles.find(([fits]) => fits(config))?.[1] ?? title;
}

/** `model_type`s of configurations that are taken. */
export const knownTypes: ReadonlySet<string> = new Set(Object.values(lpmFamilies).flatMap(({ types }) => types));

/** Pixel normalisations that publishers use, of values in [0, 1]. */
export const normalisations = {
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
} as const;
