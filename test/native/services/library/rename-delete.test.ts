import { describe, expect, test } from 'vitest';
import { FolderWatcher } from '../../../../core/services/classification/watch.ts';
import { renameDataset } from '../../../../core/services/datasets/editing.ts';
import {
  deleteDataset,
  listDeletedDatasets,
  planDatasetDeletion,
  restoreDataset,
} from '../../../../core/services/library/datasets.ts';
import {
  deleteModel,
  listDeletedModels,
  planModelDeletion,
  renameModel,
  restoreModel,
} from '../../../../core/services/library/models.ts';
import { promoteModel } from '../../../../core/services/promotion/promote.ts';
import {
  addJob,
  addWatch,
  countTestEvaluation,
  datasetByName,
  endJob,
  ensureDataset,
  jobById,
  type Library,
  labelledInstances,
  listDatasets,
  listModels,
  listWatches,
  modelByName,
  modelsInUse,
  saveWindowChoices,
  setRunOfJob,
  setWatchActive,
  testEvaluations,
  windowChoices,
} from '../../../../core/store/index.ts';
import { judgedModel, madeCases, testVersion } from '../../../support/judged-models.ts';
import { addModelOf, addModelRow, fillDataset, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const names = (library: Library): string[] => listModels(library.db).map(({ name }) => name);
const codeOf = (call: () => unknown): string => appErrorOf(call).code;

describe('a model', () => {
  test('keeps under another name what was counted, decided and watched under the first', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const cases = madeCases(80);
    const version = testVersion(library, cases);
    judgedModel(library, 'first', version, cases, 1.2);
    judgedModel(library, 'other', version, cases, 1.2);
    promoteModel(context, { model: 'first', by: 'Reader 1', because: 'the first one' });
    const id = modelByName(library.db, 'first')?.id ?? 0;
    countTestEvaluation(library.writer, id);
    const runId = library.db.get<{ runId: number }>('SELECT run_id AS runId FROM models WHERE id = :id', { id })?.runId;
    const job = addJob(library.writer, 'train', { name: 'first', dataset: 'demo' }, testTime);
    setRunOfJob(library.writer, job, runId ?? 0);
    expect(codeOf(() => renameModel(context, 'first', 'other'))).toBe('NAME_TAKEN');
    renameModel(context, 'first', 'winter');
    expect(names(library)).toEqual(['winter', 'other']);
    // The training in the list is called as its model.
    const called = library.db.get<{ name: string }>(`SELECT payload ->> '$.name' AS name FROM jobs WHERE id = :job`, {
      job,
    });
    expect(called?.name).toBe('winter');
    expect(modelsInUse(library.db)).toMatchObject([{ model: 'winter' }]);
    expect(testEvaluations(library.db, id)).toBe(1);
    expect(codeOf(() => renameModel(context, 'first', 'summer'))).toBe('MODEL_NOT_FOUND');
  });

  test('is followed by jobs that wait or ended early, wherever they name it; what succeeded says what it was called then', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    addModelRow(library, 'one');
    const db = library.writer;
    const paths = ['/images'];
    const jobs = [
      addJob(db, 'evaluate', { model: 'one' }, testTime),
      addJob(db, 'classify', { paths, model: 'other', otherModels: ['first', 'one', 'last'] }, testTime),
      addJob(db, 'train', { dataset: 'demo', again: 'one' }, testTime),
      addJob(db, 'train', { dataset: 'demo', on: 'one', name: 'one' }, testTime),
      addJob(db, 'evaluate', { model: 'one' }, testTime),
    ];
    endJob(db, jobs[0] ?? 0, 'failed', {}, testTime);
    endJob(db, jobs[4] ?? 0, 'succeeded', {}, testTime);
    renameModel(context, 'one', 'two');
    expect(jobs.map((id) => jobById(library.db, id)?.payload)).toMatchObject([
      { model: 'two' },
      { paths, model: 'other', otherModels: ['first', 'two', 'last'] },
      { again: 'two' },
      { on: 'two', name: 'one' },
      { model: 'one' },
    ]);
  });

  test('that comes back under another name is followed by what was put aside with it, not by what is about a later one of its name', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    addModelRow(library, 'one');
    const db = library.writer;
    const before = addJob(db, 'evaluate', { model: 'one' }, testTime);
    endJob(db, before, 'cancelled', {}, testTime);
    deleteModel(context, 'one', { evenInUse: true });
    const after = addJob(db, 'evaluate', { model: 'one' }, '2030-01-01T00:00:00.000Z');
    restoreModel(context, 'one', 'back');
    const modelsOf = (ids: readonly number[]) => ids.map((id) => jobById(library.db, id)?.payload);
    expect(modelsOf([before, after])).toMatchObject([{ model: 'back' }, { model: 'one' }]);
  });

  test('in use is deleted only where that is said, frees its name, and comes back in use', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const cases = madeCases(80);
    const version = testVersion(library, cases);
    judgedModel(library, 'first', version, cases, 1.2);
    promoteModel(context, { model: 'first', by: 'Reader 1', because: 'the first one' });
    expect(planModelDeletion(context, 'first')).toMatchObject({ isInUse: true, dataset: 'demo', batches: 0 });
    expect(codeOf(() => deleteModel(context, 'first', { evenInUse: false }))).toBe('BAD_INPUT');
    expect(names(library)).toEqual(['first']);
    deleteModel(context, 'first', { evenInUse: true });
    expect([names(library), modelsInUse(library.db)]).toEqual([[], []]);
    expect(listDeletedModels(context).map(({ name }) => name)).toEqual(['first']);
    judgedModel(library, 'first', version, cases, 0.5);
    expect(codeOf(() => restoreModel(context, 'first'))).toBe('NAME_TAKEN');
    restoreModel(context, 'first', 'first-of-old');
    expect(names(library)).toEqual(['first-of-old', 'first']);
    expect(modelsInUse(library.db)).toMatchObject([{ model: 'first-of-old' }]);
  });
});

