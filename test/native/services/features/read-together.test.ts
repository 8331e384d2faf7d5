/** One pass of the LPM for several kinds of features: the same bytes as one kind after the other, and only where they are. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Method } from '../../../../core/contract/index.ts';
import type { Engine, Executable, Tensors } from '../../../../core/engine/index.ts';
import { methodLayers } from '../../../../core/models/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { featuresOf } from '../../../../core/services/features/feature-kinds.ts';
import { prepareTogether } from '../../../../core/services/features/read-together.ts';
import { type Features, prepareFeatures } from '../../../../core/services/features/source-features.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { provideLpm } from '../../../../core/services/lpm/bundled.ts';
import { openLibraryLpm, requireLpm } from '../../../../core/services/lpm/encoder.ts';
import { imageKey, openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { versionImages } from '../../../../core/store/index.ts';
import { testServices, writeStudies } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const methods: readonly Method[] = ['attentive', 'fpt+', 'linear'];

/** Runs of the LPM, by the outputs that were asked for; `altered` changes what a graph of all kinds gives. */
function watched(engine: Engine, runs: string[], altered: boolean): Engine {
  return {
    ...engine,
    info: engine.info,
    compile: async (graph, weights, options): Promise<Executable> => {
      const executable = await engine.compile(graph, weights, options);
      return {
        dispose: () => executable.dispose(),
        run: async (inputs) => {
          const outputs = await executable.run(inputs);
          const names = Object.keys(outputs).filter((name) => ['keys', 'all_tokens', 'class_token'].includes(name));
          if (names.length > 0) runs.push(names.sort().join(' '));
          const token = outputs['class_token'];
          if (!altered || names.length < 3 || token?.dtype !== 'float32') return outputs;
          return { ...outputs, class_token: { ...token, data: token.data.map((x) => x * (1 + 1e-6)) } } as Tensors;
        },
      } as Executable;
    },
  } as Engine;
}

/** A library of its own, and what is asked in it for the three methods. */
async function asked() {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 6);
  const plain = await testServices(join(folder, 'library'));
  await importPaths(plain, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  const name = await provideLpm(plain, 'embedded');
  const lpm = openLibraryLpm(plain, requireLpm(plain, name));
  const version = freezeDataset(plain, { dataset: 'discs', seed: 0 });
  const images = versionImages(plain.library.db, version.id);
  const shared = {
    ...{ version, images, lpm, inputSize: 224, tokenRatio: 0.2, rule: {} },
    ...({ tokens: 'global', normalisation: 'dataset' } as const),
  };
  const kinds = methods.map((method) => ({
    layers: methodLayers(lpm.config, method),
    features: featuresOf(method),
  }));
  return { folder, plain, lpm, images, shared, kinds };
}

/** Features of the three methods as bytes; with the runs of the LPM that they took. */
async function featuresIn(way: 'alone' | 'together' | 'altered'): Promise<{ bytes: string[]; runs: string[] }> {
  const { plain, lpm, images, shared, kinds } = await asked();
  const runs: string[] = [];
  const engine = watched(await plain.engine(), runs, way === 'altered');
  const context: ServiceContext = { ...plain, engine: async () => engine };
  const all: Features[] = [];
  try {
    if (way === 'alone') for (const one of kinds) all.push(await prepareFeatures(context, { ...shared, ...one }));
    else all.push(...(await prepareTogether(context, shared, kinds)));
    const bytes: string[] = [];
    for (const [i, { records }] of all.entries()) {
      for (const kind of kinds[i]?.features ?? []) {
        for (const { instanceId, frame } of images) {
          bytes.push(
            Buffer.from((await records.get(kind)?.read(kind, imageKey(instanceId, frame))) ?? []).toString('base64'),
          );
        }
      }
    }
    return { bytes, runs };
  } finally {
    for (const one of all) await one.close();
    lpm.close();
  }
}

test('the LPM in the box gives every byte of its features alike, asked for together or one kind after the other, and reads each image once', async () => {
  const alone = await featuresIn('alone');
  const together = await featuresIn('together');
  expect(together.bytes.every((bytes, i) => bytes === alone.bytes[i])).toBe(true);
  expect(together.bytes).toHaveLength(3 * 12);
  const all = 'all_tokens class_token keys';
  // Of the first image both ways are compared; the others are read once.
  expect(together.runs.filter((outputs) => outputs !== all).toSorted()).toEqual(['all_tokens', 'class_token', 'keys']);
  expect(together.runs.filter((outputs) => outputs === all)).toHaveLength(13);
  expect(alone.runs).toHaveLength(3 * 12);

  // An engine that gives other last digits then is asked kind by kind, so that features stay what they are alone.
  const altered = await featuresIn('altered');
  expect(altered.bytes.every((bytes, i) => bytes === alone.bytes[i])).toBe(true);
  expect(altered.runs.filter((outputs) => outputs === all)).toHaveLength(1);
}, 240_000);

test('images are decoded and measured once for all kinds of features, also those that cannot be decoded, which every kind names', async () => {
  const { folder, plain, lpm, images, shared, kinds } = await asked();
  rmSync(join(folder, 'studies', 'p0', 's0', 'image.dcm'));
  const told = { decoding: 0, statistics: 0 };
  const context: ServiceContext = {
    ...plain,
    progress: ({ stage }) => {
      if (stage === 'decoding' || stage === 'statistics') told[stage]++;
    },
  };
  const all = await prepareTogether(context, shared, kinds);
  const training = (all[0] as Features).images.filter(({ split }) => split === 'train');
  expect(told).toEqual({ decoding: images.length, statistics: training.length });
  expect(all.map((one) => [one.images.length, one.problems.count])).toEqual(kinds.map(() => [images.length - 1, 1]));
  for (const one of all) await one.close();
  lpm.close();
}, 120_000);

test('where the pass fails, each store is left once: one that another job uses stays open', async () => {
  const { plain, lpm, shared, kinds } = await asked();
  const others = openPreviewStore(plain, 224, {});
  const engine = await plain.engine();
  const failing = { ...engine, info: engine.info, compile: () => Promise.reject(new Error('no such graph')) } as Engine;
  // Too few kinds to be read together: each is asked for on its own.
  const wanted = kinds.slice(0, 1);
  await expect(prepareTogether({ ...plain, engine: async () => failing }, shared, wanted)).rejects.toThrow(
    'no such graph',
  );
  expect(others.isOpen).toBe(true);
  await others.close();
  expect(others.isOpen).toBe(false);
  lpm.close();
}, 60_000);
