/** What the queue tells of its jobs: where a training is, which run is whose, and what was asked and given, read back. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainingProgress } from '../../../../core/base/progress.ts';
import { type JobView, jobKinds } from '../../../../core/contract/index.ts';
import { trainingHandlers } from '../../../../core/host/handlers/training.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { planErasure } from '../../../../core/services/library/erase.ts';
import { epochsOf, listRuns, versionImages } from '../../../../core/store/index.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { instanceId, studyId } from '../../../support/ids.ts';
import { lacksInt8 } from '../../../support/int8.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 3, batch: 8, method: 'linear' as const };

test('epoch, loss and validation figures of a training are fields of its job, equal to what the library holds', async () => {
  const { context } = await discsLibrary();
  const seen: TrainingProgress[] = [];
  let last: JobView | undefined;
  const ended = new Promise<void>((resolve) => {
    const queue = new JobQueue(context, (job) => {
      last = job;
      if (job.training !== null) seen.push(job.training);
      if (!job.isStoppable) resolve();
    });
    queue.add('train', training);
  });
  await ended;
  expect(last?.error).toBeNull();
  // Reports come at most five times a second: the first and the last are always among them.
  expect(seen[0]).toMatchObject({ epoch: 1, epochs: 3, epochsDone: 0, valLoss: null, valAuc: null });
  const { db } = context.library;
  const second = epochsOf(db, listRuns(db)[0]?.id ?? 0)[1];
  expect(second).toBeDefined();
  expect(seen.at(-1)).toMatchObject({
    epoch: 3,
    epochsDone: 2,
    valLoss: second?.valLoss,
    valAuc: second?.valAuc,
    loss: expect.any(Number),
  });
});

test('two trainings of one model name are followed each by its own curves', async () => {
  const { context } = await discsLibrary();
  const queue = new JobQueue(context, () => {});
  const follow = (job: JobView) =>
    trainingHandlers['training.follow']({ jobId: job.id }, { services: context, queue } as never);
  const ended = async (id: number): Promise<JobView> => {
    while (queue.get(id).isStoppable) await new Promise((resolve) => setTimeout(resolve, 10));
    return queue.get(id);
  };
  // The first is stopped after an epoch; the second, of the same name, learns otherwise.
  const first = queue.add('train', { ...training, epochs: 1000, name: 'm' });
  while ((queue.get(first.id).training?.epochsDone ?? 0) < 1) await new Promise((resolve) => setTimeout(resolve, 10));
  queue.stop(first.id);
  expect((await ended(first.id)).state).toBe('cancelled');
  const waiting = queue.add('train', { ...training, lr: 0.01, name: 'm' });
  expect(await follow(waiting)).toBeNull();
  const second = await ended(waiting.id);
  expect(second.error).toBeNull();
  const [a, b] = [await follow(first), await follow(second)];
  expect([a?.run.settings.epochs, b?.run.settings.epochs]).toEqual([1000, 3]);
  expect(b?.epochs.length).toBe(3);
  // Going on, the first goes on with its own run, which the name would not have found.
  expect(queue.resume(first.id)).toMatchObject({ payload: { resume: a?.run.name } });
  queue.stop(first.id);
  await ended(first.id);
});

test('what a job of each kind gave is read back from its row as it was given', async () => {
  const { context } = await discsLibrary();
  const folder = temporaryFolder();
  await encodeDataset(context, { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
  await trainModel(context, { ...training, method: 'fpt+', epochs: 1, name: 'm' });
  await evaluateModel(context, { model: 'm' });
  const queue = new JobQueue(context, () => {});
  const image = versionImages(context.library.db, 1)[0];
  queue.add('measure', { dataset: 'discs', lpm: 'tiny', inputSize: 224, batch: 8 });
  queue.add('evidence', { model: 'm', instanceId: image?.instanceId ?? instanceId(0), frame: 0 });
  queue.add('shortcuts', { model: 'm', perClass: 5 });
  queue.add('compare', {
    dataset: 'discs',
    lpm: 'tiny',
    inputSize: 224,
    batch: 8,
    methods: ['linear'],
    seeds: 1,
    epochs: 1,
  });
  queue.add('curve', { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear', folds: 2, repeats: 3 });
  if (!lacksInt8)
    queue.add('try-int8', { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear', images: 12 });
  queue.add('order', { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'linear' });
  queue.add('replay', { model: 'm' });
  queue.add('classify', { dataset: 'discs', model: 'm' });
  queue.add('export', { dataset: 'discs', out: join(folder, 'out') });
  queue.add('demo', { studies: 6, unlabelled: 0, unseen: 0, size: 64 });
  const allEnded = async (): Promise<void> => {
    while (queue.list(undefined, 100).some(({ isStoppable }) => isStoppable)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await allEnded();
  // What takes images away runs when nothing else does.
  const { studies } = planErasure(context, [studyId(1)], 'patients');
  queue.add('erase', { studies: studies.map(({ id, mark }) => ({ id, mark })) });
  await allEnded();
  const jobs = queue.list(undefined, 100);
  expect(jobs.filter(({ error }) => error !== null)).toEqual([]);
  expect(new Set(jobs.map(({ kind }) => kind))).toEqual(
    new Set(jobKinds.filter((kind) => kind !== 'try-int8' || !lacksInt8)),
  );
  // A payload or a result that the schema of its kind cannot read is null.
  expect(jobs.filter(({ payload, result }) => payload === null || result === null)).toEqual([]);
});
