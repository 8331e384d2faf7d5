/** Parity of the criteria: loss and gradient by the logits, in a graph; and the loss outside it. */
import { readFileSync } from 'node:fs';
import { float32, type Tensor } from '../../core/base/tensor.ts';
import { type CriterionName, criterionNames } from '../../core/contract/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { defineGraph, grad, input, slice, type Value } from '../../core/graph/index.ts';
import {
  type CaseResult,
  type Check,
  runOnce,
  tolerances,
  worstDifference,
} from '../../core/services/devices/compare.ts';
import { batchLoss, type LabelTensors, labelInputs } from '../../core/training/criteria/criterion.ts';
import { criteria } from '../../core/training/criteria/index.ts';
import { readSafetensors, type TensorFile } from '../../core/weights/index.ts';

/** What a case asks of the criteria of one kind of label. */
interface Given {
  readonly labels: (file: TensorFile, path: string) => LabelTensors;
  /** What a case calls the weights of outputs, and what it adds to the name of a loss that has them. */
  readonly weights: { readonly tensor: string; readonly suffix: string } | null;
  /** How many of the columns of logits are outputs of the network, from the first on; all where left out. */
  readonly outputs?: number;
}

const ofClasses: Given = {
  labels: (file) => ({ labels: file.readAny('target') as Tensor }),
  weights: { tensor: 'class_weights', suffix: '.weighted' },
};
const ofFindings: Given = {
  labels: (file, path) => {
    const { shape } = file.info('marks');
    const data = floatsWithGaps(path, 'marks');
    return {
      labels: float32(
        shape,
        data.map((mark) => (Number.isNaN(mark) ? 0 : mark)),
      ),
      mask: float32(
        shape,
        data.map((mark) => (Number.isNaN(mark) ? 0 : 1)),
      ),
    };
  },
  weights: { tensor: 'pos_weight', suffix: '.pos_weight' },
};
const ofNumbers: Given = {
  labels: (file) => {
    const { data } = file.readAny('target') as Tensor;
    return { labels: float32([data.length, 1], Float32Array.from(data, Number)) };
  },
  weights: null,
  outputs: 1,
};

/** What a case calls the loss of a criterion (its gradient is `<name>.grad`), and of what labels it is. */
const references: Readonly<Record<CriterionName, readonly [name: string, given: Given]>> = {
  'cross-entropy': ['cross_entropy', ofClasses],
  'label-smoothing': ['cross_entropy.smoothed_0.1', ofClasses],
  focal: ['focal_gamma_2', ofClasses],
  kappa: ['kappa_quadratic', ofClasses],
  'binary-cross-entropy': ['binary_cross_entropy.masked', ofFindings],
  'mean-squared-error': ['mean_squared_error', ofNumbers],
  l1: ['l1', ofNumbers],
  'smooth-l1': ['smooth_l1', ofNumbers],
};

/** Compares every criterion that a case has numbers of. */
export async function checkCriteria(engine: Engine, path: string, name: string): Promise<CaseResult> {
  const file = readSafetensors(path);
  try {
    const checks: Check[] = [];
    for (const criterion of criterionNames) {
      const [reference, { weights }] = references[criterion];
      const weighted = weights === null ? [] : [`${reference}${weights.suffix}`];
      for (const quantity of [reference, ...weighted].filter((wanted) => file.names.includes(wanted))) {
        checks.push(...(await checkCriterion(engine, file, path, criterion, quantity)));
      }
    }
    return { name, checks };
  } finally {
    file.close();
  }
}

async function checkCriterion(
  engine: Engine,
  file: TensorFile,
  path: string,
  name: CriterionName,
  reference: string,
): Promise<Check[]> {
  const criterion = criteria[name];
  const [plain, of] = references[name];
  const given = file.read('logits');
  const [batch, columns] = given.shape as readonly [number, number];
  const { outputs = columns } = of;
  const weightsName = reference === plain ? undefined : of.weights?.tensor;
  const labels = of.labels(file, path);
  const logits = input('logits', [batch, columns]);
  const weights: Value | undefined = weightsName === undefined ? undefined : input('class_weights', [outputs]);
  // A case has the gradient by all of its logits, 0 where they are no outputs.
  const loss = batchLoss(criterion, slice(logits, 1, 0, outputs), labelInputs(criterion, batch, outputs), weights);
  const graph = defineGraph({ outputs: { loss, gradient: grad(loss, [logits])[0] as Value } });
  const found = await runOnce(engine, graph, {
    logits: given,
    ...labels,
    ...(weightsName === undefined ? {} : { class_weights: file.read(weightsName) }),
  });
  const check = (quantity: string, values: ArrayLike<number>, wanted: string): Check => ({
    quantity: `${quantity}${weights === undefined ? '' : ', weighted'}`,
    worst: worstDifference(values, file.read(wanted).data),
    tolerance: tolerances.criterion,
  });
  const rows = given.data.filter((_, at) => at % columns < outputs);
  return [
    check(name, (found['loss'] as Tensor<'float32'>).data, reference),
    check(`${name} gradient`, (found['gradient'] as Tensor<'float32'>).data, `${reference}.grad`),
    ...(weights === undefined
      ? [check(`${name} outside a graph`, [criterion.value(rows, labels, outputs) ?? Number.NaN], reference)]
      : []),
  ];
}

/** Numbers of which some are NaN; readSafetensors reads weights, and refuses those that are none. */
function floatsWithGaps(path: string, name: string): Float32Array {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { readonly data_offsets: [number, number] }
  >;
  const [from, to] = header[name]?.data_offsets ?? [0, 0];
  return new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer);
}
