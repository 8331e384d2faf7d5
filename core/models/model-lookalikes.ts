/** What a file looks like that is no LPM, so that whoever brought it learns more than that it is none. */
import { AppError } from '../base/errors.ts';

interface Lookalike {
  readonly mark: RegExp;
  readonly title: string;
  /** Why it is no LPM, or what to bring instead. */
  readonly reason: string;
}

const noTokens = 'its tokens are not of one kind, so there is none to score; only plain vision transformers are taken';

/** Asked in this order. */
const lookalikes: readonly Lookalike[] = [
  { mark: /(^|\.)layers\.\d+\.blocks\.\d+\.attn\.relative_position/, title: 'a Swin transformer', reason: noTokens },
  { mark: /(^|\.)relative_position_bias_table$/, title: 'a Swin or BEiT transformer', reason: noTokens },
  { mark: /(^|\.)(spatial_block|channel_block)\./, title: 'DaViT (Florence, MedImageInsight)', reason: noTokens },
  {
    mark: /(^|\.)stages\.\d+\.(blocks|layers)\.\d+\.(conv_dw|dwconv)\./,
    title: 'ConvNeXt',
    reason: 'it is a convolutional network without attention',
  },
  {
    mark: /(^|\.)(_blocks|blocks\.\d+)\.\d+\.(_depthwise_conv|conv_dw|_expand_conv)\b/,
    title: 'EfficientNet (Mammo-CLIP)',
    reason: 'it is a convolutional network without attention',
  },
  {
    mark: /(^|\.)layer[1-4]\.\d+\.conv\d\./,
    title: 'a ResNet',
    reason: 'it is a convolutional network without attention',
  },
  {
    mark: /(^|\.)(denseblock|features\.denseblock)\d\./,
    title: 'a DenseNet',
    reason: 'it is a convolutional network without attention',
  },
  { mark: /(^|\.)layer\d+\.conv\./, title: 'a convolutional network', reason: 'it has no attention' },
  {
    mark: /(^|\.)blocks\.\d+\.attn\.(rel_pos_h|rel_pos_w)$/,
    title: "SAM's image encoder",
    reason: 'its relative positions are not supported',
  },
  {
    mark: /(^|\.)(lora_A|lora_B|lora_down|lora_up)\b/,
    title: 'a LoRA adapter',
    reason: 'it holds changes to a model, not the model: merge it into its model first',
  },
  {
    mark: /(^|\.)model\.layers\.\d+\.(self_attn|mlp)\./,
    title: 'a language model',
    reason: 'it reads text; bring its vision tower',
  },
  {
    mark: /^(bert|roberta|text_model|text|transformer|token_embedding)\./,
    title: 'a text encoder',
    reason: 'a vision tower is not in this file: bring the whole model, or its image encoder',
  },
  {
    mark: /(^|\.)(down_blocks|up_blocks|mid_block)\./,
    title: 'a diffusion model',
    reason: 'it is no vision transformer',
  },
  {
    mark: /(^|\.)(params|optimizer|opt_state)(\.|\/)/,
    title: 'a checkpoint of another framework',
    reason: 'convert it to the names of Hugging Face or timm',
  },
  {
    mark: /(^|\.)attn\.qkv\.weight$|(^|\.)self_attn\.q_proj\.weight$|(^|\.)attention\.query\.weight$/,
    title: 'a part of a transformer',
    reason: 'its patch projection is missing under any name that Sidelight knows',
  },
];

/** How many names a message shows of a file that looks like nothing. */
const shownNames = 4;

/** The error for a file in which no family of LPMs is recognised: what it looks like, and which tensor told. */
export function unknownModel(names: readonly string[]): AppError {
  const action =
    'Bring a ViT, DeiT, DINO, DINOv2, DINOv3, SigLIP or CLIP (OpenCLIP, BiomedCLIP) in safetensors form; docs/lpm-models.md lists what is taken.';
  for (const { mark, title, reason } of lookalikes) {
    const told = names.find((name) => mark.test(name));
    if (told === undefined) continue;
    return new AppError(
      'LPM_UNSUPPORTED',
      `The file is no vision transformer that Sidelight knows: it looks like ${title} (it has "${shortened(told)}"), and ${reason}.`,
      { action },
    );
  }
  const shown = names.slice(0, shownNames).map((name) => `"${shortened(name)}"`);
  return new AppError(
    'LPM_UNSUPPORTED',
    `The file is no vision transformer that Sidelight knows: none of its ${names.length} tensors is a patch projection by a known name (the first are ${shown.join(', ')}).`,
    { action },
  );
}

/** Names come from the file and may be of any length. */
function shortened(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 77)}...`;
}
