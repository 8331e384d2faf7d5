/** What the queue tells of a training while it runs. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TrainingProgress } from '../../../../core/base/progress.ts';
import type { JobView } from '../../../../core/contract/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { JobQueue } from '../../../../core/services/jobs/queue.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { epochsOf, listRuns } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 3, batch: 8, method: 'linear' as const };

/** Services over a library with studies of discs and an LPM. */
async function prepared() {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

test('epoch, loss and validation figures of a training are fields of its job, equal to what the library holds', async () => {
  const context = await prepared();
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
