import { describe, expect, test } from 'vitest';
import {
  evaluationParts,
  jobStates,
  labelLevels,
  type RunSettings,
  runRecordSchema,
  splitNames,
  type WeightLayout,
} from '../../../core/contract/index.ts';
import {
  addAuditEvent,
  addBatch,
  addInstance,
  addJob,
  addLabel,
  addLpm,
  addModel,
  addRecords,
  addRun,
  addToDataset,
  addVersion,
  auditEvents,
  bestParameters,
  currentLabel,
  dropCheckpoints,
  endJob,
  ensureDataset,
  ensureRecordStore,
  epochsOf,
  fileAt,
  filesOfInstance,
  instanceByUid,
  interruptJobs,
  interruptRuns,
  jobById,
  type Library,
  labelHistory,
  labelledInstances,
  lastCheckpoint,
  listDatasets,
  listModels,
  listRuns,
  lpmByHash,
  modelLayout,
  modelWeights,
  predictionsOf,
  recordsOf,
  removeRecords,
  resumableRun,
  runByName,
  saveEpoch,
  saveFile,
  saveVersionStatistics,
  setRunState,
  startJob,
  versionById,
  versionImages,
  versionStatistics,
} from '../../../core/store/index.ts';
import { instanceId, patientId, seriesId, studyId } from '../../support/ids.ts';
import { fillDataset, madeInstance, temporaryLibrary, testTime } from '../../support/library.ts';

const hash = 'ab'.repeat(32);
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
  seed: 7,
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

/** Two numbers that mean nothing. */
const layout: WeightLayout = { version: 1, entries: [{ name: 'head.bias', shape: [2] }] };

function frozenVersion(library: Library): number {
  const { datasetId, instanceIds } = fillDataset(library, ['a', 'b']);
  const images = instanceIds.map((instanceId, i) => ({
    instanceId,
    frame: 0,
    patientId: patientId(i + 1),
    studyId: studyId(i + 1),
    classIndex: i,
    split: i === 0 ? ('train' as const) : ('test' as const),
  }));
  return addVersion(library.writer, { datasetId, contentHash: hash, seed: 0, classes: ['a', 'b'], images }, testTime);
}

describe('instances', () => {
  test('a study stays with its first patient, and the other one is reported', () => {
    const db = temporaryLibrary().writer;
    expect(addInstance(db, madeInstance(1), testTime).otherPatient).toBe(false);
    const second = madeInstance(1, { patientKey: 'someone else', sopInstanceUID: '9.9' });
    expect(addInstance(db, second, testTime).otherPatient).toBe(true);
    expect(instanceByUid(db, '9.9')?.patientId).toBe(instanceByUid(db, '1.2.3.1.1.1')?.patientId);
  });

  test('an instance keeps every place where it was found, newest first', () => {
    const db = temporaryLibrary().writer;
    const { id } = addInstance(db, madeInstance(1), testTime);
    const place = { path: '/old', member: '', sizeBytes: 5, modifiedMs: 1, contentHash: hash };
    saveFile(db, place, id);
    saveFile(db, { ...place, path: '/new.zip', member: 'a/b' }, id);
    saveFile(db, { ...place, modifiedMs: 2 }, id);
    expect(filesOfInstance(db, id).map((file) => file.path)).toEqual(['/new.zip', '/old']);
    expect(fileAt(db, '/old', '')).toEqual({ ...place, modifiedMs: 2, instanceId: id });
  });
});

describe('labels', () => {
  test('the newest label counts, the history stays, and nobody can change it', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const { datasetId, instanceIds } = fillDataset(library, ['a']);
    const target = { kind: 'instance', id: instanceIds[0] ?? instanceId(0) } as const;
    expect(addLabel(db, datasetId, target, 'a', 'reader 1', testTime)).toBe('unchanged');
    expect(addLabel(db, datasetId, target, 'b', 'reader 2', testTime)).toBe('changed');
    expect(currentLabel(db, datasetId, target)).toBe('b');
    expect(labelHistory(db, datasetId, target).map(({ label, reader }) => [label, reader])).toEqual([
      ['a', 'test'],
      ['b', 'reader 2'],
    ]);
    expect(() => db.run(`UPDATE labels SET reader = 'x'`)).toThrow('append-only');
    expect(() => db.run('DELETE FROM labels')).toThrow('append-only');
  });

  test('the most specific level counts', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const { datasetId, instanceIds } = fillDataset(library, [null]);
    const label = () => labelledInstances(db, datasetId)[0]?.label;
    for (const target of [
      { kind: 'patient', id: patientId(1) },
      { kind: 'study', id: studyId(1) },
      { kind: 'series', id: seriesId(1) },
      { kind: 'instance', id: instanceIds[0] ?? instanceId(0) },
    ] as const) {
      addLabel(db, datasetId, target, `by ${target.kind}`, 'r', testTime);
      expect(label()).toBe(`by ${target.kind}`);
    }
  });

  test('labels of one data set do not show in another', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const { instanceIds } = fillDataset(library, ['a']);
    const other = ensureDataset(db, 'other', 'first', testTime);
    addToDataset(db, other.id, instanceIds[0] ?? instanceId(0), testTime);
    expect(labelledInstances(db, other.id).map((row) => row.label)).toEqual([null]);
    expect(listDatasets(db).map(({ name, instances, labelledInstances: n }) => [name, instances, n])).toEqual([
      ['demo', 1, 1],
      ['other', 1, 0],
    ]);
  });
});

