/** Migration 0165 and what reads it: which run a training job is about. */
import { describe, expect, test } from 'vitest';
import type { JobRecord, RunSettings } from '../../../core/contract/index.ts';
import {
  addJob,
  addRun,
  addVersion,
  endJob,
  ensureDataset,
  jobById,
  type Library,
  listJobs,
  listRuns,
  openLibrary,
  runOfJob,
  setRunOfJob,
} from '../../../core/store/index.ts';
import { earlierLibrary } from '../../support/earlier-library.ts';
import { temporaryLibrary } from '../../support/library.ts';

const hash = 'a'.repeat(64);
const settings: RunSettings = {
  method: 'fpt+',
  epochs: 2,
  batch: 16,
  learningRate: 1e-4,
  criterion: 'cross-entropy',
  optimiser: 'adamw',
  repeats: 1,
  deliver: 'folds',
  uncertain: 'unknown',
  weightDecay: 0.1,
  seed: 0,
  classWeights: 'none',
  flip: true,
  augment: true,
  earlyStop: null,
  folds: 1,
  inputSize: 512,
  tokens: 'global',
  tokenRatio: 0.2,
  normalisation: 'dataset',
};
const at = (minute: number): string => `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;

/** Runs and jobs of one library, as they were written at a minute. */
function written(library: Library = temporaryLibrary()) {
  const versions = new Map<string, number>();
  const versionOf = (dataset: string): number => {
    const known = versions.get(dataset);
    if (known !== undefined) return known;
    const datasetId = ensureDataset(library.writer, dataset, 'middle', at(0)).id;
    const id = addVersion(
      library.writer,
      { datasetId, contentHash: String(versions.size).repeat(64), seed: 0, classes: ['a', 'b'], images: [] },
      at(0),
    );
    versions.set(dataset, id);
    return id;
  };
  return {
    library,
    run: (name: string, minute: number, dataset = 'd'): number =>
      addRun(
        library.writer,
        { modelName: name, datasetVersionId: versionOf(dataset), lpmHash: hash, settings },
        at(minute),
      ),
    job: (name: string, minute: number, more: object = {}): number =>
      addJob(library.writer, 'train', { dataset: 'd', lpm: 'l', name, ...more }, at(minute)),
    runOf: (id: number): number | undefined => runOfJob(library.db, jobById(library.db, id) as JobRecord<'train'>)?.id,
  };
}

describe('a job that names its run', () => {
  test('is about this run, whatever others have its name', () => {
    const { library, run, job, runOf } = written();
    const [first, second] = [job('m', 1), job('m', 2)];
    const [firstRun, secondRun] = [run('m', 3), run('m', 4)];
    setRunOfJob(library.writer, first, firstRun);
    setRunOfJob(library.writer, second, secondRun);
    expect([runOf(first), runOf(second)]).toEqual([firstRun, secondRun]);
  });

  test('may share it with another: the same command given again goes on with it', () => {
    const { library, run, job, runOf } = written();
    const jobs = [job('m', 1), job('m', 5)];
    const shared = run('m', 2);
    for (const id of jobs) setRunOfJob(library.writer, id, shared);
    expect(jobs.map(runOf)).toEqual([shared, shared]);
  });

  test('has none before its run began, though a finished job or an older row has its name', () => {
    const { library, run, job, runOf } = written();
    run('m', 1);
    setRunOfJob(library.writer, job('m', 2), run('m', 3));
    expect(runOf(job('m', 4))).toBeUndefined();
    // Its own run is written after it was queued, but the one that another job names is not its own.
    const waiting = job('m', 4);
    setRunOfJob(library.writer, job('m', 5), run('m', 6));
    expect(runOf(waiting)).toBeUndefined();
  });
});

describe('a job of before', () => {
  test('is about the run that its result tells, or that it was asked to go on with', () => {
    const { library, run, job, runOf } = written();
    const [first] = [run('m', 2), run('m', 3)];
    expect(runOf(job('m', 1, { resume: `run-${first}` }))).toBe(first);
    const done = job('m', 1);
    const result = {
      ...{ run: `run-${first}`, model: 'm', dataset: 'd', version: 1, lpm: 'l', lpmHash: hash, method: 'fpt+' },
      ...{ classes: ['a', 'b'], learnable: 1, lpmParameters: null, peakMb: null, seconds: 1, resumed: false },
      ...{ bestEpoch: null, valAuc: null, weightsHash: hash, epochs: [] },
    };
    endJob(library.writer, done, 'succeeded', { result }, at(9));
    expect(runOf(done)).toBe(first);
  });

  test('else about the newest that fits: its model name, its data set, begun after it was queued', () => {
    const { run, job, runOf } = written();
    const queued = job('m', 5);
    run('m', 4);
    expect(runOf(queued)).toBeUndefined();
    run('m', 6, 'another');
    run('other', 6);
    expect(runOf(queued)).toBeUndefined();
    const own = run('m', 6);
    expect(runOf(queued)).toBe(own);
  });

  test('in the library of 2fb3ab2 has its payload and its run', () => {
    const folder = earlierLibrary();
    const library = openLibrary(folder, { mode: 'write' });
    try {
      const jobs = listJobs(library.db);
      expect(jobs.filter(({ payload }) => payload === null)).toEqual([]);
      expect(new Set(jobs.map(({ runId }) => runId))).toEqual(new Set([null]));
      const trainings = jobs.filter((job) => job.kind === 'train');
      // Every model name was used once, so the name tells.
      const byName = trainings.map(
        ({ payload }) => listRuns(library.db).find((r) => r.modelName === payload?.name)?.id,
      );
      expect(trainings.map((job) => runOfJob(library.db, job)?.id)).toEqual(byName);
      expect(byName).toEqual([6, 5, 4, 3, 2, 1]);
      const results = jobs
        .filter(({ state }) => state === 'succeeded')
        .map(({ kind, result }) => [kind, result !== null]);
      // Its classifications did not say yet which class the threshold is about: this version does not make that up.
      expect(Object.fromEntries(results)).toEqual({ import: true, 'lpm-add': true, train: true, classify: false });
    } finally {
      library.close();
    }
  });
});

test('a job of a kind that this version does not have is named, not taken for another', () => {
  const { library } = written();
  library.writer.run(
    `INSERT INTO jobs (id, kind, state, payload, created_at) VALUES (7, 'later', 'queued', '{}', :now)`,
    {
      now: at(1),
    },
  );
  expect(() => jobById(library.db, 7)).toThrow('In the library job-7 cannot be read: kind.');
});
