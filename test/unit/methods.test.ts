/** A method is what its object in core/models/methods says: complete, at one with its graphs and its stored features, and asked for by no name. */
import { describe, expect, test } from 'vitest';
import { type Method, methods } from '../../core/contract/index.ts';
import {
  dropoutMaskShape,
  methodLayers,
  networkConfig,
  parameterLayout,
  plainVit,
  readsImage,
  storedInputs,
  trainingMethods,
} from '../../core/models/index.ts';
import { featureInputs, featuresOf, hasChannels, recordBytes } from '../../core/services/features/feature-kinds.ts';
import { buildPredict, buildTrainStep } from '../../core/training/train-step.ts';
import { comparisonWith, expectPromised, placesOf, sources } from '../support/sources.ts';

const lpm = plainVit({ width: 32, layers: 3, heads: 2, patch: 8, imageSize: 64 });
const inputSize = 64;
const batch = 2;

const configOf = (method: Method) => networkConfig(lpm, { method, classes: 3, inputSize });

describe.each(methods)('%s', (method) => {
  const config = configOf(method);
  const inputs = trainingMethods[method].inputs(config, batch);

  test('has graphs that read what it says they read, and parameters of its layout', () => {
    const own = Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
    const total = { params: { shape: [parameterLayout(config).total], dtype: 'float32' } };
    expect(inputsOf(buildPredict(config, { batch }))).toEqual({ ...total, ...own });
    const mask = dropoutMaskShape(config, batch);
    const trained = inputsOf(buildTrainStep(config, { batch, weighted: false }));
    for (const name of ['m', 'v', 'step', 'lr', 'labels']) delete trained[name];
    expect(trained).toEqual({
      ...total,
      ...own,
      ...(mask === null ? {} : { dropout_mask: { shape: mask, dtype: 'float32' } }),
    });
  });

  test('gets from stored features what it reads besides its image', () => {
    const settings = { inputSize, tokens: 'global', tokenRatio: 0.2, layers: methodLayers(lpm, method) } as const;
    const loaded = featuresOf(method).map((kind) => {
      const records = Array.from({ length: batch }, () => new Uint8Array(recordBytes(kind, lpm, settings)));
      return featureInputs(kind, config, records);
    });
    const found = Object.entries(Object.assign({}, ...loaded) as Record<string, { shape: unknown; dtype: unknown }>);
    const { image, ...features } = inputs;
    expect(Object.fromEntries(found.map(([name, { shape, dtype }]) => [name, { shape, dtype }]))).toEqual(features);
    expect(readsImage(config)).toBe(image !== undefined);
  });

  test('reads features of many tokens in 8 bits, beside the largest of each channel', () => {
    const kept = networkConfig(lpm, { method, classes: 3, inputSize, keptAs: 'int8' });
    expect(kept.keptAs).toBe(hasChannels(method) ? 'int8' : undefined);
    const layers = methodLayers(lpm, method);
    const settings = { inputSize, tokens: 'global', tokenRatio: 0.2, keptAs: 'int8', layers } as const;
    const wanted = Object.entries(storedInputs(kept, batch)).map(([name, { shape, dtype }]) => [
      name,
      { shape, dtype },
    ]);
    const { params: _, ...read } = inputsOf(buildPredict(kept, { batch }));
    expect(read).toEqual(Object.fromEntries(wanted));
    const loaded = featuresOf(method).map((kind) => {
      const records = Array.from({ length: batch }, () => new Uint8Array(recordBytes(kind, lpm, settings)));
      return featureInputs(kind, kept, records);
    });
    const found = Object.entries(Object.assign({}, ...loaded) as Record<string, { shape: unknown; dtype: unknown }>);
    expect(Object.fromEntries(found.map(([name, { shape, dtype }]) => [name, { shape, dtype }]))).toEqual(
      Object.fromEntries(wanted.filter(([name]) => name !== 'image')),
    );
  });

  test('names no parameter twice, and has an image where it says its size', () => {
    const names = parameterLayout(config).entries.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(trainingMethods[method].imageSize(lpm, inputSize)).toBe(readsImage(config) ? config.sideSize : null);
  });
});

function inputsOf(graph: ReturnType<typeof buildPredict>): Record<string, { shape: unknown; dtype: unknown }> {
  return Object.fromEntries(graph.inputs.map(({ name, shape, dtype }) => [name ?? '', { shape, dtype }]));
}

const comparison = comparisonWith(methods);

test('nothing compares a method with a name: what differs is a field of its object', () => {
  for (const line of ["m === 'fpt+'", "'full' !== m", "case 'linear':", "['fpt', 'fpt+'].includes(m)"]) {
    expect(line).toMatch(comparison);
  }
  expect(sources.filter(({ text }) => comparison.test(text)).map(({ path }) => path)).toEqual([]);
});

test('a method is named where CONTRIBUTING says that one is added, and nowhere else in the program', () => {
  // The demo compares three methods by name: that table is what it is for, and a new method need not be in it.
  const demo = 'core/services/walkthrough/demo.ts';
  // What a search tries is a table too, of methods that are quick enough to be tried: not every method is in it.
  const tried = 'core/services/recipe/plan.ts';
  const places = placesOf('side-only').filter((path) => path !== demo && path !== tried);
  expect(places).toEqual([
    'core/contract/names.ts',
    'core/models/methods/index.ts',
    'renderer/i18n/de/judge.ts',
    'renderer/i18n/de/train.ts',
    'renderer/i18n/en/judge.ts',
    'renderer/i18n/en/train.ts',
  ]);
  // Its own object is the place more.
  expectPromised('method', places, ['core/models/methods/']);
});
