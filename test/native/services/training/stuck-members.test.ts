/** A network of a cross-validation that learned next to nothing is trained again, also after a stop, and the best of its trainings is kept. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { splitMembers } from '../../../../core/models/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { requireModel } from '../../../../core/services/training/model.ts';
import { listRuns } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

// What stuck means has its own test; here the second network always is, so that what follows from it happens on a small data set.
vi.mock('../../../../core/services/training/stuck-members.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/training/stuck-members.ts')>()),
  isStuck: ({ fold }: { readonly fold: number }) => fold === 2,
}));

test('a stuck network is trained twice more from other seeds, the one of least loss is part of the model, and a stop changes nothing', async () => {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 20);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  const { db } = context.library;
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const options: TrainOptions = {
    ...{ dataset: 'discs', lpm: 'tiny', method: 'attentive', inputSize: 224, epochs: 2, batch: 4, lr: 1e-2, folds: 2 },
    name: 'whole',
  };
  const report = await trainModel(context, options);
  expect(report.members.map(({ fold, attempt, isStuck }) => [fold, attempt, isStuck])).toEqual([
    [1, 1, false],
    [2, 1, true],
    [2, 2, true],
    [2, 3, true],
  ]);
  expect(new Set(report.members.map(({ seed }) => seed)).size).toBe(4);
  const again = report.members.filter(({ fold }) => fold === 2);
  const least = Math.min(...again.map(({ trainLoss }) => trainLoss));
  expect(again.filter(({ isKept }) => isKept).map(({ trainLoss }) => trainLoss)).toEqual([least]);
  expect(report.epochs.map(({ fold, attempt, epoch }) => `${fold} ${attempt} ${epoch}`)).toEqual([
    ...['1 1 1', '1 1 2', '2 1 1', '2 1 2', '2 2 1', '2 2 2', '2 3 1', '2 3 2'],
  ]);

  // Stopped in the second training of the second network.
  const done = (): number => listRuns(db).find(({ modelName }) => modelName === 'stopped')?.epochsDone ?? 0;
  let asked = 0;
  const signal = {
    get aborted(): boolean {
      if (done() >= 5) asked++;
      return asked >= 2;
    },
  } as AbortSignal;
  const stopped = { ...options, name: 'stopped' };
  await expect(trainModel({ ...context, signal }, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(done()).toBe(5);
  const resumed = await trainModel(context, stopped);
  expect(resumed.weightsHash).toBe(report.weightsHash);
  expect(resumed.members).toEqual(report.members);
  const { config, params } = requireModel(context, 'stopped');
  expect(splitMembers(config, params)).toHaveLength(2);
});
