/** Families of LPMs are told by their tensors, taken out of what stands beside them, and described from shapes and files. */
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../../core/base/tensor.ts';
import {
  canonicalShapes,
  canonicalTensors,
  findTower,
  identityFacts,
  type LpmConfig,
  leftTensors,
  lpmFamilies,
  type Naming,
  namings,
  parseLpmConfig,
  placesOf,
  plainVit,
  preparedSize,
  type TensorList,
  titleOf,
  tokenCounts,
} from '../../../core/models/index.ts';
import { appErrorOf } from '../../support/thrown.ts';

type Shapes = Readonly<Record<string, Shape>>;

const fileOf = (shapes: Shapes): TensorList => ({
  names: Object.keys(shapes),
  info: (name) => ({ shape: shapes[name] ?? [] }),
});

/** The tensors of a configuration by the names of its family, each at its usual place. */
function tensorsOf(config: LpmConfig, prefix = ''): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  for (const [name, shape] of canonicalShapes(config)) {
    const { source, parts = 1 } = placesOf(config.naming, name)[0]!;
    shapes[prefix + source] = name === 'position' ? [1, ...shape] : [shape[0]! * parts, ...shape.slice(1)];
    if (name === 'register_tokens') shapes[prefix + source] = [1, ...shape];
  }
  return shapes;
}

const plain = plainVit({ width: 192, layers: 2, heads: 3, patch: 16, imageSize: 48, eps: 1e-6 });
const noTable = { offset: 0, antialias: false } as const;

