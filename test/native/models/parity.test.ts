import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { criterionNames, optimiserNames } from '../../../core/contract/index.ts';
import { type Engine, openEngine, type Tensors } from '../../../core/engine/index.ts';
import { defineGraph, input, layerNorm, weight } from '../../../core/graph/index.ts';
import {
  buildLpmEncoder,
  canonicalShapes,
  encoderWeights,
  type LpmConfig,
  positionEmbedding,
  tokenCounts,
} from '../../../core/models/index.ts';
import { passes, runOnce, worstDifference } from '../../../core/services/devices/compare.ts';
import { findCases } from '../../parity/find-cases.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';
import { pythonWith } from '../../support/tools.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', log: silentLogger });
});
afterAll(() => engine.dispose());

describe.skipIf(!hasShared)('reference cases (need the shared fixtures)', () => {
  const cases = hasShared ? findCases(sharedPath('fixtures')) : [];
  test('are all found', () => {
    expect(cases).toHaveLength(21);
  });
  test.each(cases)('$name is within its tolerances', async ({ run }) => {
    const result = await run(engine);
    expect(result?.checks.length).toBeGreaterThan(0);
    expect(result?.checks.filter((check) => !passes(check))).toEqual([]);
  });
});

describe.skipIf(!hasShared)('reference cases of further families of LPMs (need the shared fixtures)', () => {
  const cases = hasShared ? findCases(sharedPath('fixtures-lpm')) : [];
  test('are all found', () => {
    expect(cases).toHaveLength(13);
  });
  test.each(cases)('$name is within its tolerances', async ({ run }) => {
    const result = await run(engine);
    expect(result?.checks.map(({ quantity }) => quantity)).toEqual(
      expect.arrayContaining(['keys', 'values', 'scores', 'indices', 'kept keys', 'kept values', 'hidden state']),
    );
    expect(result?.checks.filter((check) => !passes(check))).toEqual([]);
  });
});

describe.skipIf(!hasShared)('reference cases of criteria, optimisers and findings (need the shared fixtures)', () => {
  const checksIn = async (folder: string) => {
    const cases = findCases(sharedPath('fixtures-methods', folder));
    const results = await Promise.all(cases.map(({ run }) => run(engine)));
    return results.flatMap((result) => result?.checks ?? []);
  };

  test('have numbers of every optimiser, and each is within 1e-6 of them', async () => {
    const checks = await checksIn('optimisers');
    expect(checks.map(({ quantity }) => quantity)).toEqual(optimiserNames);
    expect(checks.filter((check) => !passes(check) || check.tolerance > 1e-6)).toEqual([]);
  });

  test('have numbers of every criterion, and each loss and gradient is within 1e-6 of them', async () => {
    const checks = await checksIn('criteria');
    const wanted = criterionNames.flatMap((name) => [name, `${name} gradient`, `${name} outside a graph`]);
    expect(checks.map(({ quantity }) => quantity)).toEqual(expect.arrayContaining(wanted));
    for (const name of ['cross-entropy', 'binary-cross-entropy']) {
      expect(checks.map(({ quantity }) => quantity)).toContain(`${name} gradient, weighted`);
    }
    expect(checks.filter((check) => !passes(check) || check.tolerance > 1e-6)).toEqual([]);
  });

  test('have metrics of several findings, and each is within 1e-9 of them', async () => {
    const checks = await checksIn('metrics-multilabel');
    // Three cases of seven figures and two means.
    expect(checks).toHaveLength(27);
    expect(checks.filter((check) => !passes(check) || check.tolerance > 1e-9)).toEqual([]);
  });
});

describe.skipIf(!hasShared)('reference cases of methods (need the shared fixtures)', () => {
  const cases = hasShared ? findCases(sharedPath('fixtures-methods')) : [];
  test.each(['attentive'])('%s gives the logits, gradients and five AdamW steps of PyTorch', async (method) => {
    const found = cases.find(({ name }) => name === `methods/${method}/case`);
    const result = await found?.run(engine);
    expect(result?.checks.length).toBe(8);
    // A hundredth of what is allowed where graphs are deep: this network is a handful of products.
    expect(result?.checks.filter(({ worst, tolerance }) => worst > tolerance / 100)).toEqual([]);
  });
});

const config: LpmConfig = {
  naming: 'hf-vit',
  width: 48,
  layers: 3,
  heads: 3,
  patch: 8,
  channels: 3,
  mlpWidth: 96,
  eps: 1e-6,
  grid: [4, 4],
  classPosition: true,
  distillationToken: false,
  registers: 0,
  layerScale: false,
  qkvBias: true,
  positionRule: { offset: 0.1, antialias: false },
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};
const random = Random.seeded(5);
const noise = (shape: readonly number[], stream: Random): Tensor<'float32'> =>
  float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal(0, 0.3)),
  );
const tensors = new Map([...canonicalShapes(config)].map(([n, shape]) => [n, noise(shape, random.fork(n))]));
const read = (name: string): Tensor<'float32'> => tensors.get(name)!;

async function encode(tokens: 'global' | 'class_token', scoreBudget?: number): Promise<Tensors> {
  const size = { height: 64, width: 40 };
  const graph = buildLpmEncoder(config, {
    batch: 2,
    ...size,
    layers: [1, 2],
    tokenRatio: 0.2,
    tokens,
    keysValues: true,
    classToken: true,
    hiddenState: true,
    ...(scoreBudget === undefined ? {} : { scoreBudget }),
  });
  const pixels = noise([2, 3, 64, 40], random.fork('pixels'));
  return runOnce(engine, graph, { pixel_values: pixels }, encoderWeights(config, read, size));
}

