import { describe, expect, test } from 'vitest';
import { optimiserNames, type TrainOptions, type TrainReport } from '../../../../core/contract/index.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { lastCheckpoint, listRuns } from '../../../../core/store/index.ts';
import { targets } from '../../../../core/targets/index.ts';
import { optimisers } from '../../../../core/training/optimisers/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

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
    const { context } = await discsLibrary();
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

test('the criteria of classes train to weights of their own, and the loss of a validation is that of the criterion', async () => {
  const { context } = await discsLibrary();
  const reports: TrainReport[] = [];
  const fitting = targets.class.criteria;
  for (const criterion of fitting) reports.push(await trainModel(context, { ...base, criterion, name: criterion }));
  expect(new Set(reports.map(({ weightsHash }) => weightsHash)).size).toBe(fitting.length);
  const loss = (name: string) => reports.find(({ model }) => model === name)?.epochs[0]?.valLoss ?? Number.NaN;
  // Two classes that are hardly learned: about ln 2, and a quarter of it where (1 - p)^2 weighs it.
  expect(loss('cross-entropy')).toBeGreaterThan(0.5);
  expect(loss('focal')).toBeLessThan(0.5 * loss('cross-entropy'));
  expect(listRuns(context.library.db).map(({ settings }) => settings.criterion)).toEqual(fitting);
  // The same command again means the run that there is.
  const again = await trainModel(context, { ...base, criterion: 'focal', name: 'focal' });
  expect(again.run).toBe(reports.find(({ model }) => model === 'focal')?.run);
  await expect(trainModel(context, { ...base, name: 'focal' })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  const unfit = trainModel(context, { ...base, criterion: 'mean-squared-error', name: 'unfit' });
  await expect(unfit).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'The criterion mean-squared-error does not fit classes; allowed: cross-entropy, label-smoothing, focal.',
  });
  expect(listRuns(context.library.db)).toHaveLength(fitting.length);
});
