/** Parity of the trained network: logits, losses, all gradients, five AdamW steps; and parameter counts at full size. */
import { readFileSync } from 'node:fs';
import { float32, sizeOf, type Tensor } from '../../base/tensor.ts';
import type { Engine, Tensors, WeightSource } from '../../engine/index.ts';
import { defineGraph, grad, input, type Value } from '../../graph/index.ts';
import {
  dropoutMaskShape,
  type NetworkConfig,
  networkLogits,
  packParameters,
  parameterLayout,
  parameterOf,
  shapeParameters,
  sliceParameters,
} from '../../models/index.ts';
import { batchLoss } from '../../training/criteria/criterion.ts';
import { crossEntropy } from '../../training/criteria/cross-entropy.ts';
import { buildTrainStep, carriedVectors } from '../../training/train-step.ts';
import { readSafetensors, type TensorFile } from '../../weights/index.ts';
import { type CaseResult, type Check, runOnce, tolerances, worstDifference, worstShare } from './compare.ts';

interface SideCaseJson {
  readonly lpm: { readonly hidden_size: number; readonly heads: number; readonly patch_size: number };
  readonly layers: number;
  readonly classes: number;
  readonly side_size: number;
  readonly learnable: number;
  readonly side_reduction: number;
  readonly prompts: number;
  readonly prompt_proj: boolean;
}

/**
 * A bias of the keys adds the same to every score of a query, which softmax cancels: its gradient is exactly zero, and
 * what a float32 program gets (1e-9) is the rounding of its own order of sums. AdamW divides by the gradient's own
 * size and turns that noise into steps of up to lr, so two right programs agree there only within lr a step.
 */
const noiseGradient = 1e-7;

/** The side ViT's epsilon in the reference modules: the default of HF's ViT. */
const referenceEps = 1e-12;

function configOf(json: SideCaseJson, tokens: number): NetworkConfig {
  const { hidden_size: width, heads, patch_size: patch } = json.lpm;
  return {
    lpm: { width, heads, patch, eps: referenceEps, channels: 3 },
    method: json.prompt_proj ? 'fpt' : 'fpt+',
    layers: json.layers,
    classes: json.classes,
    sideSize: json.side_size,
    sideWidth: width / json.side_reduction,
    prompts: json.prompts,
    tokens,
  };
}

/** What of a file of reference numbers is read; a case whose names are others than ours gives it under ours. */
export type ReferenceTensors = Pick<TensorFile, 'names' | 'read' | 'readAny' | 'metadata'>;

/** Compares the trained network on one case. */
export async function checkSideCase(
  engine: Engine,
  configPath: string,
  casePath: string,
  name: string,
): Promise<CaseResult> {
  const json = JSON.parse(readFileSync(configPath, 'utf8')) as SideCaseJson;
  const file = readSafetensors(casePath);
  try {
    const config = configOf(json, file.info('key').shape[3] as number);
    const inputs = { image: file.read('x'), keys: file.read('key'), values: file.read('value') };
    return { name, checks: await checkTrained(engine, config, file, inputs, json.learnable) };
  } finally {
    file.close();
  }
}

/**
 * The checks of any trained network: learnable parameters, logits, loss, gradients, five AdamW steps.
 * @param inputs the network's own
 * @param weights of its graph that it does not train
 */
export async function checkTrained(
  engine: Engine,
  config: NetworkConfig,
  file: ReferenceTensors,
  inputs: Tensors,
  learnable: number,
  weights?: WeightSource,
): Promise<Check[]> {
  const layout = parameterLayout(config);
  const flat = new Float32Array(layout.total);
  for (const { name: entry, offset } of layout.entries) flat.set(file.read(`param.${entry}`).data, offset);
  const network: Tensors = { params: float32([layout.total], flat), ...inputs, labels: labelsOf(file) };
  return [
    { quantity: 'learnable parameters', worst: Math.abs(layout.total - learnable), tolerance: 0 },
    ...(await checkGradients(engine, config, file, network, Object.keys(inputs), weights)),
    ...(await checkSteps(engine, config, file, network, weights)),
  ];
}

function labelsOf(file: ReferenceTensors): Tensor {
  const labels = file.readAny('y');
  return labels.dtype === 'int64'
    ? { dtype: 'int32', shape: labels.shape, data: Int32Array.from(labels.data, Number) }
    : labels;
}

async function checkGradients(
  engine: Engine,
  config: NetworkConfig,
  file: ReferenceTensors,
  network: Tensors,
  inputs: readonly string[],
  weights: WeightSource | undefined,
): Promise<Check[]> {
  const layout = parameterLayout(config);
  const leaf = (name: string): Value => input(name, network[name]!.shape, network[name]!.dtype);
  const parts = sliceParameters(layout, leaf('params'));
  const labels = leaf('labels');
  const logits = networkLogits(
    config,
    shapeParameters(layout, parts),
    Object.fromEntries(inputs.map((name) => [name, leaf(name)])),
  );
  const loss = batchLoss(crossEntropy, logits, { labels });
  const outputs: Record<string, Value> = { logits, loss };
  const weighted = file.names.map((n) => /^loss\.weighted_(.+)$/.exec(n)?.[1]).find((w) => w !== undefined);
  if (weighted !== undefined)
    outputs['weighted'] = batchLoss(crossEntropy, logits, { labels }, input('class_weights', [config.classes]));
  const gradients = grad(loss, parts);
  outputs['gradients'] = packParameters(layout, gradients);
  const results = await runOnce(
    engine,
    defineGraph({ outputs }),
    weighted === undefined
      ? network
      : { ...network, class_weights: float32([config.classes], weighted.split('_').map(Number)) },
    weights,
  );
  const found = (name: string): Float32Array => (results[name] as Tensor<'float32'>).data;
  const shares = layout.entries.map(({ name }) =>
    worstShare(parameterOf(layout, found('gradients'), name), file.read(`grad.${name}`).data, tolerances.gradient),
  );
  return [
    {
      quantity: 'logits',
      worst: worstDifference(found('logits'), file.read('logits').data),
      tolerance: tolerances.logits,
    },
    { quantity: 'loss', worst: worstDifference(found('loss'), file.read('loss').data), tolerance: tolerances.loss },
    ...(weighted === undefined
      ? []
      : [
          {
            quantity: 'weighted loss',
            worst: worstDifference(found('weighted'), file.read(`loss.weighted_${weighted}`).data),
            tolerance: tolerances.loss,
          },
        ]),
    {
      quantity: `${layout.entries.length} gradients (share of 1e-4 or 1e-3 relative)`,
      worst: Math.max(...shares),
      tolerance: 1,
    },
  ];
}