test.each(['global', 'class_token'] as const)('attention in pieces equals attention at once (%s)', async (tokens) => {
  const whole = await encode(tokens);
  // 2 images * 3 heads * 41 tokens: 7 queries at a time, the last piece shorter.
  const pieces = await encode(tokens, 2 * 3 * 41 * 7);
  expect(pieces['indices']).toEqual(whole['indices']);
  for (const name of ['keys', 'values', 'class_token', 'last_hidden_state']) {
    expect(worstDifference(pieces[name]!.data as Float32Array, whole[name]!.data as Float32Array)).toBeLessThan(1e-5);
  }
});

test('all tokens of a layer are those that an LPM which ends there has before its last norm', async () => {
  const size = { height: 64, width: 40 };
  const shared = { batch: 2, ...size, tokenRatio: 0.2, tokens: 'global', keysValues: false } as const;
  const inputs = { pixel_values: noise([2, 3, 64, 40], random.fork('pixels')) };
  const weights = encoderWeights(config, read, size);
  const layers = [0, 2];
  const graph = buildLpmEncoder(config, { ...shared, layers, allTokens: true, classToken: false });
  const found = (await runOnce(engine, graph, inputs, weights))['all_tokens'] as Tensor<'float32'>;
  // 40 patches and the tokens before them, of two images.
  const { all } = tokenCounts(config, size.height, size.width);
  expect(found.shape).toEqual([2, 2, all, config.width]);
  const layerSize = found.data.length / layers.length;
  for (const [l, layer] of layers.entries()) {
    const ending = { ...config, layers: layer + 1 };
    const whole = buildLpmEncoder(ending, { ...shared, layers: [], classToken: false, hiddenState: true });
    const expected = (await runOnce(engine, whole, inputs, weights))['last_hidden_state'] as Tensor<'float32'>;
    const tokens = input('tokens', expected.shape);
    const normed = layerNorm(
      tokens,
      weight('norm.weight', [config.width]),
      weight('norm.bias', [config.width]),
      config.eps,
    );
    const own = float32(expected.shape, found.data.slice(l * layerSize, (l + 1) * layerSize));
    const again = await runOnce(engine, defineGraph({ outputs: { normed } }), { tokens: own }, weights);
    expect(worstDifference(again['normed']!.data as Float32Array, expected.data)).toBeLessThan(1e-5);
  }
});

test('asking for all tokens changes nothing of what else is asked in the same run', async () => {
  const size = { height: 64, width: 40 };
  const shared = {
    batch: 2,
    ...size,
    layers: [1, 2],
    tokenRatio: 0.2,
    tokens: 'global',
    keysValues: true,
    classToken: true,
  } as const;
  const inputs = { pixel_values: noise([2, 3, 64, 40], random.fork('pixels')) };
  const run = (allTokens: boolean): Promise<Tensors> =>
    runOnce(engine, buildLpmEncoder(config, { ...shared, allTokens }), inputs, encoderWeights(config, read, size));
  const [alone, together] = [await run(false), await run(true)];
  for (const name of ['keys', 'values', 'class_token']) {
    expect(worstDifference(together[name]!.data as Float32Array, alone[name]!.data as Float32Array)).toBeLessThan(1e-5);
  }
  expect(together['indices']).toEqual(alone['indices']);
});

const python = pythonWith(['torch'], 'python3-torch', { optional: true });
test.skipIf(python === undefined).each([
  ['larger', [7, 9], { offset: 0.1, antialias: false }],
  ['smaller', [3, 2], { offset: 0.1, antialias: false }],
  ['larger, DINOv2', [6, 5], { offset: 0, antialias: false }],
  ['larger, anti-aliased', [7, 5], { offset: 0, antialias: true }],
  ['smaller, anti-aliased', [2, 3], { offset: 0, antialias: true }],
  ['as many patches in another form, anti-aliased', [2, 8], { offset: 0, antialias: true }],
] as const)('positions resized as torch does: %s (needs PyTorch)', (_, [rows, columns], positionRule) => {
  const position = noise([17, config.width], Random.seeded(1));
  const found = positionEmbedding({ ...config, positionRule }, position, rows * 8, columns * 8);
  const program = `
import sys, json, torch
d = json.load(sys.stdin)
p = torch.tensor(d['p']).reshape(1, 4, 4, -1).permute(0, 3, 1, 2)
rows, columns, offset, aa = d['rows'], d['columns'], d['offset'], d['aa']
if offset: y = torch.nn.functional.interpolate(p, scale_factor=((rows + offset) / 4, (columns + offset) / 4), mode='bicubic')
else: y = torch.nn.functional.interpolate(p, size=(rows, columns), mode='bicubic', antialias=aa)
print(json.dumps(y.permute(0, 2, 3, 1).flatten().tolist()))`;
  const { stdout } = spawnSync(python as string, ['-c', program], {
    input: JSON.stringify({
      p: [...position.data.subarray(config.width)],
      rows,
      columns,
      offset: positionRule.offset,
      aa: positionRule.antialias,
    }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(found.shape).toEqual([1 + rows * columns, config.width]);
  expect([...found.data.subarray(0, config.width)]).toEqual([...position.data.subarray(0, config.width)]);
  expect(worstDifference(found.data.subarray(config.width), JSON.parse(stdout) as number[])).toBeLessThan(1e-5);
});

test.skipIf(!hasShared)('the program names a case past its tolerance and exits 1', () => {
  const program = join(import.meta.dirname, '..', '..', 'parity', 'parity.ts');
  const run = (folder: string): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [program, folder, '--engine', 'onnxruntime', '--json'], { encoding: 'utf8' });
  const good = run(sharedPath('fixtures', 'metrics'));
  expect(good.status).toBe(0);
  expect(JSON.parse(good.stdout)).toMatchObject({ passed: true });
  expect(run(sharedPath('dicom', 'no-such-folder')).status).toBe(1);
});