describe('a data set', () => {
  test('is deleted with labels and models, its studies stay, and all of it comes back', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    const { datasetId } = fillDataset(library, ['a', 'b', null]);
    addModelRow(library, 'one');
    expect(planDatasetDeletion(context, 'demo')).toEqual({
      ...{ dataset: 'demo', studies: 3, instances: 3, labels: 2, comments: 0, models: ['one'], inUse: null },
    });
    deleteDataset(context, 'demo');
    expect([listDatasets(library.db), names(library)]).toEqual([[], []]);
    expect(library.db.get('SELECT count(*) AS n FROM studies')).toEqual({ n: 3 });
    // The name is free, for a data set and for a model.
    ensureDataset(library.writer, 'demo', 'middle', 'now');
    expect(codeOf(() => restoreDataset(context, 'demo'))).toBe('NAME_TAKEN');
    renameDataset(context, 'demo', 'new');
    expect(restoreDataset(context, 'demo')).toEqual({ modelsLeft: [], watches: 0, stopped: [] });
    expect(datasetByName(library.db, 'demo')?.id).toBe(datasetId);
    expect(labelledInstances(library.db, datasetId).map(({ label }) => label)).toEqual(['a', 'b', null]);
    expect([names(library), listDeletedDatasets(context)]).toEqual([['one'], []]);
  });

  test('does not wait for what nobody ordered', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    addModelRow(library, 'one');
    addJob(library.writer, 'measure', { dataset: 'demo' }, testTime);
    addJob(library.writer, 'order', { dataset: 'demo' }, testTime);
    addJob(library.writer, 'evidence', { model: 'one', instanceId: 1 }, testTime);
    expect(deleteDataset(context, 'demo').models).toEqual(['one']);
  });

  test('and its models are not taken away from a job under way', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    addModelRow(library, 'one');
    library.writer.run(
      `INSERT INTO jobs (kind, state, payload, created_at) VALUES ('evaluate', 'queued', '{"model":"one"}', 'now')`,
    );
    expect(codeOf(() => deleteDataset(context, 'demo'))).toBe('BAD_INPUT');
    expect(codeOf(() => deleteModel(context, 'one', { evenInUse: true }))).toBe('BAD_INPUT');
    library.writer.run(`UPDATE jobs SET kind = 'classify', payload = '{"model":"other","otherModels":["one"]}'`);
    expect(codeOf(() => deleteModel(context, 'one', { evenInUse: true }))).toBe('BAD_INPUT');
    library.writer.run(`UPDATE jobs SET state = 'running'`);
    expect(codeOf(() => renameModel(context, 'one', 'two'))).toBe('BAD_INPUT');
    expect(names(library)).toEqual(['one']);
  });

  test('stops folders that are watched for it when it goes, and takes them along to another name', () => {
    const library = temporaryLibrary();
    const context = testContext(library);
    addModelRow(library, 'one');
    ensureDataset(library.writer, 'arrivals', 'middle', 'now');
    addWatch(library.writer, { folder: '/in', model: 'one', dataset: 'arrivals' }, testTime);
    renameDataset(context, 'arrivals', 'new');
    expect(listWatches(library.db)).toMatchObject([{ dataset: 'new', isActive: true }]);
    deleteDataset(context, 'new');
    expect(listWatches(library.db)).toMatchObject([{ model: 'one', isActive: false }]);
    expect(names(library)).toEqual(['one']);
  });
});

