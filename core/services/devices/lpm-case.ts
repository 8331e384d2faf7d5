/** Parity of the encoder: hidden state, keys, values, scores, important tokens. */
import { join } from 'node:path';
import { invariant } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { Engine, Precision, Tensors } from '../../engine/index.ts';
import {
  buildLpmEncoder,
  canonicalReader,
  canonicalShapes,
  encoderWeights,
  hasClassToken,
  identityFacts,
  type LpmConfig,
  parseLpmConfig,
  type TokenScore,
} from '../../models/index.ts';
import { hashTensors, openModelFolder, readSafetensors, type TensorFile } from '../../weights/index.ts';
import { type CaseResult, type Check, type LpmTolerances, lpmTolerances, runOnce, worstDifference } from './compare.ts';

/** A model folder's configuration and weights. The number of heads may come from a case, where the folder lacks it. */
export function openModel(
  folder: string,
  heads?: number,
): { readonly config: LpmConfig; readonly read: (name: string) => Tensor<'float32'>; readonly close: () => void } {
  const { tensors, config: json, preprocessor, openClip } = openModelFolder(folder);
  const { num_attention_heads: own, vision_config: vision } = (json ?? {}) as Record<string, unknown>;
  const ofVision = (vision as { num_attention_heads?: unknown } | undefined)?.num_attention_heads;
  const isKnown = typeof (own ?? ofVision) === 'number' || openClip !== null;
  const config = parseLpmConfig(tensors, json, preprocessor, {
    openClip,
    ...(isKnown || heads === undefined ? {} : { heads }),
  });
  return { config, read: canonicalReader(config, tensors), close: () => tensors.close() };
}

/** Both rules of importance and every form of the network; what encoding uses by default, once. */
type Extent = 'every form' | 'as encoding runs it';

/** Compares the encoder on one case file of a model folder. */
export async function checkLpmCase(
  engine: Engine,
  folder: string,
  file: string,
  name: string,
  extent: Extent = 'every form',
  precision: Precision = 'f32',
): Promise<CaseResult> {
  const allowed = lpmTolerances[precision];
  const expected = readSafetensors(join(folder, file));
  const layers = JSON.parse(expected.metadata['layers'] ?? '[]') as number[];
  const tokenRatio = Number(expected.metadata['token_ratio'] ?? 0.2);
  const model = openModel(folder, expected.info(`layer${layers[0]}.key`).shape[1]);
  try {
    const pixels = expected.read('pixel_values');
    const [batch, , height, width] = pixels.shape as [number, number, number, number];
    const weights = encoderWeights(model.config, model.read, { height, width });
    const checks: Check[] = [];
    const rules = extent === 'every form' ? tokenRulesOf(model.config) : (['global'] as const);
    for (const tokens of rules) {
      const shared = { batch, height, width, layers, tokenRatio, tokens, keysValues: true };
      if (extent !== 'every form') {
        const short = buildLpmEncoder(model.config, { ...shared, classToken: true, details: true });
        const outputs = await runOnce(engine, short, { pixel_values: pixels }, weights, { precision });
        checks.push(...compareLayers(expected, layers, tokens, outputs, allowed));
        checks.push(...compareSummary(model.config, expected, outputs, allowed));
        continue;
      }
      // The whole network, and the two short forms that encoding uses.
      const whole = buildLpmEncoder(model.config, { ...shared, classToken: true, hiddenState: true, details: true });
      const outputs = await runOnce(engine, whole, { pixel_values: pixels }, weights, { precision });
      checks.push(...compareLayers(expected, layers, tokens, outputs, allowed));
      checks.push({
        quantity: 'hidden state',
        worst: worstDifference(data(outputs, 'last_hidden_state'), expected.read('last_hidden_state').data),
        tolerance: allowed.encoder,
      });
      for (const classToken of [false, true]) {
        const short = buildLpmEncoder(model.config, { ...shared, classToken, details: true });
        const cut = await runOnce(engine, short, { pixel_values: pixels }, weights, { precision });
        checks.push(...compareLayers(expected, layers, tokens, cut, allowed));
        if (classToken) checks.push(...compareSummary(model.config, expected, cut, allowed));
      }
    }
    return { name, checks: worstOfEach(checks) };
  } finally {
    model.close();
    expected.close();
  }
}

function data(outputs: Tensors, name: string): Float32Array {
  const tensor = outputs[name];
  invariant(tensor?.dtype === 'float32', `the graph gave no float32 ${name}`);
  return tensor.data;
}

/** The rules of importance that an LPM can be asked for: one without a class token is not asked what that attends to. */
function tokenRulesOf(config: LpmConfig): readonly TokenScore[] {
  return hasClassToken(config) ? ['global', 'class_token'] : ['global'];
}

/** Where the case has it, the pooled output; else the first token of the hidden state. Without either there is nothing to compare. */
function compareSummary(
  config: LpmConfig,
  expected: TensorFile,
  outputs: Tensors,
  allowed: LpmTolerances,
): readonly Check[] {
  const isPooled = expected.names.includes('pooler_output');
  const isFirstToken = hasClassToken(config) && config.summary === undefined && config.lastNorm === undefined;
  if (!isPooled && !isFirstToken) return [];
  const wanted = isPooled ? expected.read('pooler_output').data : firstTokens(expected.read('last_hidden_state'));
  return [
    {
      quantity: isFirstToken ? 'class token' : 'summary',
      worst: worstDifference(data(outputs, 'class_token'), wanted),
      tolerance: allowed.encoder,
    },
  ];
}

