/** The losses that a criterion gives in a graph, in parts and outside a graph are the same number. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, sizeOf, type Tensor } from '../../../core/base/tensor.ts';
import { criterionNames } from '../../../core/contract/index.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { defineGraph, input, sum } from '../../../core/graph/index.ts';
import { runOnce } from '../../../core/services/devices/compare.ts';
import { batchLoss, type LabelTensors, labelInputs } from '../../../core/training/criteria/criterion.ts';
import { criteria } from '../../../core/training/criteria/index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1, log: silentLogger });
});
afterAll(() => engine.dispose());

const [batch, outputs] = [12, 4];
const random = Random.seeded(3);
const logits = Float32Array.from({ length: batch * outputs }, () => random.normal(0, 2));
const classWeights = float32([outputs], [1, 2, 0.5, 3]);

/** The labels of `count` examples from `first` on: classes in turn, or numbers for each output, of which a third is not known. */
function labelsOf(name: (typeof criterionNames)[number], first: number, count: number): LabelTensors {
  const inputs = Object.entries(criteria[name].labels(count, outputs));
  return Object.fromEntries(
    inputs.map(([label, { shape, dtype }]): [string, Tensor] => {
      expect([count, count * outputs]).toContain(sizeOf(shape));
      const at = (i: number) => first * (sizeOf(shape) / count) + i;
      const places = Array.from({ length: sizeOf(shape) }, (_, i) => at(i));
      if (dtype === 'int32') return [label, { dtype, shape, data: Int32Array.from(places, (i) => i % outputs) }];
      const values = places.map((i) => (label === 'mask' ? Math.sign(i % 3) : (i * 7) % 5 < 2 ? 1 : 0));
      return [label, float32(shape, values)];
    }),
  );
}

describe.each(criterionNames)('%s', (name) => {
  const criterion = criteria[name];
  const labels = labelsOf(name, 0, batch);

  async function lossOf(isWeighted: boolean): Promise<number> {
    const weights = isWeighted ? input('class_weights', [outputs]) : undefined;
    const loss = batchLoss(
      criterion,
      input('logits', [batch, outputs]),
      labelInputs(criterion, batch, outputs),
      weights,
    );
    const given = { logits: float32([batch, outputs], logits), ...labels, class_weights: classWeights };
    return Number((await runOnce(engine, defineGraph({ outputs: { loss } }), given))['loss']?.data[0]);
  }

  test('outside a graph the mean loss is that of the graph without weights', async () => {
    expect(Math.abs((criterion.value(logits, labels, outputs) ?? Number.NaN) - (await lossOf(false)))).toBeLessThan(
      1e-6,
    );
  });

  test('outside a graph a loss stays finite where a probability is 0', () => {
    const certain = Float32Array.from({ length: outputs }, (_, i) => (i === 1 ? 2000 : 0));
    expect(Number.isFinite(criterion.value(certain, labelsOf(name, 0, 1), outputs))).toBe(true);
  });

  const { divisor: divisorOf } = criterion;
  const isWhole = divisorOf === null;
  test.skipIf(isWhole).each([false, true])(
    'parts divided by the whole batch add up to its loss (weights: %s)',
    async (isWeighted) => {
      const divisor = divisorOf?.(labels, isWeighted ? classWeights : undefined) ?? Number.NaN;
      let total = 0;
      for (let first = 0; first < batch; first += 3) {
        const weights = isWeighted ? input('class_weights', [outputs]) : undefined;
        const { losses } = criterion.losses(input('logits', [3, outputs]), labelInputs(criterion, 3, outputs), weights);
        const part = await runOnce(engine, defineGraph({ outputs: { part: sum(losses, [0]) } }), {
          logits: float32([3, outputs], logits.slice(first * outputs, (first + 3) * outputs)),
          ...labelsOf(name, first, 3),
          class_weights: classWeights,
        });
        total += Number(part['part']?.data[0]);
      }
      expect(Math.abs(total / divisor - (await lossOf(isWeighted)))).toBeLessThan(1e-6);
    },
  );
});

test('smoothed labels with class weights are as PyTorch writes them: each class its part and its weight, over the weights of the labels', async () => {
  const smoothing = 0.1;
  let total = 0;
  let divisor = 0;
  for (let i = 0; i < batch; i++) {
    const row = [...logits.subarray(i * outputs, (i + 1) * outputs)];
    const logSum = Math.log(row.reduce((all, z) => all + Math.exp(z), 0));
    row.forEach((z, c) => {
      const share = smoothing / outputs + (c === i % outputs ? 1 - smoothing : 0);
      total += Number(classWeights.data[c]) * share * (logSum - z);
    });
    divisor += Number(classWeights.data[i % outputs]);
  }
  const weights = input('class_weights', [outputs]);
  const criterion = criteria['label-smoothing'];
  const loss = batchLoss(criterion, input('logits', [batch, outputs]), labelInputs(criterion, batch, outputs), weights);
  const found = await runOnce(engine, defineGraph({ outputs: { loss } }), {
    logits: float32([batch, outputs], logits),
    ...labelsOf('label-smoothing', 0, batch),
    class_weights: classWeights,
  });
  expect(Math.abs(Number(found['loss']?.data[0]) - total / divisor)).toBeLessThan(1e-6);
});
