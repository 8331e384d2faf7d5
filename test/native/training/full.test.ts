/** Full fine-tuning against PyTorch: the gradients of every weight, and the step in parts. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { encoderWeights, initialiseParameters, networkConfig, parameterLayout } from '../../../core/models/index.ts';
import { openLpm } from '../../../core/services/lpm/lpm-file.ts';
import { writeRandomLpm } from '../../../core/services/lpm/random-lpm.ts';
import { buildGradient, compileAccumulatedStep, partSize } from '../../../core/training/accumulated-step.ts';
import { optimisers } from '../../../core/training/optimisers/index.ts';
import { buildTrainStep } from '../../../core/training/train-step.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { pythonWith } from '../../support/tools.ts';

const python = pythonWith(['torch', 'transformers'], 'python3-torch', { optional: true });

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

const size = 64;
const batch = 4;

/** A small LPM trained at 64 px, read at 64 px, and a labelled batch. */
function prepared() {
  const folder = join(temporaryFolder(), 'lpm');
  writeRandomLpm(folder, 3, { width: 64, layers: 3, heads: 2, imageSize: size });
  const lpm = openLpm(folder);
  const config = networkConfig(lpm.config, { method: 'full', classes: 3, inputSize: size });
  const weights = encoderWeights(lpm.config, lpm.read, { height: size, width: size });
  const params = initialiseParameters(config, Random.seeded(1), weights);
  const random = Random.seeded(2);
  const image = float32(
    [batch, 3, size, size],
    Float32Array.from({ length: batch * 3 * size * size }, () => random.normal()),
  );
  const labels: Tensor = { dtype: 'int32', shape: [batch], data: Int32Array.from([0, 2, 1, 2]) };
  return { folder, lpm, config, params, image, labels };
}

/** PyTorch's loss and gradients, as our layout has them: Linear weights [in, out], queries in the usual scale. */
const script = `
import json, sys, torch
from transformers import ViTModel
given = json.load(sys.stdin)
model = ViTModel.from_pretrained(given['folder'], add_pooling_layer=False).eval()
head = torch.nn.Linear(64, 3)
head.weight.data = torch.tensor(given['head']).reshape(3, 64); head.bias.data.zero_()
image = torch.tensor(given['image']).reshape(${batch}, 3, ${size}, ${size})
logits = head(model(image).last_hidden_state[:, 0])
weight = torch.tensor(given['weights']) if given['weights'] else None
loss = torch.nn.functional.cross_entropy(logits, torch.tensor(given['labels']), weight=weight)
loss.backward()
state = dict(model.named_parameters())
def find(*ends):
    return next(p.grad for n, p in state.items() if any(n.endswith(e) for e in ends))
out = {'encoder.prefix': find('cls_token') + find('position_embeddings')[:, :1] * 0, 'encoder.position': find('position_embeddings')[0, 1:],
  'encoder.patch.weight': find('projection.weight').reshape(64, -1).T, 'head.weight': head.weight.grad, 'head.bias': head.bias.grad,
  'encoder.norm.weight': find('layernorm.weight'), 'encoder.norm.bias': find('layernorm.bias')}
for i in range(3):
    for name, parts in {'norm1': 'layernorm_before', 'norm2': 'layernorm_after', 'q': 'query|q_proj', 'k': 'key|k_proj', 'v': 'value|v_proj', 'o': 'attention.output.dense|o_proj', 'fc1': 'intermediate.dense|fc1', 'fc2': 'output.dense|fc2'}.items():
        for leaf in ('weight', 'bias'):
            g = next(p.grad for n, p in state.items() if '.%d.' % i in n and any(n.endswith(part + '.' + leaf) for part in parts.split('|')) and not (name == 'fc2' and 'attention' in n))
            out[f'encoder.blocks.{i}.{name}.{leaf}'] = g.T if g.dim() == 2 else g
print(json.dumps({'loss': loss.item(), 'grads': {k: v.contiguous().flatten().tolist() for k, v in out.items()}}))
`;

