/** The page's state of a training, told by the core what the core tells: when it asks for the curves again, and when it does not. */
import { expect, onTestFinished, test } from 'vitest';
import type { TrainingProgress } from '../../../core/base/progress.ts';
import type { EpochRecord, JobView } from '../../../core/contract/index.ts';
import { JobQueue } from '../../../core/services/jobs/queue.ts';
import { jobs } from '../../../renderer/app/jobs.svelte.ts';
import { isOnGuessingLine } from '../../../renderer/screens/train/shown-run.svelte.ts';
import { TrainState } from '../../../renderer/screens/train/train.svelte.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { connectPage, settled, tellPage } from './page-wire.ts';

/** A page that shows a training, how to tell it of the job, and what it asked the core since. */
async function followed() {
  const queue = new JobQueue(testContext(temporaryLibrary()), () => {});
  const queued = queue.add('train', { dataset: 'd', epochs: 3 });
  await queue.close();
  const job: JobView = { ...queued, state: 'running', isStoppable: true };
  const asked: string[] = [];
  const listeners = connectPage((name: string) => {
    asked.push(name);
    return Promise.resolve({ ok: true, value: name === 'training.follow' ? null : [] });
  });
  await jobs.open();
  const train = new TrainState();
  onTestFinished(train.follow((work) => void work()));
  await train.show(job.id);
  const tell = async (changes: Partial<JobView>): Promise<number> => {
    asked.length = 0;
    tellPage(listeners, 'jobs.changed', { ...job, ...changes });
    await settled();
    return asked.filter((name) => name === 'training.follow').length;
  };
  return { tell };
}

const at = (epoch: number, epochsDone = epoch - 1): { training: TrainingProgress } => ({
  training: { epoch, epochs: 3, epochsDone, loss: 0.5, valLoss: null, valAuc: null },
});

test('the curves are asked for once an epoch that ended, and at the end of the job', async () => {
  const { tell } = await followed();
  await tell({});
  expect(await tell(at(1))).toBe(0);
  expect(await tell({ ...at(1), done: 5 })).toBe(0);
  expect(await tell(at(2))).toBe(1);
  expect(await tell({ ...at(2), done: 9 })).toBe(0);
  expect(await tell(at(3))).toBe(1);
  expect(await tell({ ...at(3), state: 'succeeded', isStoppable: false })).toBe(1);
});

test('what a report says in words changes nothing, whatever the words are', async () => {
  const { tell } = await followed();
  await tell(at(2));
  for (const note of ['epoch 2 of 3, loss 0.500', 'epoch 3 of 3', 'Epoche 3 von 3', '']) {
    expect(await tell({ ...at(2), ...{ note } })).toBe(0);
    expect(await tell({ ...at(3), ...{ note } })).toBe(1);
    expect(await tell({ ...at(2), ...{ note } })).toBe(1);
  }
});

test('a plateau is where guessing is when neither AUC nor loss is clearly better', () => {
  const epochs = (...losses: (number | null)[]) => losses.map((valLoss) => ({ valLoss })) as unknown as EpochRecord[];
  const on = (
    bestValAuc: number | null,
    losses: (number | null)[],
    guessing: { loss: number | null; auc: number | null },
  ) => isOnGuessingLine({ run: { bestValAuc }, epochs: epochs(...losses), guessing });
  const guessing = { loss: 0.69, auc: 0.74 };
  expect(on(0.55, [0.7, 0.69, 0.68], guessing)).toBe(true);
  expect(on(0.9, [0.7, 0.69, 0.68], guessing)).toBe(false);
  // Few patients: any AUC may be chance, and the loss tells.
  expect(on(1, [0.6, 0.2], { loss: 0.69, auc: 1 })).toBe(false);
  expect(on(0.8, [0.69], { loss: 0.69, auc: 1 })).toBe(true);
  // Of numbers there is no AUC; without validation there is nothing to say.
  expect(on(null, [1.1, 0.98], { loss: 1, auc: null })).toBe(true);
  expect(on(null, [1.1, 0.5], { loss: 1, auc: null })).toBe(false);
  expect(on(null, [null], { loss: null, auc: null })).toBe(false);
});