describe('versions', () => {
  test('a version keeps its images, classes and splits whatever happens to the data set later', () => {
    const library = temporaryLibrary();
    const id = frozenVersion(library);
    const before = versionImages(library.db, id);
    addLabel(library.writer, 1, { kind: 'instance', id: instanceId(1) }, 'b', 'r', testTime);
    expect(versionImages(library.db, id)).toEqual(before);
    expect(before.map((image) => [image.index, image.classIndex, image.split])).toEqual([
      [0, 0, 'train'],
      [1, 1, 'test'],
    ]);
    expect(versionImages(library.db, id, 'test').map((image) => image.index)).toEqual([1]);
    expect(versionById(library.db, id)?.classes).toEqual(['a', 'b']);
  });

  test('statistics are frozen by input size', () => {
    const library = temporaryLibrary();
    const id = frozenVersion(library);
    const statistics = { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] };
    expect(versionStatistics(library.db, id, 512)).toBeUndefined();
    saveVersionStatistics(library.writer, id, 512, statistics);
    expect(versionStatistics(library.db, id, 512)).toEqual(statistics);
    expect(versionStatistics(library.db, id, 224)).toBeUndefined();
    expect(() => saveVersionStatistics(library.writer, id, 512, statistics)).toThrow('UNIQUE');
  });
});

describe('runs and models', () => {
  test('a run goes on from the checkpoint that was saved with its last epoch', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const newRun = { modelName: 'm', datasetVersionId: frozenVersion(library), lpmHash: hash, settings };
    const run = addRun(db, newRun, testTime);
    const figures = {
      trainLoss: 1,
      valLoss: 0.9,
      valAccuracy: 0.5,
      learningRate: 1e-4,
      gradientNorm: 2,
      seconds: 3,
    };
    const vector = (...values: number[]) => Float32Array.from(values);
    const first = {
      epoch: 1,
      step: 5,
      parameters: vector(1, 2),
      optimiser: {
        optimiser: 'adamw',
        entries: [
          { name: 'm', shape: [2] },
          { name: 'v', shape: [2] },
        ],
        vectors: [vector(3, 4), vector(5, 6)],
      },
      layout,
      state: { worse: 0 },
    };
    const second = { ...first, epoch: 2, step: 10, parameters: vector(7, 8) };
    saveEpoch(db, run, { epoch: 1, valAuc: 0.9, ...figures }, first, { isBest: true });
    saveEpoch(db, run, { epoch: 2, valAuc: 0.8, ...figures }, second, { isBest: false });
    expect(lastCheckpoint(db, run)).toEqual(second);
    expect(bestParameters(db, run)).toEqual({ epoch: 1, parameters: first.parameters, layout });
    expect(epochsOf(db, run).map((epoch) => epoch.valAuc)).toEqual([0.9, 0.8]);
    expect(resumableRun(db, newRun)?.id).toBe(run);
    expect(resumableRun(db, { ...newRun, settings: { ...settings, seed: 8 } })).toBeUndefined();
    expect(interruptRuns(db, testTime)).toBe(1);
    expect(runRecordSchema.parse(runByName(db, `run-${run}`))).toMatchObject({
      state: 'interrupted',
      epochsDone: 2,
      bestEpoch: 1,
    });
    setRunState(db, run, 'succeeded', { at: testTime, seconds: 4, peakMb: 100 });
    expect(resumableRun(db, newRun)).toBeUndefined();
    dropCheckpoints(db, run);
    expect(lastCheckpoint(db, run)).toBeUndefined();
    expect(db.all('SELECT * FROM checkpoint_layouts')).toEqual([]);
    expect(db.all('SELECT * FROM checkpoint_optimisers')).toEqual([]);
    expect(listRuns(db)).toHaveLength(1);
  });

  test('a model gives back both sets of weights and the name of its LPM', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const runId = addRun(
      db,
      { modelName: 'm', datasetVersionId: frozenVersion(library), lpmHash: hash, settings },
      testTime,
    );
    const preprocessing = {
      inputSize: 512,
      sideSize: 128,
      normalisation: 'dataset' as const,
      mean: [0.5, 0.5, 0.5],
      std: [0.2, 0.2, 0.2],
      tokens: 'global' as const,
      tokenRatio: 0.2,
      layers: [0, 1],
      frames: 'middle' as const,
    };
    const model = {
      name: 'm',
      runId,
      config: { width: 4 },
      preprocessing,
      classes: ['a', 'b'],
      threshold: 0.4,
      thresholdClass: 'mass',
      positive: null,
      temperature: 1,
      learnable: 2,
      weightsHash: hash,
      layout,
      bestWeights: Float32Array.of(0.5, -1),
      finalWeights: Float32Array.of(0.25, -2),
    };
    const id = addModel(db, model, testTime);
    addLpm(db, {
      name: 'vit',
      hash,
      family: 'vit',
      config: { width: 8 },
      folder: 'lpm/x',
      sizeBytes: 9,
      addedAt: testTime,
    });
    expect(lpmByHash(db, hash)?.config).toEqual({ width: 8 });
    expect(listModels(db)[0]).toMatchObject({ name: 'm', lpm: 'vit', method: 'fpt+', preprocessing, threshold: 0.4 });
    expect(modelLayout(db, { id, name: 'm' })).toEqual(layout);
    expect(modelWeights(db, id)).toEqual(model.bestWeights);
    expect(modelWeights(db, id, 'final')).toEqual(model.finalWeights);
    expect(() => addModel(db, model, testTime)).toThrow('UNIQUE');
  });
});

