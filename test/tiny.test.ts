/** The whole pipeline on a tiny random LPM and made-up studies, in seconds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { classifyPaths } from '../core/services/classification/classify.ts';
import { evaluateModel } from '../core/services/evaluation/evaluate.ts';
import { encodeDataset } from '../core/services/features/encode.ts';
import { importPaths } from '../core/services/import/import.ts';
import { trainModel } from '../core/services/jobs/train.ts';
import { addLpm } from '../core/services/lpm/add.ts';
import { testServices, writeStudies, writeTinyLpm } from './support/made-studies.ts';
import { temporaryFolder } from './support/temporary.ts';

test('studies in, labels in, encode, train, evaluate, classify new studies into a CSV', async () => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 20);
  writeStudies(join(folder, 'new'), 4, 2);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));

  const imported = await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  expect([imported.imported, imported.patients, imported.studies, imported.skipped]).toEqual([40, 20, 40, 0]);
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });

  const encoded = await encodeDataset(context, { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
  expect([encoded.images, encoded.encoded, encoded.failed]).toEqual([40, 40, 0]);
  const again = await encodeDataset(context, { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
  expect([again.encoded, again.reused]).toEqual([0, 40]);

  const options = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 12, batch: 8, lr: 5e-3 };
  const trained = await trainModel(context, { ...options, name: 'discs-1' });
  expect(trained.epochs.map((e) => e.epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(trained.epochs.at(-1)?.trainLoss).toBeLessThan(trained.epochs[0]?.trainLoss ?? 0);

  const evaluated = await evaluateModel(context, { model: 'discs-1' });
  expect(evaluated.image.n).toBe(evaluated.image.confusion.flat().reduce((a, b) => a + b, 0));
  expect(evaluated.image.auc).toBeGreaterThan(0.9);
  expect(evaluated.study.auc).toBeGreaterThan(0.9);

  const out = join(folder, 'results.csv');
  const classified = await classifyPaths(context, { paths: [join(folder, 'new')], model: 'discs-1', out });
  expect([classified.images, classified.studies]).toEqual([8, 8]);
  expect(classified.problems.map((p) => p.count)).toEqual([1]); // labels.csv is no image
  const all = parse(readFileSync(out), { bom: true, columns: true }) as Record<string, string>[];
  // Every file has a row, and one that is no image says so instead of an answer.
  expect(all.filter((row) => row['level'] === 'file').map((row) => row['status'])).toEqual(['not an image']);
  const rows = all.filter((row) => row['level'] !== 'file');
  expect(rows.map((row) => row['level'])).toEqual([...Array(8).fill('image'), ...Array(8).fill('study')]);
  for (const row of rows) {
    expect(Number(row['probability_disc']) + Number(row['probability_normal'])).toBeCloseTo(1, 9);
    expect(row['lpmHash']).toBe(trained.lpmHash);
    expect(row['notice']).toBe('Research use only. Not for diagnosis.');
    const isDisc = Number(row['patientID']?.split('-')[1]) % 2 === 1;
    expect(row['decision']).toBe(isDisc ? 'disc' : 'normal');
  }
});
