/** Every optimiser through the services: it trains, and stopped it goes on with what it kept. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { optimiserNames, type TrainOptions } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { lastCheckpoint, listRuns } from '../../../../core/store/index.ts';
import { optimisers } from '../../../../core/training/optimisers/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

async function prepared(): Promise<ServiceContext> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

const base: TrainOptions = {
  dataset: 'discs',
  lpm: 'tiny',
  inputSize: 224,
  method: 'linear',
  epochs: 3,
  batch: 8,
  lr: 0.01,
  weightDecay: 0.01,
};

describe('the optimisers', () => {
  test('train to weights of their own; stopped after an epoch and taken up again, to the same', async () => {
    const context = await prepared();
    const hashes: string[] = [];
    for (const optimiser of optimiserNames) {
      const { weightsHash } = await trainModel(context, { ...base, optimiser, name: optimiser });
      const signal = {
        get aborted(): boolean {
          return listRuns(context.library.db).at(-1)?.epochsDone === 1;
        },
      } as AbortSignal;
      const stopped = { ...base, optimiser, name: `${optimiser}, stopped` };
      await expect(trainModel({ ...context, signal }, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
      const run = listRuns(context.library.db).at(-1);
      expect([run?.epochsDone, run?.settings.optimiser]).toEqual([1, optimiser]);
      const kept = lastCheckpoint(context.library.db, run?.id ?? 0);
      expect(kept?.optimiser.optimiser).toBe(optimiser);
      expect(kept?.optimiser.entries).toEqual(
        optimisers[optimiser].state.map((name) => ({ name, shape: [kept?.parameters.length] })),
      );
      // What was kept moved: a run that went on from zeros would end elsewhere.
      for (const vector of kept?.optimiser.vectors ?? []) expect(vector.some((x) => x !== 0)).toBe(true);
      const resumed = await trainModel(context, stopped);
      expect([optimiser, resumed.resumed, resumed.weightsHash]).toEqual([optimiser, true, weightsHash]);
      hashes.push(weightsHash);
    }
    expect(new Set(hashes).size).toBe(optimiserNames.length);
  });
});