/** The first token of each image, [batch, width]. */
function firstTokens(hidden: Tensor<'float32'>): readonly number[] {
  const [batch, tokens, width] = hidden.shape as [number, number, number];
  return Array.from({ length: batch }, (_, b) => [
    ...hidden.data.subarray(b * tokens * width, b * tokens * width + width),
  ]).flat();
}

/** Keys, values, scores and important tokens of each layer. */
function compareLayers(
  expected: TensorFile,
  layers: readonly number[],
  kind: TokenScore,
  outputs: Tensors,
  allowed: LpmTolerances,
): Check[] {
  const indices = outputs['indices'];
  invariant(indices?.dtype === 'int32', 'the graph gave no int32 indices');
  const part = (name: string, l: number): Float32Array => {
    const all = data(outputs, name);
    return all.subarray((l * all.length) / layers.length, ((l + 1) * all.length) / layers.length);
  };
  return layers.flatMap((layer, l) => {
    const read = (name: string): Tensor<'float32'> => expected.read(`layer${layer}.${name}`);
    const key = read('key');
    const value = read('value');
    const scores = read(`${kind}.score`);
    const wantedIndices = expected.readAny(`layer${layer}.${kind}.index`).data as Int32Array;
    const perLayer = indices.data.length / layers.length;
    const foundIndices = indices.data.subarray(l * perLayer, (l + 1) * perLayer);
    const at = (all: Tensor<'float32'>): Float32Array => gathered(all, foundIndices);
    const check = (quantity: string, found: Float32Array, wanted: Float32Array, tolerance: number): Check => ({
      quantity,
      worst: worstDifference(found, wanted),
      tolerance,
    });
    return [
      check('keys', part('all_keys', l), key.data, allowed.encoder),
      check('values', part('all_values', l), value.data, allowed.encoder),
      check('scores', part('scores', l), scores.data, allowed.score),
      { quantity: 'indices', worst: wrongIndices(foundIndices, wantedIndices, scores, allowed.tie), tolerance: 0 },
      // Where tokens tie, ours may be another than the reference's: its own key is then the right one.
      check('kept keys', part('keys', l), at(key), allowed.encoder),
      check('kept values', part('values', l), at(value), allowed.encoder),
    ];
  });
}

/** How many chosen tokens differ from the reference although their scores do not tie. */
function wrongIndices(found: Int32Array, wanted: Int32Array, scores: Tensor<'float32'>, tie: number): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const tokens = scores.shape.at(-1) as number;
  const kept = found.length / (scores.data.length / tokens);
  let wrong = 0;
  for (let i = 0; i < found.length; i++) {
    const row = Math.floor(i / kept) * tokens;
    const difference = Math.abs(scores.data[row + (found[i] as number)]! - scores.data[row + (wanted[i] as number)]!);
    if (found[i] !== wanted[i] && !(difference <= tie)) wrong++;
  }
  return wrong;
}

/** Rows of [batch, heads, tokens, d] at indices [batch, heads, kept]. */
function gathered(all: Tensor<'float32'>, indices: Int32Array): Float32Array {
  const [batch, heads, tokens, d] = all.shape as [number, number, number, number];
  const kept = indices.length / (batch * heads);
  const out = new Float32Array(indices.length * d);
  for (let i = 0; i < indices.length; i++) {
    const row = Math.floor(i / kept) * tokens + (indices[i] as number);
    out.set(all.data.subarray(row * d, row * d + d), i * d);
  }
  return out;
}

/** One check a quantity: the worst over layers, scores and forms of the network. */
function worstOfEach(checks: readonly Check[]): Check[] {
  const worst = new Map<string, Check>();
  for (const check of checks) {
    if (!(check.worst <= (worst.get(check.quantity)?.worst ?? -1))) worst.set(check.quantity, check);
  }
  return [...worst.values()];
}

/**
 * A model folder without cases, against a folder that has the same architecture: same weights up to the rounding of
 * its element type, and for float32 the same identity.
 */
export function checkSameWeights(folder: string, others: readonly string[], name: string): CaseResult | null {
  const model = openModel(folder);
  try {
    const shapes = canonicalShapes(model.config);
    for (const other of others) {
      const reference = openModel(other, model.config.heads);
      try {
        if (JSON.stringify([...canonicalShapes(reference.config)]) !== JSON.stringify([...shapes])) continue;
        let worst = 0;
        for (const tensor of shapes.keys()) {
          const wanted = reference.read(tensor).data;
          // float16 keeps 11 bits, bfloat16 8: relative to the value, or to the smallest normal float16.
          worst = Math.max(worst, worstRelative(model.read(tensor).data, wanted));
        }
        if (worst > 2 ** -8) continue;
        const hash = (m: typeof model): string => hashTensors([...shapes.keys()], m.read, identityFacts(m.config));
        const differs = worst === 0 && hash(model) !== hash(reference) ? 1 : 0;
        return {
          name,
          checks: [
            { quantity: `weights as ${other.split(/[\\/]/).at(-1)} (relative)`, worst, tolerance: 2 ** -8 },
            { quantity: 'identity differs although the weights do not', worst: differs, tolerance: 0 },
          ],
        };
      } finally {
        reference.close();
      }
    }
    return null;
  } finally {
    model.close();
  }
}

function worstRelative(found: Float32Array, wanted: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    worst = Math.max(worst, Math.abs(found[i]! - wanted[i]!) / Math.max(Math.abs(wanted[i]!), 2 ** -14));
  }
  return worst;
}