/** One configuration of each naming, with what its family has of its own. */
const examples: Readonly<Record<Naming, LpmConfig>> = {
  'hf-vit': { ...plain, naming: 'hf-vit', eps: 1e-12 },
  'hf-dinov2': {
    ...plain,
    naming: 'hf-dinov2',
    layerScale: true,
    positionRule: noTable,
    gated: true,
    activation: 'silu',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  timm: { ...plain, naming: 'timm' },
  'hf-dinov3': {
    ...plain,
    naming: 'hf-dinov3',
    eps: 1e-5,
    rotaryBase: 100,
    registers: 4,
    classPosition: false,
    layerScale: true,
    withoutBias: ['k'],
    positionRule: noTable,
    grid: [14, 14],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  'hf-siglip': {
    ...plain,
    naming: 'hf-siglip',
    classToken: false,
    classPosition: false,
    activation: 'tanh-gelu',
    summary: 'attention-pool',
    poolMlpWidth: 500,
    positionRule: noTable,
  },
  'hf-clip': {
    ...plain,
    naming: 'hf-clip',
    eps: 1e-5,
    preNorm: true,
    withoutBias: ['patch'],
    activation: 'quick-gelu',
    lastNorm: 'summary',
    positionRule: noTable,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  'open-clip': {
    ...plain,
    naming: 'open-clip',
    eps: 1e-5,
    preNorm: true,
    withoutBias: ['patch'],
    positionRule: noTable,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
};

const textTower = {
  'text_model.embeddings.position_embedding.weight': [77, 64],
  'text_model.encoder.layers.0.mlp.fc1.weight': [256, 64],
  'text_model.encoder.layers.90.layer_norm1.weight': [64],
  logit_scale: [1],
} as const;

describe('a family', () => {
  test.each(namings)('%s is told by its tensors alone, and read back as what it is', (naming) => {
    const config = examples[naming];
    const file = fileOf(tensorsOf(config));
    expect(findTower(file.names)).toMatchObject({ naming, prefix: '' });
    expect(parseLpmConfig(file, null)).toEqual(config);
    expect(canonicalTensors(config, file)).toHaveLength(canonicalShapes(config).size);
  });

  test.each(namings)(
    '%s is found behind the prefix of a vision tower, and the text tower is named and left',
    (naming) => {
      for (const prefix of ['vision_model.', 'visual.', 'visual.trunk.', 'model.vision_tower.vision_model.']) {
        const file = fileOf({ ...textTower, ...tensorsOf(examples[naming], prefix) });
        expect(findTower(file.names)).toMatchObject({ naming, prefix });
        const config = parseLpmConfig(file, null);
        expect(config.layers).toBe(2);
        expect([...leftTensors(config, file)]).toEqual([
          ['text tower', 3],
          ['projection to the text', 1],
        ]);
      }
    },
  );

  test('says of every place in its table what no other canonical tensor of it says', () => {
    for (const naming of namings) {
      const places = Object.keys(lpmFamilies[naming].places).flatMap((stem) =>
        placesOf(naming, stem).map(({ source, part }) => `${source} ${part ?? ''}`),
      );
      expect(places).toHaveLength(new Set(places).size);
    }
  });

  test('is a tensor short: the error names it by the name of its own file', () => {
    const { 'layer.1.mlp.up_proj.bias': _, ...rest } = tensorsOf(examples['hf-dinov3']);
    const file = fileOf(rest);
    const error = appErrorOf(() => canonicalTensors(parseLpmConfig(file, null), file));
    expect(error.message).toContain('"layer.1.mlp.up_proj.bias" is missing');
  });
});

describe('what stands beside an LPM', () => {
  test('is left: the teacher is taken before the student', () => {
    const dino = (prefix: string): Shapes => tensorsOf(examples.timm, prefix);
    const file = fileOf({ ...dino('student.backbone.'), ...dino('teacher.backbone.') });
    expect(findTower(file.names)?.prefix).toBe('teacher.backbone.');
    const config = parseLpmConfig(file, null);
    expect(leftTensors(config, file).get('student')).toBe(Object.keys(dino('')).length);
  });

  test('is left: decoder and mask token of a masked autoencoder', () => {
    const decoder = { mask_token: [1, 1, 64], decoder_pos_embed: [1, 10, 64], 'decoder_blocks.7.norm1.weight': [64] };
    const file = fileOf({ ...tensorsOf(examples.timm), ...decoder });
    const config = parseLpmConfig(file, null);
    expect(config).toEqual(examples.timm);
    expect([...leftTensors(config, file)]).toEqual([
      ['mask token', 1],
      ['decoder', 2],
    ]);
  });

  test('that is no part of any known thing is refused by name', () => {
    const file = fileOf({ ...tensorsOf(examples['hf-dinov3']), 'layer.0.adapter.weight': [3] });
    const error = appErrorOf(() => canonicalTensors(parseLpmConfig(file, null), file));
    expect(error.message).toContain('"layer.0.adapter.weight" is unknown');
  });
});

describe('the summary', () => {
  const withoutPool = Object.fromEntries(
    Object.entries(tensorsOf(examples['hf-siglip'])).filter(([name]) => !name.startsWith('head.')),
  );
  test('of SigLIP without its pooling head is the mean of its tokens', () => {
    expect(parseLpmConfig(fileOf(withoutPool), null)).toMatchObject({ classToken: false, summary: 'mean' });
  });

  test('of a model whose norm follows the mean of the patches is that mean (RETFound, fine-tuned)', () => {
    const { 'norm.weight': weight, 'norm.bias': bias, ...rest } = tensorsOf(examples.timm);
    const file = fileOf({ ...rest, 'fc_norm.weight': weight!, 'fc_norm.bias': bias! });
    expect(parseLpmConfig(file, null)).toMatchObject({ summary: 'mean-before-norm', lastNorm: 'summary' });
  });
});

describe('tokens', () => {
  test('of SigLIP are patches alone, of DINOv3 begin with the class token and the registers', () => {
    expect(tokenCounts(examples['hf-siglip'], 64, 48)).toEqual({ prefix: 0, classTokens: 0, patches: 12, all: 12 });
    expect(tokenCounts(examples['hf-dinov3'], 64, 48)).toEqual({ prefix: 5, classTokens: 1, patches: 12, all: 17 });
  });
});

describe('the number of heads, where no file says it', () => {
  const rotary = { ...examples['hf-dinov3'], naming: 'timm' } as const;
  const siglip = { ...examples['hf-siglip'], naming: 'timm' } as const;
  // Published sizes, and timm's names of architectures. It calls the layer scales of DINOv3 otherwise than those of DINOv2.
  test.each([
    ['ViT-H/14', examples.timm, 1280, 16, 'vit_huge_patch14_224'],
    ['DINOv2-g by timm', { ...examples.timm, layerScale: true }, 1536, 24, 'vit_giant_patch14_dinov2'],
    ['DINOv3 H+', examples['hf-dinov3'], 1280, 20, undefined],
    ['DINOv3 H+ by timm', rotary, 1280, 20, 'vit_huge_plus_patch16_dinov3'],
    ['DINOv3 7B', examples['hf-dinov3'], 4096, 32, undefined],
    ['DINOv3 7B by timm', rotary, 4096, 32, 'vit_7b_patch16_dinov3'],
    ['SigLIP 2 giant-opt', examples['hf-siglip'], 1536, 16, undefined],
    ['SigLIP 2 giant-opt by timm', siglip, 1536, 16, 'vit_giantopt_patch16_siglip_384'],
  ] as const)('%s: as it was published, of a file and of a folder', (_, example, width, heads, architecture) => {
    const shapes = Object.entries(tensorsOf({ ...example, width, heads, mlpWidth: 4 * width }));
    const named = shapes.map(([name, shape]) => [
      example === rotary ? name.replace(/ls(\d)\.gamma/, 'gamma_$1') : name,
      shape,
    ]);
    const file = fileOf(Object.fromEntries(named));
    expect(parseLpmConfig(file, null).heads).toBe(heads);
    if (architecture !== undefined) expect(parseLpmConfig(file, { architecture }).heads).toBe(heads);
  });
});

test('pixels of a CLIP by timm are normalised as CLIP was trained, where no file says it', () => {
  const { mean, std } = examples['hf-clip'];
  const file = fileOf(tensorsOf({ ...examples.timm, preNorm: true, withoutBias: ['patch'] }));
  expect(parseLpmConfig(file, null)).toMatchObject({ preNorm: true, mean, std });
});

describe('SwiGLU', () => {
  const gated = (change: (shapes: Record<string, Shape>, block: string) => void): LpmConfig => {
    const shapes = tensorsOf(examples.timm);
    for (const block of ['blocks.0.mlp', 'blocks.1.mlp']) change(shapes, block);
    const file = fileOf(shapes);
    const config = parseLpmConfig(file, null);
    canonicalTensors(config, file);
    return config;
  };
  test('is told in every way that publishers write it: both products in one tensor, or each in its own', () => {
    const [packed, own, three] = [
      gated((shapes, block) => {
        shapes[`${block}.fc2.weight`] = [192, 384];
      }),
      gated((shapes, block) => {
        for (const name of ['fc1', 'fc2'])
          for (const leaf of ['weight', 'bias']) delete shapes[`${block}.${name}.${leaf}`];
        Object.assign(shapes, { [`${block}.w12.weight`]: [768, 192], [`${block}.w12.bias`]: [768] });
        Object.assign(shapes, { [`${block}.w3.weight`]: [192, 384], [`${block}.w3.bias`]: [192] });
      }),
      gated((shapes, block) => {
        for (const name of ['fc1', 'fc2'])
          for (const leaf of ['weight', 'bias']) delete shapes[`${block}.${name}.${leaf}`];
        for (const name of ['w1', 'w2'])
          Object.assign(shapes, { [`${block}.${name}.weight`]: [384, 192], [`${block}.${name}.bias`]: [384] });
        Object.assign(shapes, { [`${block}.w3.weight`]: [192, 384], [`${block}.w3.bias`]: [192] });
      }),
    ];
    for (const config of [packed, own, three]) {
      expect(config).toMatchObject({ gated: true, activation: 'silu', mlpWidth: 384 });
    }
  });

  test('of DINOv3 without a configuration has the gate that was published, and otherwise the one that it names', () => {
    const file = fileOf(tensorsOf({ ...examples['hf-dinov3'], gated: true }));
    expect(parseLpmConfig(file, null).activation).toBe('silu');
    expect(parseLpmConfig(file, { hidden_act: 'gelu' }).activation).toBeUndefined();
  });
});

describe('the files beside an LPM', () => {
  const clip = fileOf(tensorsOf(examples['open-clip']));
  test('of OpenCLIP tell heads, activation and pixels', () => {
    const openClip = {
      model_cfg: { quick_gelu: true, vision_cfg: { width: 192, head_width: 32, image_size: 48 } },
      preprocess_cfg: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] },
    };
    expect(parseLpmConfig(clip, null, null, { openClip })).toMatchObject({
      heads: 6,
      activation: 'quick-gelu',
      mean: [0.1, 0.2, 0.3],
      std: [1, 2, 3],
    });
    expect(preparedSize({ openClip })).toEqual([48, 48]);
  });

  const vision = { width: 192, image_size: 48 };
  const clipa = { pool_type: 'avg', final_ln_after_pool: true };
  test.each([
    ['GELU by tanh', { ...vision, act_kwargs: { approximate: 'tanh' } }, { activation: 'tanh-gelu' }],
    ['another epsilon', { ...vision, norm_kwargs: { eps: 1e-6 } }, { eps: 1e-6 }],
    ['their mean before the last norm (CLIPA)', { ...vision, ...clipa }, { summary: 'mean-before-norm' }],
    ['their mean after it', { ...vision, pool_type: 'avg' }, { summary: 'mean' }],
  ])('of OpenCLIP tell %s', (_, vision_cfg, told) => {
    const openClip = { model_cfg: { vision_cfg } };
    expect(parseLpmConfig(clip, null, null, { openClip })).toMatchObject(told);
  });

  test('of OpenCLIP say nothing of the activation where the tower is by timm, whose architecture does', () => {
    const tower = fileOf(tensorsOf(examples.timm, 'visual.trunk.'));
    const by = (timm_model_name: string) =>
      parseLpmConfig(tower, null, null, {
        openClip: { model_cfg: { quick_gelu: true, vision_cfg: { timm_model_name } } },
      }).activation;
    expect([by('vit_base_patch16_clip_224'), by('vit_base_patch16_clip_quickgelu_224')]).toEqual([
      undefined,
      'quick-gelu',
    ]);
  });

  test('of timm name an architecture that alone tells activation and norms', () => {
    const file = fileOf(tensorsOf(examples.timm));
    const of = (architecture: string) => parseLpmConfig(file, { architecture });
    expect(of('vit_base_patch16_clip_quickgelu_224').activation).toBe('quick-gelu');
    const classless = fileOf(tensorsOf({ ...examples['hf-siglip'], naming: 'timm' }));
    const found = (architecture: string) => parseLpmConfig(classless, { architecture }).activation;
    expect(['vit_base_patch16_siglip_gap_224', 'vit_huge_patch14_gap_224'].map(found)).toEqual([
      'tanh-gelu',
      undefined,
    ]);
    expect(appErrorOf(() => of('vit_base_patch16_rpn_224')).message).toContain('whose norms follow');
  });

  test('of two towers describe the vision tower in a part of its own', () => {
    const vision = { num_attention_heads: 6, layer_norm_eps: 1e-3, hidden_act: 'gelu', image_size: 48 };
    const json = { model_type: 'siglip', text_config: { num_attention_heads: 99 }, vision_config: vision };
    const config = parseLpmConfig(fileOf(tensorsOf(examples['hf-siglip'], 'vision_model.')), json);
    expect(config).toMatchObject({ heads: 6, eps: 1e-3 });
    expect(config.activation).toBeUndefined();
  });

  test.each([
    [{ size: { height: 448, width: 384 } }, [448, 384]],
    [{ size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 } }, [224, 224]],
    [{ size: 224 }, [224, 224]],
    [{ image_processor: { size: { shortest_edge: 336 } } }, [336, 336]],
    [{}, undefined],
  ])('%j prepares pictures of %j px', (preprocessor, size) => {
    expect(preparedSize({ preprocessor })).toEqual(size);
  });

  test('say pixels are not normalised, or one value for all channels', () => {
    const grey = fileOf(tensorsOf({ ...plain, channels: 1 }));
    expect(parseLpmConfig(grey, null, { image_mean: [0.25], image_std: [0.125] })).toMatchObject({
      channels: 1,
      mean: [0.25, 0.25, 0.25],
      std: [0.125, 0.125, 0.125],
    });
    expect(parseLpmConfig(grey, null, { do_normalize: false, image_mean: [0.5] })).toMatchObject({
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });
});

describe('the identity', () => {
  test('of what was taken before rests on its tensors and heads alone; of others on what no tensor shows too', () => {
    expect(identityFacts(plain)).toEqual({ heads: 3 });
    expect(identityFacts({ ...examples['hf-dinov2'], gated: true })).toEqual({ heads: 3, activation: 3 });
    const clip = examples['hf-clip'];
    const { activation: _, ...gelu } = clip;
    expect(identityFacts(clip)).not.toEqual(identityFacts(gelu));
    expect(identityFacts(examples['hf-dinov3'])).toMatchObject({ rotaryBase: 100 });
  });
});

describe('a file that is no LPM', () => {
  test.each([
    ['layers.0.blocks.0.attn.relative_position_bias_table', 'a Swin transformer'],
    ['stages.0.blocks.1.conv_dw.weight', 'ConvNeXt'],
    ['blocks.0.0.conv_dw.weight', 'EfficientNet'],
    ['layer1.0.conv1.weight', 'a ResNet'],
    ['base_model.model.blocks.0.attn.qkv.lora_A.weight', 'a LoRA adapter'],
    ['model.layers.3.self_attn.q_proj.weight', 'a language model'],
    ['text_model.encoder.layers.0.mlp.fc1.weight', 'a text encoder'],
    ['vision_tower.spatial_block.0.norm.weight', 'DaViT'],
  ])('%s: looks like %s, and that tensor told', (name, title) => {
    const error = appErrorOf(() => parseLpmConfig(fileOf({ other: [1], [name]: [2, 2] }), null));
    expect(error.code).toBe('LPM_UNSUPPORTED');
    expect(error.message).toContain(title);
    expect(error.message).toContain(`"${name}"`);
  });

  test('and looks like nothing shows its first names, none of them at length', () => {
    const error = appErrorOf(() => parseLpmConfig(fileOf({ ['x'.repeat(500)]: [1], b: [1] }), null));
    expect(error.message).toContain('none of its 2 tensors');
    expect(error.message.length).toBeLessThan(400);
  });
});

test('an LPM is called as people call it', () => {
  expect(titleOf(examples['hf-siglip'])).toBe('SigLIP');
  expect(titleOf({ ...examples.timm, rotaryBase: 100 })).toBe('DINOv3');
});
