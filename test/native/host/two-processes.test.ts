/** Two core processes over one library: one measures, trains and searches while the other, which only reads, is asked what Train and Judge show. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { JobView } from '../../../core/contract/index.ts';
import { evaluateModel } from '../../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addLpm } from '../../../core/services/lpm/add.ts';
import { CoreProcess } from '../../../electron/main/core-process.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../../support/made-studies.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, batch: 4, epochs: 2 } as const;

async function preparedLibrary(): Promise<string> {
  const folder = temporaryFolder();
  const library = join(folder, 'library');
  const labels = writeStudies(join(folder, 'studies'), 24);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await trainModel(context, { ...training, method: 'linear', name: 'm' });
  await trainModel(context, { ...training, method: 'linear', seed: 2, name: 'm2' });
  await evaluateModel(context, { model: 'm', split: 'val' });
  await close();
  return library;
}

interface Side {
  readonly core: CoreProcess;
  /** Every change of a job that its window was told of. */
  readonly told: JobView[];
  call<T>(name: string, input: unknown): Promise<T>;
}

function opened(library: string, ...more: string[]): Side {
  const told: JobView[] = [];
  const core = new CoreProcess({
    node: process.execPath,
    entry: join(repositoryRoot, 'core', 'host', 'host.ts'),
    args: () => ['--library', library, '--engine', 'onnxruntime', '--device', 'cpu', '--threads', '1', ...more],
    environment: {},
    onEvent: (name, payload) => {
      if (name === 'jobs.changed') told.push(payload as JobView);
    },
    onLog: () => {},
    onState: () => {},
  });
  onTestFinished(() => core.quit());
  core.start();
  return { core, told, call: async <T>(name: string, input: unknown) => (await core.call(name, input)) as T };
}

/** What Train and Judge ask for as they are opened and clicked through, and nothing else. */
function questions(
  settings: Readonly<Record<string, unknown>>,
  jobIds: readonly number[],
): readonly (readonly [string, unknown])[] {
  const own = { dataset: 'discs', lpm: 'tiny' };
  const model = 'm';
  const where = { model, split: 'val', pooling: 'mean', level: 'study' };
  const trainings = [{ ...settings, ...own, method: 'attentive' }];
  return [
    ['datasets.list', {}],
    ['lpms.list', {}],
    ['jobs.list', {}],
    ['jobs.running', {}],
    ['training.defaults', {}],
    ['training.check', { ...own, inputSize: 224, flip: false, seed: 0 }],
    ['training.promise', { trainings }],
    ['training.changes', { model }],
    ['curve.report', { dataset: 'discs' }],
    ['int8.support', {}],
    ['judge.models', {}],
    ['judge.verdict', { model }],
    ['judge.open', { model, split: 'val', pooling: 'mean', finding: null }],
    ['judge.open', { model: 'm2', split: 'val', pooling: 'mean', finding: null }],
    ['judge.card', { model }],
    ['judge.compare', where],
    ['judge.subgroups', { ...where, classIndex: 0, threshold: 0.5 }],
    ['promotion.inUse', {}],
    ['promotion.compare', { model }],
    ['promotion.pair', { model, other: 'm2' }],
    ['suspects.list', { model }],
    ['comparison.list', { dataset: 'discs' }],
    ['shortcuts.report', { model, split: 'val' }],
    ['models.deletion', { model }],
    ['models.deleted', {}],
    ['replay.promise', { model }],
    ...jobIds.map((jobId) => ['training.follow', { jobId }] as const),
  ];
}

test('while one measures, trains and searches, the other is answered all along, follows the jobs to their end, and stops none', async () => {
  const library = await preparedLibrary();
  const writer = opened(library);
  const { settings } = await writer.call<{ settings: Record<string, unknown> }>('training.defaults', {});
  const reader = opened(library, '--as-reader');
  await reader.call('jobs.list', {});

  const options = { ...settings, dataset: 'discs', lpm: 'tiny', inputSize: 224 };
  const asked = await writer.call<{ missing: unknown[] }>('training.promise', {
    trainings: [{ ...options, recipe: 'published', method: 'attentive' }],
  });
  const ids: number[] = [];
  for (const missing of asked.missing) {
    ids.push((await writer.call<JobView>('jobs.start', { kind: 'measure', options: missing })).id);
  }
  const searched = { ...options, recipe: 'auto', budget: 'quick', methods: ['linear'] };
  const started = await writer.call<JobView[]>('training.start', {
    trainings: [
      { options: { ...options, recipe: 'published', method: 'linear', epochs: 3 }, promise: null },
      { options: searched, promise: null },
    ],
  });
  ids.push(...started.map(({ id }) => id));
  const ended = (side: Side, id: number) => side.told.find((job) => job.id === id && !job.isStoppable);

  const failures = new Map<string, string>();
  let rounds = 0;
  const search = ids.at(-1) as number;
  while (ids.some((id) => ended(writer, id) === undefined)) {
    for (const [name, input] of questions(options, ids)) {
      await reader.call(name, input).catch((error: Error) => failures.set(name, error.message));
    }
    // Some looks at the search are enough.
    const isSearching = ids.slice(0, -1).every((id) => ended(writer, id) !== undefined);
    if (isSearching && ++rounds === 3) await writer.call('jobs.stop', { id: search });
  }
  expect(Object.fromEntries(failures)).toEqual({});
  const states = ids.map((id) => (id === search ? 'cancelled' : 'succeeded'));
  expect(ids.map((id) => ended(writer, id)?.state)).toEqual(states);
  // Its page hears of each end, too, and of the models that came.
  await vi.waitUntil(() => ids.every((id) => ended(reader, id) !== undefined), 30_000);
  expect(ids.map((id) => ended(reader, id)?.state)).toEqual(states);

  const last = await writer.call<JobView>('jobs.start', { kind: 'measure', options: asked.missing[0] });
  await expect(reader.call('jobs.stop', { id: last.id })).rejects.toMatchObject({
    code: 'LIBRARY_BUSY',
    action: expect.stringMatching(/^Stop it there, or open the library for writing/),
  });
});
