/**
 * The ONNX bytes of every network graph, by hash.
 *
 * A refactoring of models, training or emission must leave them as they are: the bytes depend on the structure alone, so
 * these hashes are exact on every machine. Only a change that means to compute something else gives new ones (they
 * stand in the failing test), and says so.
 * The rows of methods that were there at commit 2fb3ab2 were made from its code; a method added later brings its own.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Method, methods } from '../../../core/contract/index.ts';
import { emitOnnx, type Graph } from '../../../core/graph/index.ts';
import {
  buildEvidence,
  buildLpmEncoder,
  extractedLayers,
  type LpmConfig,
  type NetworkConfig,
  networkConfig,
  noAttention,
  plainVit,
  trainingMethods,
} from '../../../core/models/index.ts';
import { buildGradient, buildUpdate } from '../../../core/training/accumulated-step.ts';
import { buildPredict, buildTrainStep } from '../../../core/training/train-step.ts';
import { repositoryRoot } from '../../support/shared.ts';

interface Sizes {
  readonly lpm: LpmConfig;
  readonly inputSize: number;
  readonly classes: number;
  readonly batch: number;
}

/** A configuration small enough to read, the LPM in the box, and the paper's ViT-B/16. */
const configurations: Readonly<Record<string, Sizes>> = {
  small: {
    lpm: plainVit({ width: 32, layers: 3, heads: 2, patch: 8, imageSize: 64 }),
    inputSize: 64,
    classes: 3,
    batch: 4,
  },
  'vit-tiny': {
    lpm: plainVit({ width: 192, layers: 12, heads: 3, patch: 16, imageSize: 224 }),
    inputSize: 512,
    classes: 2,
    batch: 16,
  },
  'vit-base': {
    lpm: plainVit({ width: 768, layers: 12, heads: 12, patch: 16, imageSize: 224 }),
    inputSize: 512,
    classes: 5,
    batch: 16,
  },
};

/** Whether a network reads features that can be kept in 8 bits instead of 16. */
function isKeptInHalves(config: NetworkConfig): boolean {
  return Object.values(trainingMethods[config.method].inputs(config, 1)).some(({ dtype }) => dtype === 'float16');
}

/** Every graph that a method trains, predicts and explains with. Those that run the LPM train in parts of two images, as is the default. */
function methodGraphs({ lpm, inputSize, classes, batch }: Sizes, method: Method): Record<string, Graph> {
  const config = networkConfig(lpm, { method, classes, inputSize });
  const evidence =
    noAttention(config, lpm) === null ? { evidence: buildEvidence(config, { frozen: { lpm, inputSize } }) } : {};
  if (trainingMethods[method].microBatches) {
    return {
      gradient: buildGradient(config, { batch: 2, weighted: false }),
      'gradient, weighted': buildGradient(config, { batch: 2, weighted: true }),
      update: buildUpdate(config, { weightDecay: 0.1 }),
      predict: buildPredict(config, { batch: 1 }),
      ...evidence,
    };
  }
  return {
    step: buildTrainStep(config, { batch, weighted: false, weightDecay: 0.1 }),
    'step, weighted': buildTrainStep(config, { batch, weighted: true, weightDecay: 0.1 }),
    predict: buildPredict(config, { batch }),
    ...(isKeptInHalves(config) && {
      'step, 8 bits': buildTrainStep({ ...config, keptAs: 'int8' }, { batch, weighted: false, weightDecay: 0.1 }),
      'predict, 8 bits': buildPredict({ ...config, keptAs: 'int8' }, { batch }),
    }),
    ...evidence,
  };
}

/** The LPM's graph as each kind of features asks for it. */
function encoderGraphs({ lpm, inputSize }: Sizes): Record<string, Graph> {
  const options = {
    batch: 1,
    height: inputSize,
    width: inputSize,
    tokenRatio: 0.2,
    keysValues: true,
    classToken: false,
  };
  const half = extractedLayers(lpm, 'half');
  return {
    'half, global': buildLpmEncoder(lpm, { ...options, layers: half, tokens: 'global' }),
    'half, class token': buildLpmEncoder(lpm, { ...options, layers: half, tokens: 'class_token' }),
    'all, global': buildLpmEncoder(lpm, { ...options, layers: extractedLayers(lpm, 'all'), tokens: 'global' }),
    'class token alone': buildLpmEncoder(lpm, {
      ...options,
      layers: half,
      tokens: 'global',
      keysValues: false,
      classToken: true,
    }),
    'all tokens of three layers': buildLpmEncoder(lpm, {
      ...options,
      layers: extractedLayers(lpm, 'three'),
      tokens: 'global',
      keysValues: false,
      allTokens: true,
    }),
  };
}

function hashes(graphs: Record<string, Graph>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(graphs).map(([name, graph]) => [name, createHash('sha256').update(emitOnnx(graph)).digest('hex')]),
  );
}

const golden = JSON.parse(readFileSync(join(repositoryRoot, 'test/golden/onnx-sha256.json'), 'utf8')) as Record<
  string,
  Record<string, Record<string, string>>
>;

describe.each(Object.keys(configurations))('the ONNX bytes of %s', (name) => {
  const sizes = configurations[name] as Sizes;

  test.each(methods)('%s are those of the golden file', (method) => {
    expect(hashes(methodGraphs(sizes, method))).toEqual(golden[name]?.[method]);
  });

  test("the LPM's are those of the golden file", () => {
    expect(hashes(encoderGraphs(sizes))).toEqual(golden[name]?.['encoder']);
  });
});
