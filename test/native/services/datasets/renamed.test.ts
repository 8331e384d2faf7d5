/** A data set that is renamed while work on it waits or goes on: the work finds it by its new name. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { renameDataset } from '../../../../core/services/datasets/editing.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { addJob, endJob, jobById, startJob } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 1))(...facts),
}));

async function prepared(): Promise<ServiceContext> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 14);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

test('jobs that wait, or ended early, follow it; what ended says what it was called then', async () => {
  const context = await prepared();
  const db = context.library.writer;
  const now = '2026-01-01T00:00:00.000Z';
  const add = (dataset: string): number => addJob(db, 'compare', { dataset, lpm: 'tiny', methods: ['linear'] }, now);
  const [waiting, failed, done, other] = [add('discs'), add('discs'), add('discs'), add('others')];
  for (const [id, state] of [
    [failed, 'failed'],
    [done, 'succeeded'],
  ] as const) {
    startJob(db, id, now);
    endJob(db, id, state, {}, now);
  }
  renameDataset(context, 'discs', 'rings');
  const nameOf = (id: number): unknown => (jobById(db, id)?.payload as { dataset?: string } | null)?.dataset;
  expect([waiting, failed, done, other].map(nameOf)).toEqual(['rings', 'rings', 'discs', 'others']);
});

test('a search that goes on trains its winner on the data set by its new name', async () => {
  const context = await prepared();
  let isRenamed = false;
  const progress: ServiceContext['progress'] = ({ stage }) => {
    if (stage !== 'searching' || isRenamed) return;
    isRenamed = true;
    renameDataset(context, 'discs', 'rings');
  };
  const report = await trainModel(
    { ...context, progress },
    { dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
  );
  expect([report.model, report.dataset, isRenamed]).toEqual(['found', 'rings', true]);
}, 120_000);
