/** Every method through the services, and what models do when something they need is missing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { methods, type TrainOptions, type TrainReport } from '../../../../core/contract/index.ts';
import { trainingMethods } from '../../../../core/models/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { modelByName, runByName } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

const base: TrainOptions = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 8 };

describe('methods', () => {
  test('each trains, evaluates and classifies, with the learnable count of its own network', async () => {
    const { folder, context } = await discsLibrary();
    const reports: Record<string, TrainReport> = {};
    for (const method of methods) {
      reports[method] = await trainModel(context, { ...base, method, name: method });
      const report = await evaluateModel(context, { model: method });
      expect(report.image.auc).not.toBeNull();
      const out = join(folder, `${method}.csv`);
      const classified = await classifyPaths(context, { paths: [join(folder, 'studies', 'p0')], model: method, out });
      expect([classified.images, classified.studies, classified.failed]).toEqual([2, 2, 0]);
    }
    // Width 64, heads 2, patch 16, 2 classes: a head of 2 x 64 weights and 2 biases.
    expect(reports['linear']?.learnable).toBe(130);
    // A share for each of three layers, a norm of 64, 8 queries of 64, a projection of 64 to 64 / 8, and the head.
    expect(reports['attentive']?.learnable).toBe(3 + 2 * 64 + 8 * 64 + (8 * 64 + 8) + 130);
    const learnable = (method: string) => reports[method]?.learnable ?? 0;
    expect(learnable('side-only') < learnable('fpt+') && learnable('side-only') < learnable('fpt')).toBe(true);
    // 196 positions, a class token of which the graph has the sum with its position, no patch bias; and the head.
    expect(reports['full']?.learnable).toBe((reports['full']?.lpmParameters ?? 0) - 64 - 64 + 130);
    expect(reports['fpt+']?.lpmParameters).toBeGreaterThan(learnable('fpt+'));
    expect(reports['fpt+']?.peakMb).toBeGreaterThan(10);
  });

  test('a size is kept with run and model, makes another run, and is refused where the method has none or the LPM is smaller', async () => {
    const { context } = await discsLibrary();
    const lora = { ...base, method: 'lora', name: 'sized' } as const;
    const sized = await trainModel(context, { ...lora, rank: 4, alpha: 8, classWeights: 'dynamic' });
    expect(sized.learnable).toBe(4 * 2 * 2 * 4 * 64 + 130);
    const { db } = context.library;
    expect(runByName(db, sized.run)?.settings).toMatchObject({
      rank: 4,
      alpha: 8,
      microBatch: 2,
      classWeights: 'dynamic',
    });
    expect(modelByName(db, 'sized')?.config).toMatchObject({ rank: 4, alpha: 8, encoder: { layers: 4 } });
    expect((await trainModel(context, { ...lora, rank: 4, alpha: 8, classWeights: 'dynamic' })).run).toBe(sized.run);
    await expect(trainModel(context, { ...lora, rank: 5, alpha: 8, classWeights: 'dynamic' })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
    });
    for (const wrong of [
      { method: 'linear', rank: 4 },
      { method: 'fpt+', prompts: 8 },
      { method: 'lora', rank: 65 },
      { method: 'partial', blocks: 9 },
    ] as const) {
      await expect(trainModel(context, { ...base, ...wrong, name: 'wrong' })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      });
    }
    expect(modelByName(db, 'sized')?.config).not.toHaveProperty('bottleneck');
    const plain = await trainModel(context, { ...base, method: 'linear', name: 'plain' });
    expect(runByName(db, plain.run)?.settings).not.toHaveProperty('rank');
  });

  test('seed, flips and normalisation change the weights; the same again does not', async () => {
    const { context } = await discsLibrary();
    const hash = async (name: string, changes: Partial<TrainOptions>) =>
      (await trainModel(context, { ...base, ...changes, name })).weightsHash;
    const first = await hash('a', {});
    expect(await hash('b', {})).toBe(first);
    expect(await hash('c', { seed: 1 })).not.toBe(first);
    expect(await hash('d', { flip: false })).not.toBe(first);
    expect(await hash('e', { normalisation: 'lpm' })).not.toBe(first);
  });
});

describe('classifying', () => {
  let csvOf: (name: string) => Record<string, string>[];
  let folder: string;
  beforeAll(() => {
    csvOf = (name) => parse(readFileSync(join(folder, name)), { columns: true, bom: true }) as Record<string, string>[];
  });

  test.each(['fpt+', 'attentive', 'lora'] as const)(
    'a study known to the library and the same study unknown to it give the same probabilities (%s)',
    async (method) => {
      const first = await discsLibrary();
      folder = first.folder;
      const { context } = first;
      await trainModel(context, { ...base, method, name: 'm' });
      if (trainingMethods[method].features !== null) {
        await encodeDataset(context, { dataset: 'discs', lpm: 'tiny', inputSize: 224, method });
      }
      const paths = [join(folder, 'studies', 'p1')];
      await classifyPaths(context, { paths, model: 'm', out: join(folder, 'known.csv') });
      context.library.writer.run('DELETE FROM records');
      await classifyPaths(context, { paths, model: 'm', out: join(folder, 'fresh.csv') });
      expect(csvOf('fresh.csv')).toEqual(csvOf('known.csv'));
      expect(csvOf('fresh.csv').length).toBe(4);
    },
  );

  test('the study row is the mean of its images, or their maximum when asked', async () => {
    const first = await discsLibrary();
    folder = first.folder;
    await trainModel(first.context, { ...base, name: 'm' });
    const report = await classifyPaths(first.context, {
      paths: [join(folder, 'studies')],
      model: 'm',
      out: join(folder, 'all.csv'),
    });
    expect(report.decisions.reduce((n, d) => n + d.images, 0)).toBe(report.images);
    const rows = csvOf('all.csv');
    const study = rows.find((row) => row['level'] === 'study');
    const images = rows.filter(
      (row) => row['level'] === 'image' && row['studyInstanceUID'] === study?.['studyInstanceUID'],
    );
    const mean = images.reduce((sum, row) => sum + Number(row['probability_disc']), 0) / images.length;
    expect(Number(study?.['probability_disc'])).toBeCloseTo(mean, 12);
  });

  test('a missing model, a missing LPM and a missing path each say what to do, and no file appears', async () => {
    const { folder: place, context } = await discsLibrary();
    await trainModel(context, { ...base, name: 'm' });
    await trainModel(context, { ...base, method: 'lora', name: 'beside' });
    const out = join(place, 'none.csv');
    const paths = [join(place, 'studies')];
    await expect(classifyPaths(context, { paths, model: 'x', out })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(classifyPaths(context, { paths: [join(place, 'gone')], model: 'm', out })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    context.library.writer.run('DELETE FROM lpms');
    const failing = classifyPaths(context, { paths, model: 'm', out });
    await expect(failing).rejects.toMatchObject({ code: 'LPM_NOT_FOUND' });
    await expect(failing).rejects.toThrow('Model "m" was trained with the LPM');
    await expect(classifyPaths(context, { paths, model: 'beside', out })).rejects.toMatchObject({
      code: 'LPM_NOT_FOUND',
    });
    expect(() => readFileSync(out)).toThrow('ENOENT');
  });

  test('changed weights in the library are refused', async () => {
    const { context } = await discsLibrary();
    await trainModel(context, { ...base, name: 'm' });
    context.library.writer.run('UPDATE model_vectors SET bytes = zeroblob(length(bytes))');
    await expect(evaluateModel(context, { model: 'm' })).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  });
});