/** The very graph that training runs, as often as the case has losses. */
async function checkSteps(
  engine: Engine,
  config: NetworkConfig,
  file: ReferenceTensors,
  network: Tensors,
  weights: WeightSource | undefined,
): Promise<Check[]> {
  const layout = parameterLayout(config);
  const losses = file.read('adamw.losses').data;
  const norms = file.read('adamw.grad_norms').data;
  const batch = network['labels']!.shape[0] as number;
  const graph = buildTrainStep(config, {
    batch,
    weighted: false,
    weightDecay: Number(file.metadata['weight_decay'] ?? 0.1),
    keptDType: 'float32',
  });
  const mask = dropoutMaskShape(config, batch);
  const noDropout = mask && { dropout_mask: float32(mask, new Float32Array(sizeOf(mask)).fill(1)) };
  // The README of the methods' cases gives the rate that those of the side network name themselves.
  const lr = Number(file.metadata['lr'] ?? 1e-3);
  // Carried as training carries them: a device that keeps them wrongly must be found out.
  const executable = await engine.compile(graph, weights, { carried: carriedVectors() });
  const zeros = float32([layout.total], new Float32Array(layout.total));
  const { params: start, ...examples } = network;
  let after: Tensors = {};
  const foundLosses: number[] = [];
  const foundNorms: number[] = [];
  try {
    for (let step = 1; step <= losses.length; step++) {
      const outputs = await executable.run({
        ...examples,
        ...(step === 1 ? { params: start as Tensor, m: zeros, v: zeros } : {}),
        step: float32([], [step]),
        lr: float32([], [lr]),
        ...noDropout,
      });
      foundLosses.push(outputs['loss']!.data[0] as number);
      foundNorms.push(outputs['grad_norm']!.data[0] as number);
    }
    after = (await executable.read?.()) ?? {};
  } finally {
    await executable.dispose();
  }
  const params = (after['next_params'] as Tensor<'float32'>).data;
  const moved = layout.entries.map(({ name }) => ({
    worst: worstDifference(parameterOf(layout, params, name), file.read(`adamw.param.${name}`).data),
    isNoise: file.read(`grad.${name}`).data.every((g) => Math.abs(g) < noiseGradient),
  }));
  const worstOf = (isNoise: boolean): number =>
    Math.max(0, ...moved.filter((entry) => entry.isNoise === isNoise).map((entry) => entry.worst));
  const steps = losses.length;
  return [
    { quantity: `losses of ${steps} steps`, worst: worstDifference(foundLosses, losses), tolerance: tolerances.loss },
    { quantity: 'gradient norms (share)', worst: worstShare(foundNorms, norms, tolerances.gradient), tolerance: 1 },
    { quantity: 'parameters after them', worst: worstOf(false), tolerance: tolerances.parameter },
    {
      quantity: 'key biases after them (no gradient but rounding)',
      worst: worstOf(true),
      tolerance: steps * lr,
    },
  ];
}

/** Sizes of the published LPMs that learnable.json names. */
const published: Readonly<Record<string, { readonly width: number; readonly heads: number; readonly layers: number }>> =
  {
    'ViT-B/16': { width: 768, heads: 12, layers: 12 },
    'ViT-L/16': { width: 1024, heads: 16, layers: 24 },
  };

/** The exact number of learnable parameters at full size: 900,965 for FPT+ on ViT-B/16 with five classes. */
export function checkLearnable(path: string, name: string): CaseResult {
  const rows = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly lpm: string;
    readonly method: string;
    readonly classes: number;
    readonly learnable: number;
  }[];
  return {
    name,
    checks: rows.map((row) => {
      const lpm = published[row.lpm];
      const isFpt = row.method === 'FPT';
      const total =
        lpm === undefined
          ? Number.NaN
          : parameterLayout({
              lpm: { ...lpm, patch: 16, eps: referenceEps, channels: 3 },
              method: isFpt ? 'fpt' : 'fpt+',
              layers: isFpt ? lpm.layers : lpm.layers / 2,
              classes: row.classes,
              sideSize: isFpt ? 224 : 128,
              sideWidth: lpm.width / 8,
              prompts: 16,
              tokens: 1,
            }).total;
      return {
        quantity: `${row.method} on ${row.lpm}: ${total.toLocaleString('en')} learnable`,
        worst: Math.abs(total - row.learnable),
        tolerance: 0,
      };
    }),
  };
}
