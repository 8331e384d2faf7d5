/**
 * Which tensors of a file are an LPM: of what family, and behind what prefix.
 *
 * Files of the hubs hold more than a vision transformer: a text tower beside it, a student beside its teacher, a decoder, heads. The vision
 * tower is taken out, and what is left is named.
 */
import type { Naming } from './lpm-config.ts';
import { lpmFamilies, type Place } from './lpm-families.ts';

export interface Tower {
  readonly naming: Naming;
  /** What stands before the names of the family's table, such as `vit.` or `vision_model.`; often nothing. */
  readonly prefix: string;
  /** Whether what lies outside the prefix is another network's: a text tower's, a student's. */
  readonly isOneOfSeveral: boolean;
}

/** Prefixes of which one tower is taken and the rest left, the preferred first. */
const towerPrefixes = /(^|\.)(vision_model|visual|visual\.trunk|vision_tower|image_encoder|vision_encoder|trunk)\.$/;
const teacherPrefixes = /(^|\.)(teacher|teacher_backbone|model_ema|ema)\.(.*\.)?$/;
const studentPrefixes = /(^|\.)student(_backbone)?\./;

/** The places of a canonical tensor in the files of a family, the usual one first, without prefix. Empty where the family has none. */
export function placesOf(
  naming: Naming,
  name: string,
): readonly { readonly source: string; readonly part?: number; readonly parts?: number }[] {
  const { places } = lpmFamilies[naming];
  const [, stem = name, leaf = ''] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  const [, layer, blockPart] = /^blocks\.(\d+)\.(\w+)$/.exec(stem) ?? [];
  const found = places[blockPart ?? stem];
  if (found === undefined) return [];
  const fill = (tensor: string): string => {
    const numbered = tensor.replace('$', layer ?? '');
    if (numbered.includes('@')) return numbered.replace('@', leaf);
    return leaf === '' ? numbered : `${numbered}.${leaf}`;
  };
  const all: readonly Place[] = Array.isArray(found) ? (found as readonly Place[]) : [found as Place];
  return all.map((place) =>
    typeof place === 'string'
      ? { source: fill(place) }
      : { source: fill(place.tensor), part: place.part, parts: place.parts },
  );
}

/**
 * The LPM among the tensors of a file: the vision tower of two, the teacher of two. undefined where none of the families is recognised.
 * @param names of all tensors of the file
 */
export function findTower(names: readonly string[]): Tower | undefined {
  const present = new Set(names);
  const found: (Tower & { readonly marks: number })[] = [];
  for (const naming of Object.keys(lpmFamilies) as Naming[]) {
    const { marks } = lpmFamilies[naming];
    for (const prefix of prefixesOf(naming, names)) {
      const has = (mark: string): boolean => placesOf(naming, mark).some(({ source }) => present.has(prefix + source));
      if (marks.every(has)) {
        found.push({ naming, prefix, marks: marks.length, isOneOfSeveral: towerRank(prefix) !== 1 });
      }
    }
  }
  // The first of equals, in the order of the table and of the file.
  const best = found.toSorted((a, b) => towerRank(a.prefix) - towerRank(b.prefix) || b.marks - a.marks)[0];
  if (best === undefined) return undefined;
  const { naming, prefix, isOneOfSeveral } = best;
  return { naming, prefix, isOneOfSeveral: isOneOfSeveral || found.some((other) => other.prefix !== prefix) };
}

/** What stands before the patch projection, wherever the file has one by that name. */
function prefixesOf(naming: Naming, names: readonly string[]): readonly string[] {
  const landmarks = placesOf(naming, 'patch.weight').map(({ source }) => source);
  return landmarks.flatMap((landmark) =>
    names
      .filter((name) => name === landmark || name.endsWith(`.${landmark}`))
      .map((name) => name.slice(0, name.length - landmark.length)),
  );
}

/** 0: the vision tower or the teacher by its name; 1: nothing is said; 2: the student. */
function towerRank(prefix: string): 0 | 1 | 2 {
  if (studentPrefixes.test(prefix)) return 2;
  return towerPrefixes.test(prefix) || teacherPrefixes.test(prefix) ? 0 : 1;
}

/** What tensors outside the tower, or unused in it, belong to, by their first words; the order is that of asking. */
const leftovers: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)student(_\w+)?\./, 'student'],
  [
    /^(text_model|text|text_encoder|text_projection|token_embedding|transformer|positional_embedding|ln_final|attn_mask)(\.|$)/,
    'text tower',
  ],
  [
    /^(visual_projection|logit_scale|logit_bias)(\.|$)|(^|\.)(proj|head\.proj)(\.weight|\.bias)?$/,
    'projection to the text',
  ],
  [/(^|\.)decoder(_\w+)?(\.|$)/, 'decoder'],
  [/(^|\.)mask_token$/, 'mask token'],
  [/(^|\.)(attn_pool|pooler|head)(\.|$)|(^|\.)(fc_norm|pre_logits)\./, 'pooling or head'],
  [
    /(^|\.)(dino_head|ibot_head|dino_loss|ibot_patch_loss|classifier|cls_classifier|distillation_classifier|head_dist)(\.|$)/,
    'pooling or head',
  ],
  [/(^|\.)(position_ids|bias_mask|periods)$/, 'buffers'],
];

/** What a tensor that the LPM does not need is, in words; `another part` where its name tells nothing. */
export function leftoverTitle(name: string): string {
  return leftovers.find(([pattern]) => pattern.test(name))?.[1] ?? 'another part';
}

/** Heads, poolers, decoders, mask tokens and buffers: present in many files, used by no feature we take. */
export const unusedTensors =
  /(^|\.)(classifier|cls_classifier|distillation_classifier|head|head_dist|pre_logits|pooler|mask_token|decoder(_\w+)?|dino_head|ibot_head|fc_norm|position_ids|bias_mask|rope_embed\.periods)(\.|$)|(^|\.)proj$/;