describe('full fine-tuning', () => {
  test.skipIf(python === undefined).each([
    ['without', null],
    ['with', [1, 2, 0.5]],
  ] as const)(
    'loss and the gradient of every weight are those of PyTorch, %s class weights (needs torch, transformers)',
    async (_, weights) => {
      const { folder, lpm, config, params, image, labels } = prepared();
      lpm.close();
      const layout = parameterLayout(config);
      const head = layout.entries.find((e) => e.name === 'head.weight')!;
      const input = JSON.stringify({
        folder,
        image: [...image.data],
        labels: Array.from(labels.data, Number),
        weights,
        head: [...params.subarray(head.offset, head.offset + head.size)],
      });
      const ran = spawnSync(python as string, ['-c', script], { input, maxBuffer: 1 << 28 });
      expect(ran.status, ran.stderr.toString()).toBe(0);
      const theirs = JSON.parse(ran.stdout.toString()) as { loss: number; grads: Record<string, number[]> };

      const step = await engine.compile(buildGradient(config, { batch, weighted: weights !== null }));
      const divisor = weights === null ? batch : 1 + 0.5 + 2 + 0.5;
      const out = await step.run({
        params: float32([layout.total], params),
        image,
        labels,
        divisor: float32([], [divisor]),
        gradient_before: float32([layout.total], new Float32Array(layout.total)),
        loss_before: float32([], [0]),
        ...(weights === null ? {} : { class_weights: float32([3], [...weights]) }),
      });
      expect(Number(out['loss']?.data[0])).toBeCloseTo(theirs.loss, 5);
      const gradient = out['gradient']?.data as Float32Array;
      for (const { name, offset, size: length } of layout.entries) {
        const expected = theirs.grads[name];
        expect(expected, name).toHaveLength(length);
        const worst = Math.max(...expected!.map((g, i) => Math.abs(g - (gradient[offset + i] as number))));
        expect(worst, name).toBeLessThan(1e-5);
      }
    },
    120_000,
  );

  test('starts as the LPM: the class token of its encoder, whatever the input size', async () => {
    const { lpm } = prepared();
    const larger = 96;
    const config = networkConfig(lpm.config, { method: 'full', classes: 3, inputSize: larger });
    const weights = encoderWeights(lpm.config, lpm.read, { height: larger, width: larger });
    const params = initialiseParameters(config, Random.seeded(1), weights);
    lpm.close();
    const { entries, total } = parameterLayout(config);
    expect(params.every(Number.isFinite) && total === params.length).toBe(true);
    // 36 positions instead of 16, without the class token's, which is part of it; the patch bias is part of the positions.
    expect(entries.find((e) => e.name === 'encoder.position')?.shape).toEqual([36, 64]);
    expect(total).toBe(lpm.parameters + (36 - 16) * 64 - 64 - 64 + 3 * 64 + 3);
  });

  test('a step in parts gives the loss, gradient norm and parameters of the whole step, weighted or not', async () => {
    const { lpm, config, params, image, labels } = prepared();
    lpm.close();
    const vector = (data: Float32Array): Tensor => float32([data.length], data as Float32Array<ArrayBuffer>);
    for (const [weighted, optimiser, criterion] of [
      [false, 'adamw', 'cross-entropy'],
      [true, 'adamw', 'cross-entropy'],
      [true, 'sgd-nesterov', 'label-smoothing'],
    ] as const) {
      const options = { batch, weighted, weightDecay: 0.1, optimiser, criterion };
      const kept = optimisers[optimiser].state;
      const inputs = {
        params: vector(params),
        ...Object.fromEntries(kept.map((name) => [name, vector(new Float32Array(params.length))])),
        step: float32([], [1]),
        lr: float32([], [1e-3]),
        image,
        labels,
        ...(weighted ? { class_weights: float32([3], [1, 2, 0.5]) } : {}),
      };
      const whole = await (await engine.compile(buildTrainStep(config, options))).run(inputs);
      for (const part of [1, 2]) {
        const parts = await (await compileAccumulatedStep(engine, config, options, part)).run(inputs);
        const differ = (name: string): number =>
          Array.from(whole[name]!.data as Float32Array, (x, i) => Math.abs(x - Number(parts[name]!.data[i]))).reduce(
            (most, x) => Math.max(most, x),
            0,
          );
        expect(differ('loss')).toBeLessThan(1e-5);
        expect(differ('grad_norm')).toBeLessThan(1e-4);
        // AdamW's first step is lr times the gradient's sign: where the exact gradient is 0 (key biases), rounding decides it.
        expect(differ(`next_${kept[0]}`)).toBeLessThan(1e-6);
      }
    }
  });

  test('parts divide the batch', () => {
    expect([partSize(16, 2), partSize(15, 2), partSize(15, 4), partSize(7, 100), partSize(5, 1)]).toEqual([
      2, 1, 3, 7, 1,
    ]);
  });
});
