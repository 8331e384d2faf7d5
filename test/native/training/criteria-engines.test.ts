/** Criteria of findings, grades and numbers on each engine: the same loss and gradient, for one output and for forty, at the ends as well. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../core/base/logger.ts';
import { Random } from '../../../core/base/random.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import type { CriterionName } from '../../../core/contract/index.ts';
import { type Engine, openEngine } from '../../../core/engine/index.ts';
import { defineGraph, grad, input, type Value } from '../../../core/graph/index.ts';
import { runOnce, worstDifference } from '../../../core/services/devices/compare.ts';
import { kappaOfDecisions } from '../../../core/statistics/ordinal.ts';
import { batchLoss, type LabelTensors, labelInputs } from '../../../core/training/criteria/criterion.ts';
import { criteria } from '../../../core/training/criteria/index.ts';
import { lacksTensorflow, needsTensorflow } from '../../support/tensorflow.ts';

const engines = [
  ['onnxruntime', 'ONNX Runtime', false],
  ['tensorflow', `TensorFlow ${needsTensorflow}`, lacksTensorflow],
] as const;

describe.each(engines)('%s', (engineName, _, isMissing) => {
  describe.skipIf(isMissing)('criteria', () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine({ engine: engineName, device: 'cpu', threads: 1, log: silentLogger });
    });
    afterAll(() => engine?.dispose());

    async function lossOf(
      name: CriterionName,
      outputs: number,
      logits: readonly number[],
      labels: LabelTensors,
      weights?: readonly number[],
    ): Promise<{ readonly loss: number; readonly gradient: number[] }> {
      const batch = logits.length / outputs;
      const given = input('logits', [batch, outputs]);
      const outputWeights = weights === undefined ? undefined : input('class_weights', [outputs]);
      const loss = batchLoss(criteria[name], given, labelInputs(criteria[name], batch, outputs), outputWeights);
      const graph = defineGraph({ outputs: { loss, gradient: grad(loss, [given])[0] as Value } });
      const found = await runOnce(engine, graph, {
        logits: float32([batch, outputs], logits),
        ...labels,
        ...(weights === undefined ? {} : { class_weights: float32([outputs], weights) }),
      });
      return { loss: Number(found['loss']?.data[0]), gradient: Array.from(found['gradient']?.data ?? [], Number) };
    }

    const marked = (outputs: number, marks: readonly number[]): LabelTensors => {
      const shape = [marks.length / outputs, outputs];
      return {
        labels: float32(
          shape,
          marks.map((mark) => (Number.isNaN(mark) ? 0 : mark)),
        ),
        mask: float32(
          shape,
          marks.map((mark) => (Number.isNaN(mark) ? 0 : 1)),
        ),
      };
    };

    test.each([1, 2, 3, 7, 14, 40])('findings: %s in one network', async (outputs) => {
      const random = Random.seeded(outputs);
      const size = 9 * outputs;
      const logits = Array.from({ length: size }, () => Math.fround(random.normal(0, 3)));
      const marks = logits.map((_, i) => [1, 0, Number.NaN, 0, 0.25][(i * 3 + (i >> 2)) % 5] as number);
      const weights = Array.from({ length: outputs }, (_, k) => 1 + (k % 4) / 2);
      const known = marks.filter((mark) => !Number.isNaN(mark)).length;
      // As written, in float64: y w ln(1 + e^-z) + (1 - y) ln(1 + e^z), and its derivative by z.
      const expected = { loss: 0, gradient: logits.map(() => 0) };
      marks.forEach((mark, at) => {
        if (Number.isNaN(mark)) return;
        const z = logits[at] as number;
        const w = weights[at % outputs] as number;
        expected.loss += (mark * w * Math.log1p(Math.exp(-z)) + (1 - mark) * Math.log1p(Math.exp(z))) / known;
        const p = 1 / (1 + Math.exp(-z));
        expected.gradient[at] = ((1 - mark) * p - mark * w * (1 - p)) / known;
      });
      const found = await lossOf('binary-cross-entropy', outputs, logits, marked(outputs, marks), weights);
      expect(Math.abs(found.loss - expected.loss)).toBeLessThan(1e-6);
      expect(worstDifference(found.gradient, expected.gradient)).toBeLessThan(1e-6);
      // What is not known pulls nowhere, to the bit.
      marks.forEach((mark, at) => {
        if (Number.isNaN(mark)) expect(Math.abs(found.gradient[at] as number)).toBe(0);
      });
    });

    test('findings: a logit of 0 has the gradient 1/2 - y, and one of 2000 is no overflow', async () => {
      const found = await lossOf('binary-cross-entropy', 1, [0, 0, 2000, -2000], marked(1, [1, 0, 0, 1]));
      expect(found.loss).toBeCloseTo((2 * Math.LN2 + 4000) / 4, 2);
      expect(found.gradient).toEqual([-0.125, 0.125, 0.25, -0.25]);
    });

    test('findings: a batch in which nothing is known has no loss and moves nothing', async () => {
      const labels = marked(2, [Number.NaN, Number.NaN]);
      const { loss, gradient } = await lossOf('binary-cross-entropy', 2, [3, -1], labels);
      expect([loss, ...gradient.map(Math.abs)]).toEqual([0, 0, 0]);
      expect(criteria['binary-cross-entropy'].divisor?.(labels, undefined)).toBe(1);
      expect(criteria['binary-cross-entropy'].value([3, -1], labels, 2)).toBeNull();
    });

    test('grades: where answers are certain, the criterion is one minus kappa; weights count examples more than once', async () => {
      const truth = [0, 0, 1, 2, 2, 3, 3];
      const decided = [0, 1, 1, 0, 2, 3, 2];
      const logits = decided.flatMap((d) => [0, 1, 2, 3].map((c) => (c === d ? 200 : 0)));
      const labels = { labels: { dtype: 'int32', shape: [7], data: Int32Array.from(truth) } as Tensor };
      const plain = await lossOf('kappa', 4, logits, labels);
      expect(plain.loss).toBeCloseTo(1 - (kappaOfDecisions(truth, decided, 4) as number), 6);
      const weights = [1, 3, 2, 1];
      const counts = truth.map((grade) => weights[grade] as number);
      const weighted = await lossOf('kappa', 4, logits, labels, weights);
      expect(weighted.loss).toBeCloseTo(1 - (kappaOfDecisions(truth, decided, 4, counts) as number), 6);
    });

    test('grades: a batch of one grade that is answered for certain stays finite', async () => {
      const labels = { labels: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 1) } as Tensor };
      const { loss, gradient } = await lossOf('kappa', 3, [0, 500, 0, 0, 500, 0], labels);
      expect(loss).toBe(0);
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(criteria.kappa.value([0, 2000, 0, 0, 2000, 0], labels, 3)).toBeNull();
    });

    test.each([
      ['mean-squared-error', (4 + 0.25 + 0 + 9) / 4, [-4, 1, 0, 6]],
      ['l1', (2 + 0.5 + 0 + 3) / 4, [-1, 1, 0, 1]],
      ['smooth-l1', (1.5 + 0.125 + 0 + 2.5) / 4, [-1, 0.5, 0, 1]],
    ] as const)('numbers: %s by hand, with the gradient 0 where an answer is right', async (name, loss, slopes) => {
      const labels = { labels: float32([2, 2], [3, 1, -1, 0]) };
      const found = await lossOf(name, 2, [1, 1.5, -1, 3], labels);
      expect(found.loss).toBeCloseTo(loss, 6);
      for (const [at, slope] of slopes.entries()) expect(found.gradient[at]).toBeCloseTo(slope / 4, 6);
      // The second output counts three times as much as the first.
      const ones = await lossOf(name, 1, [1, -1], { labels: float32([2, 1], [3, -1]) });
      const twos = await lossOf(name, 1, [1.5, 3], { labels: float32([2, 1], [1, 0]) });
      const weighted = await lossOf(name, 2, [1, 1.5, -1, 3], labels, [1, 3]);
      expect(weighted.loss).toBeCloseTo((ones.loss + 3 * twos.loss) / 4, 6);
    });
  });
});