describe('watched folders', () => {
  /** A library with a model `one` of `demo` and folders that are watched with it. */
  function watched(...datasets: readonly (string | null)[]) {
    const library = temporaryLibrary();
    addModelRow(library, 'one');
    ensureDataset(library.writer, 'arrivals', 'middle', 'now');
    for (const [n, dataset] of datasets.entries()) {
      addWatch(library.writer, { folder: `/in${n}`, model: 'one', dataset }, testTime);
    }
    const states = () => listWatches(library.db).map(({ model, dataset, isActive }) => ({ model, dataset, isActive }));
    return { library, context: testContext(library), states };
  }

  /** A further model of the same data set. */
  function another(library: Library, name: string): void {
    const classes = ['normal', 'disc'];
    addModelOf(library, name, 1, classes, { threshold: 0.5, thresholdClass: 'disc' });
  }

  test('that a deletion stopped go on when the model is back, under its new name; those that their user stopped do not', () => {
    const { library, context, states } = watched(null, 'arrivals', null);
    setWatchActive(library.writer, 3, false);
    deleteModel(context, 'one', { evenInUse: false });
    expect(states().map(({ isActive }) => isActive)).toEqual([false, false, false]);
    // Another model has its name meanwhile, and then another one: it is not what these folders wait for.
    another(library, 'one');
    renameModel(context, 'one', 'two');
    expect(restoreModel(context, 'one', 'back')).toEqual({ watches: 2, stopped: [] });
    expect(states()).toMatchObject([
      { model: 'back', dataset: null, isActive: true },
      { model: 'back', dataset: 'arrivals', isActive: true },
      { isActive: false },
    ]);
  });

  test('wait for both their model and their data set, whichever is back first', () => {
    for (const isModelFirst of [true, false]) {
      const { context, states } = watched('arrivals', null);
      const restore = {
        model: () => restoreModel(context, 'one').watches,
        dataset: () => restoreDataset(context, 'arrivals', 'new').watches,
      };
      deleteModel(context, 'one', { evenInUse: false });
      deleteDataset(context, 'arrivals');
      expect(isModelFirst ? [restore.model(), restore.dataset()] : [restore.dataset(), restore.model()]).toEqual(
        isModelFirst ? [1, 1] : [0, 2],
      );
      expect(states()).toEqual([
        { model: 'one', dataset: 'new', isActive: true },
        { model: 'one', dataset: null, isActive: true },
      ]);
    }
  });

  test('go with the data set of their model, and come back with it', () => {
    const { context, states } = watched(null);
    deleteDataset(context, 'demo');
    expect(states()).toMatchObject([{ isActive: false }]);
    expect(restoreDataset(context, 'demo')).toEqual({ modelsLeft: [], watches: 1, stopped: [] });
    expect(states()).toMatchObject([{ model: 'one', isActive: true }]);
  });

  test('that were started or stopped by hand meanwhile stay so', () => {
    const { library, context, states } = watched(null, null);
    deleteModel(context, 'one', { evenInUse: false });
    another(library, 'one');
    setWatchActive(library.writer, 1, true);
    setWatchActive(library.writer, 2, false);
    expect(restoreModel(context, 'one', 'back')).toEqual({ watches: 0, stopped: [] });
    expect(states()).toMatchObject([
      { model: 'one', isActive: true },
      { model: 'one', isActive: false },
    ]);
  });

  /** As the deletion of an earlier version left them: stopped, and nothing says by whom. */
  function forgetWhy(library: Library): void {
    library.writer.run('UPDATE watches SET waits_for_model = NULL, waits_for_dataset = NULL', {});
  }

  test('that stay stopped when their model is back are named, and follow it to its new name', () => {
    const { library, context, states } = watched(null, null);
    deleteModel(context, 'one', { evenInUse: false });
    forgetWhy(library);
    expect(restoreModel(context, 'one', 'back')).toEqual({ watches: 0, stopped: ['/in0', '/in1'] });
    expect(states()).toMatchObject([
      { model: 'back', isActive: false },
      { model: 'back', isActive: false },
    ]);
    // Beside one that the deletion of now stops, and its user does not.
    setWatchActive(library.writer, 2, true);
    deleteModel(context, 'back', { evenInUse: false });
    expect(restoreModel(context, 'back')).toEqual({ watches: 1, stopped: ['/in0'] });
  });

  test('that stay stopped when their data set, or that of their model, is back are named, too', () => {
    const { library, context, states } = watched('arrivals', null);
    deleteDataset(context, 'arrivals');
    deleteDataset(context, 'demo');
    forgetWhy(library);
    // Its model is away: nobody could start it.
    expect(restoreDataset(context, 'arrivals', 'new')).toEqual({ modelsLeft: [], watches: 0, stopped: [] });
    expect(states()).toMatchObject([{ dataset: 'new' }, { dataset: null }]);
    expect(restoreDataset(context, 'demo')).toEqual({ modelsLeft: [], watches: 0, stopped: ['/in0', '/in1'] });
  });

  test('that are stopped are of the model that has their name now, not of one that comes back under another', () => {
    const { library, context, states } = watched(null);
    setWatchActive(library.writer, 1, false);
    deleteModel(context, 'one', { evenInUse: false });
    another(library, 'one');
    expect(restoreModel(context, 'one', 'back')).toEqual({ watches: 0, stopped: [] });
    expect(states()).toMatchObject([{ model: 'one', isActive: false }]);
  });

  test('that stay stopped are not named while their data set is away, and cannot be started', () => {
    const { library, context } = watched('arrivals');
    deleteDataset(context, 'arrivals');
    deleteModel(context, 'one', { evenInUse: false });
    forgetWhy(library);
    expect(restoreModel(context, 'one')).toEqual({ watches: 0, stopped: [] });
    const watcher = new FolderWatcher(context, { take: () => true, changed: () => {} });
    expect(() => watcher.setActive(1, true)).toThrow(
      'The data set "arrivals", which studies from this folder join, is deleted.',
    );
    expect(restoreDataset(context, 'arrivals')).toEqual({ modelsLeft: [], watches: 0, stopped: ['/in0'] });
    watcher.setActive(1, true);
    expect(listWatches(library.db)).toMatchObject([{ dataset: 'arrivals', isActive: true }]);
  });

  test('whose data set never was can be started: the first study makes it', () => {
    const { context } = watched('later');
    const watcher = new FolderWatcher(context, { take: () => true, changed: () => {} });
    watcher.setActive(1, false);
    expect(() => watcher.setActive(1, true)).not.toThrow();
  });

  test('that are stopped follow neither of two deleted models of one name, and never beside one that is watched with the new name', () => {
    const { library, context, states } = watched(null);
    setWatchActive(library.writer, 1, false);
    deleteModel(context, 'one', { evenInUse: false });
    another(library, 'one');
    deleteModel(context, 'one', { evenInUse: false });
    expect(restoreModel(context, 'one', 'back')).toEqual({ watches: 0, stopped: [] });
    expect(states()).toMatchObject([{ model: 'one' }]);
    addWatch(library.writer, { folder: '/in0', model: 'other', dataset: null }, testTime);
    expect(restoreModel(context, 'one', 'other')).toMatchObject({ stopped: [] });
    expect(states()).toMatchObject([{ model: 'one' }, { model: 'other' }]);
  });
});

test('where the window was follows names that change, and forgets what is gone', () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  addModelRow(library, 'one');
  saveWindowChoices(library.writer, { screen: 'judge', dataset: 'demo', model: 'one', at: null });
  renameModel(context, 'one', 'two');
  renameDataset(context, 'demo', 'shown');
  expect(windowChoices(library.db)).toEqual({ screen: 'judge', dataset: 'shown', model: 'two', at: null });
  deleteModel(context, 'two', { evenInUse: false });
  expect(windowChoices(library.db).model).toBe(null);
});
