import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstanceId } from '../../../../core/contract/index.ts';
import { datasetSummarySchema, lpmRecordSchema, orderClasses } from '../../../../core/contract/index.ts';
import { framesOf, freezeDataset, listDatasets } from '../../../../core/services/datasets/dataset.ts';
import { addLpm, listLpms } from '../../../../core/services/lpm/add.ts';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { imageKey, openFeatureStore, openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import { addLabel, addToDataset, auditEvents, ensureDataset, versionImages } from '../../../../core/store/index.ts';
import { addPlacedInstance, fillDataset, madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const repeat = (n: number, label: string) => Array.from({ length: n }, () => label);

function codeAndMessage(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('freezeDataset', () => {
  test('deals patients, names the version, and gives the same version until something changes', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const { datasetId, instanceIds } = fillDataset(library, [...repeat(5, 'normal'), ...repeat(5, 'mass'), 'mass']);
    const first = freezeDataset(context, { dataset: 'demo', seed: 3 });
    expect(first).toMatchObject({ number: 1, classes: ['normal', 'mass'], seed: 3 });
    expect(freezeDataset(context, { dataset: 'demo', seed: 99 })).toEqual(first);
    const target = { kind: 'instance', id: instanceIds[0] as InstanceId } as const;
    addLabel(library.writer, datasetId, target, 'mass', 'reader', testTime);
    const second = freezeDataset(context, { dataset: 'demo' });
    expect(second.number).toBe(2);
    const splits = (id: number) => versionImages(library.db, id).map(({ instanceId, split }) => [instanceId, split]);
    expect(splits(second.id)).toEqual(splits(first.id));
    expect(auditEvents(library.db).map(({ action }) => action)).toEqual(['dataset.frozen', 'dataset.frozen']);
    expect(listDatasets(context).map((row) => datasetSummarySchema.parse(row).versions)).toEqual([2]);
  });

  test('does not depend on the order in which studies were imported', () => {
    const order = Array.from({ length: 12 }, (_, n) => n);
    const hashes = [order, order.toReversed()].map((numbers) => {
      const library = temporaryLibrary();
      const db = library.writer;
      const dataset = ensureDataset(db, 'demo', 'middle', testTime);
      for (const n of numbers) {
        const id = addPlacedInstance(db, madeInstance(n));
        addToDataset(db, dataset.id, id, testTime);
        addLabel(db, dataset.id, { kind: 'instance', id }, n % 2 === 0 ? 'a' : 'b', 'r', testTime);
      }
      return freezeDataset(testContext(library), { dataset: 'demo', seed: 1 }).contentHash;
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  test('says what is missing: the data set, a second class, patients of a class', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    fillDataset(library, [...repeat(4, 'a'), 'b', null]);
    expect(codeAndMessage(() => freezeDataset(context, { dataset: 'none' }))).toBe(
      'DATASET_NOT_FOUND: There is no data set "none" (found: "demo").',
    );
    expect(codeAndMessage(() => freezeDataset(context, { dataset: 'demo' }))).toMatch(
      /^SPLIT_IMPOSSIBLE: Class "b" has 1 patient/,
    );
    const other = temporaryLibrary();
    fillDataset(other, repeat(4, 'a'));
    expect(codeAndMessage(() => freezeDataset(testContext(other), { dataset: 'demo' }))).toBe(
      'DATASET_NOT_READY: Data set "demo" has 4 labelled instances of 1 class; training needs at least 2 classes.',
    );
  });
});

test('with two classes the one that says "nothing found" comes first', () => {
  expect(orderClasses(['mass', 'Normal'])).toEqual(['Normal', 'mass']);
  expect(orderClasses(['CT', 'MR', 'CT'])).toEqual(['CT', 'MR']);
});

test('the frame rule takes the middle, the first or every frame', () => {
  expect([framesOf('middle', 1), framesOf('middle', 5), framesOf('middle', 4)]).toEqual([[0], [2], [1]]);
  expect([framesOf('first', 4), framesOf('all', 3)]).toEqual([[0], [0, 1, 2]]);
});

describe('record stores', () => {
  test('the same LPM and preprocessing are one store, whatever order the settings are named in', async () => {
    const library = temporaryLibrary();
    const { instanceIds } = fillDataset(library, ['a']);
    const key = imageKey(instanceIds[0] as InstanceId, 0);
    const hash = 'ab'.repeat(32);
    const context = testContext(library);
    const store = openFeatureStore(context, hash, { inputSize: 512, tokens: 'global' });
    store.append('keysValues', key, Uint8Array.of(1, 2, 3));
    await store.close();
    const again = openFeatureStore(context, hash, { tokens: 'global', inputSize: 512 });
    expect(await again.read('keysValues', key)).toEqual(Uint8Array.of(1, 2, 3));
    await again.close();
    for (const other of [
      openFeatureStore(context, hash, { inputSize: 224, tokens: 'global' }),
      openFeatureStore(context, 'cd'.repeat(32), { inputSize: 512, tokens: 'global' }),
      openPreviewStore(context, 512, {}),
    ]) {
      expect(other.size).toBe(0);
      await other.close();
    }
  });
});

describe('LPMs', () => {
  const sizes = { width: 16, layers: 2, heads: 2, imageSize: 32 };

  test("an LPM is added once, whatever its folder is called, and its files are the library's own", async () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const folder = temporaryFolder();
    writeRandomLpm(join(folder, 'tiny'), 1, sizes);
    writeRandomLpm(join(folder, 'same'), 1, sizes);
    const first = await addLpm(context, { path: join(folder, 'tiny') });
    expect(first).toMatchObject({ name: 'tiny', alreadyThere: false });
    expect(await addLpm(context, { path: join(folder, 'same') })).toMatchObject({ name: 'tiny', alreadyThere: true });
    expect(listLpms(context).map((row) => lpmRecordSchema.parse(row).hash)).toEqual([first.hash]);
    expect(await addLpm(context, { path: library.path(first.folder), name: 'x' })).toMatchObject({ hash: first.hash });
  });

  test('another LPM of the same name, a pickle and a damaged file are refused and leave nothing', async () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const folder = temporaryFolder();
    writeRandomLpm(join(folder, 'a'), 1, sizes);
    writeRandomLpm(join(folder, 'b'), 2, sizes);
    await addLpm(context, { path: join(folder, 'a'), name: 'n' });
    await expect(addLpm(context, { path: join(folder, 'b'), name: 'n' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    const pickle = put(folder, 'c/pytorch_model.bin', 'x');
    await expect(addLpm(context, { path: pickle })).rejects.toMatchObject({ code: 'LPM_PICKLE_REFUSED' });
    const lying = put(
      folder,
      'd/model.safetensors',
      Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{]')]),
    );
    await expect(addLpm(context, { path: lying })).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
    expect(listLpms(context)).toHaveLength(1);
  });
});
