/** Parity of the criteria: loss and gradient by the logits, in a graph; and the loss outside it. */
import type { Tensor } from '../../core/base/tensor.ts';
import { type CriterionName, criterionNames } from '../../core/contract/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { defineGraph, grad, input, type Value } from '../../core/graph/index.ts';
import {
  type CaseResult,
  type Check,
  runOnce,
  tolerances,
  worstDifference,
} from '../../core/services/devices/compare.ts';
import { batchLoss, labelInputs } from '../../core/training/criteria/criterion.ts';
import { criteria } from '../../core/training/criteria/index.ts';
import { readSafetensors, type TensorFile } from '../../core/weights/index.ts';

/** What a case calls the loss of a criterion. Its gradient is `<name>.grad`; with class weights both are `<name>.weighted`. */
const references: Readonly<Record<CriterionName, string>> = {
  'cross-entropy': 'cross_entropy',
  'label-smoothing': 'cross_entropy.smoothed_0.1',
  focal: 'focal_gamma_2',
};

/** Compares every criterion that a case has numbers of. */
export async function checkCriteria(engine: Engine, path: string, name: string): Promise<CaseResult> {
  const file = readSafetensors(path);
  try {
    const checks: Check[] = [];
    for (const criterion of criterionNames) {
      const reference = references[criterion];
      for (const quantity of [reference, `${reference}.weighted`].filter((wanted) => file.names.includes(wanted))) {
        checks.push(...(await checkCriterion(engine, file, criterion, quantity)));
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
  name: CriterionName,
  reference: string,
): Promise<Check[]> {
  const criterion = criteria[name];
  const given = file.read('logits');
  const [batch, outputs] = given.shape as readonly [number, number];
  const isWeighted = reference.endsWith('.weighted');
  const labels: Record<string, Tensor> = { labels: file.readAny('target') as Tensor };
  const logits = input('logits', [batch, outputs]);
  const weights: Value | undefined = isWeighted ? input('class_weights', [outputs]) : undefined;
  const loss = batchLoss(criterion, logits, labelInputs(criterion, batch, outputs), weights);
  const graph = defineGraph({ outputs: { loss, gradient: grad(loss, [logits])[0] as Value } });
  const found = await runOnce(engine, graph, {
    logits: given,
    ...labels,
    ...(isWeighted ? { class_weights: file.read('class_weights') } : {}),
  });
  const check = (quantity: string, values: ArrayLike<number>, wanted: string): Check => ({
    quantity: `${quantity}${isWeighted ? ', weighted' : ''}`,
    worst: worstDifference(values, file.read(wanted).data),
    tolerance: tolerances.criterion,
  });
  return [
    check(name, (found['loss'] as Tensor<'float32'>).data, reference),
    check(`${name} gradient`, (found['gradient'] as Tensor<'float32'>).data, `${reference}.grad`),
    ...(isWeighted
      ? []
      : [check(`${name} outside a graph`, [criterion.value(given.data, labels, outputs)], reference)]),
  ];
}