describe('records, jobs, batches, audit', () => {
  test('records are added and forgotten as a set', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const { instanceIds } = fillDataset(library, ['a', 'b']);
    const store = ensureRecordStore(db, { folder: 'features/x', lpmHash: hash, preprocessing: {} }, testTime);
    expect(ensureRecordStore(db, { folder: 'features/x', lpmHash: hash, preprocessing: {} }, testTime)).toEqual(store);
    const rows = instanceIds.map((instanceId) => ({
      instanceId,
      frame: 0,
      kind: 'k',
      shard: 0,
      offset: 64,
      length: 8,
      checksum: 4e9,
    }));
    addRecords(db, store.id, rows);
    expect(() => addRecords(db, store.id, rows)).toThrow('UNIQUE');
    removeRecords(db, store.id, rows.slice(0, 1));
    expect(recordsOf(db, store.id)).toEqual(rows.slice(1));
  });

  test('a job that was running when the process died is interrupted', () => {
    const db = temporaryLibrary().writer;
    const [a, b] = [addJob(db, 'encode', { x: 1 }, testTime), addJob(db, 'train', {}, testTime)];
    startJob(db, a, testTime);
    startJob(db, b, testTime);
    endJob(db, b, 'failed', { error: { code: 'X', message: 'm', action: 'a' } }, testTime);
    expect(interruptJobs(db, testTime)).toBe(1);
    expect([jobById(db, a)?.state, jobById(db, b)?.state]).toEqual(['interrupted', 'failed']);
    expect(jobById(db, b)?.error).toEqual({ code: 'X', message: 'm', action: 'a' });
  });

  test('a batch gives back its predictions', () => {
    const library = temporaryLibrary();
    const db = library.writer;
    const runId = addRun(
      db,
      { modelName: 'm', datasetVersionId: frozenVersion(library), lpmHash: hash, settings },
      testTime,
    );
    db.run(
      `INSERT INTO models (name, run_id, config, preprocessing, classes, temperature, learnable, weights_hash,
         created_at) VALUES ('m', :runId, '{}', '{}', '[]', 1, 0, :hash, :testTime)`,
      { runId, hash, testTime },
    );
    const predictions = [0.1, 0.7].map((p, i) => ({
      level: i === 0 ? ('image' as const) : ('study' as const),
      studyInstanceUID: '1.2',
      sopInstanceUID: i === 0 ? '1.2.3' : null,
      frame: i === 0 ? 0 : null,
      images: 1,
      probabilities: [p, 1 - p],
      decision: 'a',
      threshold: null,
      thresholdClass: null,
      findingThresholds: i === 0 ? [0.25, 0.5] : [],
      value: i === 0 ? null : 61.5,
      contentHash: null,
      referred: i === 0 ? null : ['b', 'c'],
      foldAnswers:
        i === 0
          ? []
          : [
              [0.2, 0.8],
              [0.6, 0.4],
            ],
    }));
    expect(predictionsOf(db, addBatch(db, { jobId: null, modelId: 1, predictions }, testTime))).toEqual(predictions);
  });

  test('audit events are only ever added', () => {
    const db = temporaryLibrary().writer;
    const event = { happenedAt: testTime, action: 'dataset.frozen', subject: 'demo', details: { images: 3 } };
    addAuditEvent(db, event);
    expect(auditEvents(db)).toEqual([event]);
    expect(() => db.run('DELETE FROM audit_events')).toThrow('append-only');
  });
});

test('the closed lists of the contract are those of the tables', () => {
  const db = temporaryLibrary().db;
  const sql = (table: string) =>
    db.get<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE name = :table', { table })?.sql ?? '';
  const list = (values: readonly string[]) => `IN (${values.map((value) => `'${value}'`).join(', ')})`;
  expect(sql('jobs')).toContain(list(jobStates));
  expect(sql('runs')).toContain(list(jobStates));
  expect(sql('labels')).toContain(list(labelLevels));
  expect(sql('dataset_splits')).toContain(list(splitNames));
  expect(sql('evaluations')).toContain(list(evaluationParts));
  expect(sql('models')).toContain(list(evaluationParts));
});
