/**
 * Canonical names for the tensors of an LPM, whatever the file calls them.
 *
 *     cls_token [D]   distillation_token [D]?   register_tokens [R, D]?   position [positions, D]
 *     patch.weight [D, 3, p, p]   patch.bias [D]   norm.weight|bias [D]
 *     blocks.i.norm1|norm2.weight|bias [D]   blocks.i.q|k|v|o.weight [D, D]   .bias [D]
 *     blocks.i.fc1.weight [M, D]   blocks.i.fc2.weight [D, M]   .bias   blocks.i.scale1|scale2 [D]?
 *
 * Linear weights are [out, in]. One table says where each lies in each naming; reading, checking for missing and
 * unknown tensors, and the identity of an LPM all follow from it.
 */
import { AppError, invariant } from '../base/errors.ts';
import { float32, type Shape, sizeOf, type Tensor } from '../base/tensor.ts';
import type { LpmConfig, Naming, TensorList } from './lpm-config.ts';

/** A list of tensors that can be read; core/weights' TensorFile fits. */
export interface TensorReader extends TensorList {
  read(name: string): Tensor<'float32'>;
}

/** One canonical tensor: its shape and the file's tensor it comes from (`third`: which part of a fused qkv). */
export interface CanonicalTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly source: string;
  readonly third?: 0 | 1 | 2;
}

/** Names after any prefix such as `vit.`; `$` stands for the layer's number. */
type NameTable = Readonly<Record<string, string>>;

const hfEmbeddings: NameTable = {
  cls_token: 'embeddings.cls_token',
  distillation_token: 'embeddings.distillation_token',
  register_tokens: 'embeddings.register_tokens',
  position: 'embeddings.position_embeddings',
  'patch.weight': 'embeddings.patch_embeddings.projection.weight',
  'patch.bias': 'embeddings.patch_embeddings.projection.bias',
  'norm.weight': 'layernorm.weight',
  'norm.bias': 'layernorm.bias',
};

const hfAttention: NameTable = {
  q: 'encoder.layer.$.attention.attention.query',
  k: 'encoder.layer.$.attention.attention.key',
  v: 'encoder.layer.$.attention.attention.value',
  o: 'encoder.layer.$.attention.output.dense',
};

const tables: Readonly<Record<Naming, NameTable>> = {
  'hf-vit': {
    ...hfEmbeddings,
    ...hfAttention,
    norm1: 'encoder.layer.$.layernorm_before',
    norm2: 'encoder.layer.$.layernorm_after',
    fc1: 'encoder.layer.$.intermediate.dense',
    fc2: 'encoder.layer.$.output.dense',
  },
  'hf-dinov2': {
    ...hfEmbeddings,
    ...hfAttention,
    norm1: 'encoder.layer.$.norm1',
    norm2: 'encoder.layer.$.norm2',
    fc1: 'encoder.layer.$.mlp.fc1',
    fc2: 'encoder.layer.$.mlp.fc2',
    scale1: 'encoder.layer.$.layer_scale1.lambda1',
    scale2: 'encoder.layer.$.layer_scale2.lambda1',
  },
  timm: {
    cls_token: 'cls_token',
    distillation_token: 'dist_token',
    register_tokens: 'reg_token',
    position: 'pos_embed',
    'patch.weight': 'patch_embed.proj.weight',
    'patch.bias': 'patch_embed.proj.bias',
    'norm.weight': 'norm.weight',
    'norm.bias': 'norm.bias',
    qkv: 'blocks.$.attn.qkv',
    o: 'blocks.$.attn.proj',
    norm1: 'blocks.$.norm1',
    norm2: 'blocks.$.norm2',
    fc1: 'blocks.$.mlp.fc1',
    fc2: 'blocks.$.mlp.fc2',
    scale1: 'blocks.$.ls1.gamma',
    scale2: 'blocks.$.ls2.gamma',
  },
};

/** Names that files write differently although the model is the same (the original DINOv2 repository). */
const synonyms: Readonly<Record<string, string>> = { reg_token: 'register_tokens' };

/** Heads, poolers and mask tokens: present in many files, used by no feature we take. */
const unused =
  /(^|\.)(classifier|cls_classifier|distillation_classifier|head|head_dist|pre_logits|pooler|mask_token)(\.|$)/;

/** Every canonical tensor of an LPM, without where it comes from. */
export function canonicalShapes(config: LpmConfig): ReadonlyMap<string, Shape> {
  const { width: d, mlpWidth: m, patch: p } = config;
  const [rows, columns] = config.grid;
  const positions = rows * columns + (config.classPosition ? 1 : 0) + (config.distillationToken ? 1 : 0);
  const shapes = new Map<string, Shape>([['cls_token', [d]]]);
  if (config.distillationToken) shapes.set('distillation_token', [d]);
  if (config.registers > 0) shapes.set('register_tokens', [config.registers, d]);
  shapes.set('position', [positions, d]);
  shapes.set('patch.weight', [d, config.channels, p, p]).set('patch.bias', [d]);
  for (let i = 0; i < config.layers; i++) {
    const block = `blocks.${i}`;
    const linear = (name: string, out: number, inputs: number, bias = true): void => {
      shapes.set(`${block}.${name}.weight`, [out, inputs]);
      if (bias) shapes.set(`${block}.${name}.bias`, [out]);
    };
    for (const norm of ['norm1', 'norm2']) shapes.set(`${block}.${norm}.weight`, [d]).set(`${block}.${norm}.bias`, [d]);
    for (const name of ['q', 'k', 'v']) linear(name, d, d, config.qkvBias);
    linear('o', d, d);
    linear('fc1', m, d);
    linear('fc2', d, m);
    if (config.layerScale) shapes.set(`${block}.scale1`, [d]).set(`${block}.scale2`, [d]);
  }
  return shapes.set('norm.weight', [d]).set('norm.bias', [d]);
}

