/** Labels that are given while a search runs, or while it stands still: the search and its model keep the version that it began with. */
import { expect, test, vi } from 'vitest';
import type { TrainOptions } from '../../../../core/contract/index.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import type { planSearch } from '../../../../core/services/recipe/plan.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { listJobs, listRuns } from '../../../../core/store/index.ts';
import { planOf, smallCandidates } from '../../../support/small-search.ts';
import { labelPatient, partlyLabelled, stopAfter, trialCounts } from '../../../support/stopped-search.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

// What is tried has its own test; here two recipes are, for some steps each.
vi.mock('../../../../core/services/recipe/plan.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/recipe/plan.ts')>()),
  planSearch: (...facts: Parameters<typeof planSearch>) => planOf(smallCandidates.slice(0, 2))(...facts),
}));

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', recipe: 'auto', inputSize: 224, batch: 8, name: 'found' },
};

/** The number of the version that the first search is of. */
function searchedVersion({ library: { db } }: ServiceContext): number | undefined {
  return db.get<{ number: number }>(
    'SELECT number FROM dataset_versions WHERE id = (SELECT version_id FROM recipe_searches ORDER BY id)',
  )?.number;
}

/** Labels a patient when the third training is kept. */
function labelledMeanwhile(context: ServiceContext, word: string): ServiceContext {
  let isDone = false;
  const signal = {
    get aborted(): boolean {
      if (!isDone && (trialCounts(context)[0] ?? 0) >= 3) {
        isDone = true;
        labelPatient(context, 16, word);
      }
      return false;
    },
  } as AbortSignal;
  return { ...context, signal };
}

test('a label, or the first one of a new class, that comes during a search waits: the model is of the version that was searched', async () => {
  for (const word of ['normal', 'never seen before']) {
    const context = await partlyLabelled();
    const report = await trainModel(labelledMeanwhile(context, word), options);
    expect([report.version, report.search?.images]).toEqual([searchedVersion(context), expect.any(Number)]);
    expect(report.classes).not.toContain('never seen before');
    // It came, and was not learned from.
    const labelled = await trainModel(context, { ...options, name: 'next' }).then(
      ({ version }) => version,
      ({ code }) => code,
    );
    expect(labelled).toBe(word === 'normal' ? report.version + 1 : 'SPLIT_IMPOSSIBLE');
  }
}, 240_000);

test('a search that was stopped goes on after new labels with the version that it began with, says so, and makes no training twice', async () => {
  for (const word of ['normal', 'never seen before']) {
    const said: string[] = [];
    const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
    const context = await partlyLabelled({ log });
    await expect(trainModel({ ...context, signal: stopAfter(context, 3) }, options)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const { db } = context.library;
    const kept = (): { trials: string }[] => db.all('SELECT trials FROM recipe_searches');
    const [stopped, ...others] = kept().map(({ trials }) => JSON.parse(trials));
    expect([stopped.length, others]).toEqual([3, []]);
    labelPatient(context, 16, word);
    const report = await trainModel(context, options);
    const [ended, ...more] = kept().map(({ trials }) => JSON.parse(trials));
    expect(more).toEqual([]);
    expect(ended.slice(0, 3)).toEqual(stopped);
    expect(ended.length).toBe(report.search?.trainings);
    expect(report.version).toBe(searchedVersion(context));
    expect(said).toEqual([
      'The search goes on with version 1 of "discs", as it began; what was labelled since then waits for the next training.',
    ]);
    // The job that went on says it, not the one that was stopped before; and so does the model.
    const warned = [{ code: 'searchGoesOn', dataset: 'discs', version: 1 }];
    const trainings = listJobs(db, { kinds: ['train'] });
    expect(trainings.map(({ state, warnings }) => [state, warnings])).toEqual([
      ['succeeded', warned],
      ['cancelled', []],
    ]);
    expect(modelCard(context, report.model).warnings).toEqual(warned);
  }
}, 240_000);

test('a model that was stopped after its search is of that search, too, whatever was labelled meanwhile', async () => {
  const context = await partlyLabelled();
  const { db } = context.library;
  const signal = {
    get aborted(): boolean {
      return db.get(`SELECT 1 FROM runs WHERE state = 'running'`) !== undefined;
    },
  } as AbortSignal;
  await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
  const before = trialCounts(context);
  labelPatient(context, 16, 'normal');
  const report = await trainModel(context, options);
  expect([report.version, report.resumed, trialCounts(context)]).toEqual([1, true, before]);
}, 240_000);

test('a label that was corrected since is not learned from: the search begins anew and says so', async () => {
  const said: string[] = [];
  const log = { log: (level: string, text: string) => void (level === 'warn' && said.push(text)) };
  const context = await partlyLabelled({ log });
  await expect(trainModel({ ...context, signal: stopAfter(context, 2) }, options)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const labels = put(temporaryFolder(), 'labels.csv', 'patientID,label\nP1-2,disc\n');
  await importPaths(context, { dataset: 'discs', labels });
  const report = await trainModel(context, options);
  expect(report.version).toBe(2);
  expect(trialCounts(context)).toEqual([2, report.search?.trainings]);
  expect(said.at(0)).toBe(
    'Labels or parts of version 1 of "discs", with which the search was stopped, have changed since: it begins anew, with the data set as it is now.',
  );
}, 240_000);

test('a training that goes on by its name says that later labels wait, and says nothing where none came', async () => {
  for (const isLabelled of [false, true]) {
    const context = await partlyLabelled();
    const { db } = context.library;
    const { recipe: _, ...own } = { ...options, method: 'linear', epochs: 3, name: 'own' } as const;
    const signal = {
      get aborted(): boolean {
        return db.get('SELECT 1 FROM run_epochs') !== undefined;
      },
    } as AbortSignal;
    await expect(trainModel({ ...context, signal }, own)).rejects.toMatchObject({ code: 'CANCELLED' });
    if (isLabelled) for (const patient of [16, 17]) labelPatient(context, patient, 'normal');
    const [run] = listRuns(db);
    const report = await trainModel(context, { ...own, resume: run?.name });
    expect([report.resumed, report.version]).toEqual([true, 1]);
    const warned = isLabelled ? [{ code: 'trainingGoesOn', dataset: 'discs', version: 1 }] : [];
    expect(listJobs(db, { kinds: ['train'] }).map(({ warnings }) => warnings)).toEqual([warned, []]);
    expect(modelCard(context, report.model).warnings).toEqual(warned);
  }
}, 240_000);