/** How many problems a message spells out before it only counts the rest. */
const listedProblems = 12;

/**
 * Where every canonical tensor lies in a file.
 *
 * @throws LPM_UNSUPPORTED naming tensors that are missing, have another shape, or are unknown
 */
export function canonicalTensors(config: LpmConfig, file: TensorList): CanonicalTensor[] {
  const present = new Set(file.names);
  const prefix = prefixOf(config.naming, file.names);
  const problems: string[] = [];
  const used = new Set<string>();
  const tensors: CanonicalTensor[] = [];
  for (const [name, shape] of canonicalShapes(config)) {
    const { source, third } = locate(config.naming, prefix, name, present);
    used.add(source);
    tensors.push({ name, shape, source, ...(third === undefined ? {} : { third }) });
    if (!present.has(source)) {
      problems.push(`"${source}" is missing`);
      continue;
    }
    const wanted = third === undefined ? shape : [shape[0]! * 3, ...shape.slice(1)];
    const found = file.info(source).shape;
    if (withoutOnes(found) !== withoutOnes(wanted)) {
      problems.push(`"${source}" is [${found.join(', ')}] instead of [${wanted.join(', ')}]`);
    }
  }
  problems.push(...file.names.filter((n) => !used.has(n) && !unused.test(n)).map((n) => `"${n}" is unknown`));
  if (problems.length > 0) {
    const distinct = [...new Set(problems)];
    const shown = distinct.slice(0, listedProblems).join('; ');
    const more = distinct.length > listedProblems ? `; and ${distinct.length - listedProblems} more` : '';
    throw new AppError('LPM_UNSUPPORTED', `The LPM's tensors are not those of its architecture: ${shown}${more}.`);
  }
  return tensors;
}

/**
 * A reader of canonical tensors, float32, in their canonical shape.
 *
 * The last fused qkv stays in memory, because its three parts are usually asked for one after the other.
 */
export function canonicalReader(config: LpmConfig, file: TensorReader): (name: string) => Tensor<'float32'> {
  const byName = new Map(canonicalTensors(config, file).map((tensor) => [tensor.name, tensor]));
  let fused: { readonly source: string; readonly data: Float32Array } | undefined;
  return (name) => {
    const tensor = byName.get(name);
    invariant(tensor, `there is no canonical tensor ${name}`);
    const { shape, source, third } = tensor;
    if (third === undefined) return float32(shape, file.read(source).data);
    if (fused?.source !== source) fused = { source, data: file.read(source).data };
    const size = sizeOf(shape);
    return float32(shape, fused.data.slice(third * size, (third + 1) * size));
  };
}

/** The file's name of a canonical tensor when its LPM is saved with HF's names (vit or dinov2), without prefix. */
export function hubName(naming: 'hf-vit' | 'hf-dinov2', name: string): string {
  return locate(naming, '', name, new Set()).source;
}

function locate(
  naming: Naming,
  prefix: string,
  name: string,
  present: ReadonlySet<string>,
): { readonly source: string; readonly third?: 0 | 1 | 2 } {
  const table = tables[naming];
  const whole = table[name];
  if (whole !== undefined) {
    const other = synonyms[whole];
    const source = prefix + whole;
    return {
      source: other !== undefined && !present.has(source) && present.has(prefix + other) ? prefix + other : source,
    };
  }
  const [, layer, part, leaf] = /^blocks\.(\d+)\.(\w+)(\.\w+)?$/.exec(name) ?? [];
  invariant(layer !== undefined && part !== undefined, `${name} is no canonical name`);
  const third = (['q', 'k', 'v'] as const).indexOf(part as 'q' | 'k' | 'v');
  const fused = third >= 0 ? table['qkv'] : undefined;
  const place = fused ?? table[part];
  invariant(place !== undefined, `${name} has no place in the naming ${naming}`);
  const source = prefix + place.replace('$', layer) + (leaf ?? '');
  return fused === undefined ? { source } : { source, third: third as 0 | 1 | 2 };
}

/** What stands before the names of the table, such as `vit.`. */
function prefixOf(naming: Naming, names: readonly string[]): string {
  const landmark = tables[naming]['patch.weight']!;
  const name = names.find((n) => n === landmark || n.endsWith(`.${landmark}`));
  return name === undefined ? '' : name.slice(0, name.length - landmark.length);
}

/** A shape as text without its axes of size one: hubs store the class token as [1, 1, D]. */
function withoutOnes(shape: Shape): string {
  return shape.filter((n) => n !== 1).join(',');
}
