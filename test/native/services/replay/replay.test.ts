/** A stored model is trained again from its record: equal where it was made, told by how much elsewhere, refused where its record is not whole. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import { float32 } from '../../../../core/base/tensor.ts';
import { replayLines } from '../../../../core/cli/replay-lines.ts';
import { processorName, type RunPlace, replayVerdict, type TrainOptions } from '../../../../core/contract/index.ts';
import { cpuDescription, type Engine, type EngineName, tensorsOf } from '../../../../core/engine/index.ts';
import { promiseRun } from '../../../../core/services/estimate/estimate.ts';
import { measureJob } from '../../../../core/services/estimate/measure.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { recordOfModel } from '../../../../core/services/replay/record.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openServices } from '../../../../core/services/session/open.ts';
import { runAsJob } from '../../../../core/services/session/run-as-job.ts';
import { auditEvents, modelByName, replayOf } from '../../../../core/store/index.ts';
import { openTestServices, testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { lacksTensorflow, needsTensorflow } from '../../../support/tensorflow.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const options: TrainOptions = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 2, batch: 4, lr: 3e-3, seed: 3 };
const made = ['fpt+', 'attentive', 'linear', 'folds'] as const;

/** A library with a model of each method and one of folds, all trained with one thread; each test copies it. */
const home = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
const library = join(home, 'library');
beforeAll(async () => {
  const labels = writeStudies(join(home, 'studies'), 16);
  writeTinyLpm(join(home, 'lpm'));
  const { context, close } = await openTestServices(library);
  await importPaths(context, { paths: [join(home, 'studies')], dataset: 'discs', labels, copy: true });
  // The copies are all that is known of them, so that each test may spoil its own.
  context.library.writer.run(`DELETE FROM files WHERE path NOT LIKE 'files/%'`);
  await addLpm(context, { path: join(home, 'lpm'), name: 'tiny' });
  for (const name of made) {
    const own: Partial<TrainOptions> = name === 'folds' ? { method: 'attentive', folds: 3 } : { method: name };
    await trainModel(context, { ...options, ...own, name });
  }
  await close();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

function copied(): string {
  const folder = join(temporaryFolder(), 'library');
  cpSync(library, folder, { recursive: true });
  return folder;
}

/** Everything that the database holds, but for what a replay may write. */
function rowCounts({ library: { db } }: ServiceContext): Record<string, unknown> {
  const tables = db
    .all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .map(({ name }) => name)
    .filter((name) => !['jobs', 'replays', 'audit_events', 'sqlite_sequence'].includes(name));
  return Object.fromEntries(
    tables.map((name) => [name, db.get<{ n: number }>(`SELECT count(*) AS n FROM "${name}"`)?.n]),
  );
}

describe('where it was made', () => {
  test.each(made)('%s has the same weights, and nothing but the report is kept', async (name) => {
    const context = await testServices(copied());
    const { db } = context.library;
    const before = rowCounts(context);
    const report = await replayModel(context, { model: name });
    const record = modelByName(db, name);
    expect(report).toMatchObject({
      ...{ model: name, isEqual: true, weightsHash: record?.weightsHash, replayedHash: record?.weightsHash },
      ...{ largestWeightDifference: 0, largestAnswerDifference: 0, encodedAgain: 0, isDatasetChanged: false },
      part: name === 'folds' ? 'cross-validation' : 'val',
      madeOn: [report.replayedOn],
    });
    expect(report.weights).toBe(record?.learnable);
    expect(report.images).toBeGreaterThan(0);
    expect(replayVerdict(report)).toBe('equal');
    expect(rowCounts(context)).toEqual(before);
    expect(replayOf(db, record?.id ?? 0)).toEqual(report);
    expect(modelCard(context, name).replay).toEqual(report);
    expect(auditEvents(db).at(-1)).toMatchObject({ action: 'model.replayed', subject: name });
  });

  test('also from a session of more threads, which takes as many as the record says', async () => {
    const context = await withEngine(copied(), 'onnxruntime', 2);
    const report = await replayModel(context, { model: 'fpt+' });
    expect([report.isEqual, report.replayedOn.threads, report.madeOn[0]?.threads]).toEqual([true, 1, 1]);
  });

  test('features that are gone are computed again, and it is said', async () => {
    const folder = copied();
    rmSync(join(folder, 'features'), { recursive: true });
    const context = await testServices(folder);
    const report = await replayModel(context, { model: 'attentive' });
    expect(report.isEqual).toBe(true);
    expect(report.encodedAgain).toBeGreaterThan(20);
  });

  test('labels that changed since are not used: the frozen version is, and it is said', async () => {
    const context = await testServices(copied());
    const labels = put(temporaryFolder(), 'labels.csv', 'patientID,label\nP1-0,disc\nP1-1,normal\n');
    await importPaths(context, { dataset: 'discs', labels });
    const report = await replayModel(context, { model: 'linear' });
    expect([report.isEqual, report.isDatasetChanged, report.version]).toEqual([true, true, 1]);
  });

  test('its time is promised by that of the training', async () => {
    const context = await testServices(copied());
    const { plan } = recordOfModel(context, 'fpt+');
    const unknown = await promiseRun(context, plan);
    expect(unknown).toMatchObject({ promise: null, missing: { method: 'fpt+', batch: 4, folds: 1 } });
    if (unknown.missing !== null) await runAsJob(measureJob, unknown.missing, context);
    const { promise, missing } = await promiseRun(context, plan);
    expect(missing).toBeNull();
    expect(promise?.stages.map(({ stage }) => stage)).toEqual(['training']);
    expect(promise?.diskBytes).toBe(0);
  });

  test('it can be stopped, and nothing of it is kept', async () => {
    const context = await testServices(copied());
    let asked = 0;
    const signal = {
      get aborted(): boolean {
        asked++;
        return asked > 5;
      },
    } as AbortSignal;
    await expect(replayModel({ ...context, signal }, { model: 'fpt+' })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(modelCard(context, 'fpt+').replay).toBeNull();
  });
});

const fpt = { model: 'fpt+' };
const asSession = { computeAs: 'session' } as const;

/** Services over a library with another engine or number of threads. */
async function withEngine(folder: string, engine: EngineName, threads: number): Promise<ServiceContext> {
  const opened = await openServices({
    ...{ library: folder, mode: 'write', engine, device: 'cpu', threads },
    ...{ progress: () => {}, log: silentLogger, signal: new AbortController().signal },
  });
  onTestFinished(() => opened.close());
  return opened.context;
}

/** An engine of seven threads whose steps come out a little otherwise, as sums do that are added up in another order. */
async function roundingOtherwise(context: ServiceContext): Promise<Engine> {
  const engine = await context.engine();
  return {
    info: { ...engine.info, threads: 7 },
    compile: async (...asked) => {
      const compiled = await engine.compile(...asked);
      const run: typeof compiled.run = async (inputs) => {
        const rate = tensorsOf(inputs)['lr']?.data[0];
        return await compiled.run(
          rate === undefined ? inputs : { ...inputs, lr: float32([], [Number(rate) * (1 + 1e-4)]) },
        );
      };
      const read = compiled.read?.bind(compiled);
      return { run, dispose: () => compiled.dispose(), ...(read === undefined ? {} : { read }) };
    },
    peakMemoryMb: () => engine.peakMemoryMb(),
    dispose: () => engine.dispose(),
  };
}

describe('elsewhere', () => {
  test('with another engine the places stand in the report, and by how much weights and probabilities are off', async () => {
    const context = await testServices(copied());
    const report = await replayModel(
      { ...context, engine: () => roundingOtherwise(context) },
      { ...fpt, ...asSession },
    );
    expect(report.madeOn.map(({ threads }) => threads)).toEqual([1]);
    expect(report.replayedOn.threads).toBe(7);
    expect([report.isEqual, replayVerdict(report)]).toEqual([false, 'elsewhere']);
    expect(report.replayedHash).not.toBe(report.weightsHash);
    expect(report.largestWeightDifference).toBeGreaterThan(0);
    expect(report.largestWeightDifference).toBeLessThan(1e-2);
    expect(report.largestAnswerDifference).toBeGreaterThan(0);
    expect(report.largestAnswerDifference).toBeLessThan(1e-2);
    const lines = replayLines(report, 'class');
    expect(lines[0]).toBe(
      '"fpt+" was trained again from its record and is not the same. It was made with 1 thread and made again with 7 threads, which add up in another order.',
    );
    expect(lines[2]).toMatch(/^Largest difference of a weight: \d\.\d\de-\d+\.$/);
    expect(lines[3]).toMatch(/^Largest difference of a probability over \d+ images \(validation\): \d\.\d\de-\d+\.$/);
    expect(modelCard(context, 'fpt+').replay).toEqual(report);
  });

  test.skipIf(lacksTensorflow)(`with TensorFlow it says so ${needsTensorflow}`, async () => {
    const context = await withEngine(copied(), 'tensorflow', 1);
    const report = await replayModel(context, { ...fpt, ...asSession });
    expect(report.replayedOn.engine).toBe('tensorflow');
    expect([report.isEqual, replayVerdict(report)]).toEqual([false, 'elsewhere']);
    expect(report.largestAnswerDifference).toBeLessThan(1e-2);
  });

  test('weights that are others than those of the record are told from equal ones', async () => {
    const context = await testServices(copied());
    const db = context.library.writer;
    // As if another program had made it, from another seed.
    const { run } = modelByName(db, 'linear') ?? { run: '' };
    const id = Number(run.slice('run-'.length));
    db.run(`UPDATE runs SET settings = json_set(settings, '$.seed', 4) WHERE id = :id`, { id });
    const report = await replayModel(context, { model: 'linear' });
    expect(report.isEqual).toBe(false);
    expect(report.replayedHash).not.toBe(report.weightsHash);
    expect(report.largestWeightDifference).toBeGreaterThan(1e-3);
    expect(report.largestAnswerDifference).toBeGreaterThan(1e-4);
    expect(report.largestAnswerDifference).toBeLessThanOrEqual(1);
    expect(replayVerdict(report)).toBe('unexplained');
    db.run(`UPDATE run_places SET program = '0.0.1' WHERE run_id = :id`, { id });
    expect(replayVerdict(await replayModel(context, { model: 'linear' }))).toBe('elsewhere');
    db.run('DELETE FROM run_places WHERE run_id = :id', { id });
    expect(replayVerdict(await replayModel(context, { model: 'linear' }))).toBe('notNoted');
  });

  test('a device that adds up in no fixed order is a reason of its own', () => {
    const place: RunPlace = {
      engine: 'onnxruntime',
      engineVersion: '1',
      device: 'a GPU',
      threads: 1,
      precision: 'f32',
      program: '1',
      system: 'x64',
    };
    expect(replayVerdict({ isEqual: false, madeOn: [place], replayedOn: place })).toBe('unsteady');
    expect(processorName).toBe(cpuDescription);
  });
});

describe('a record that is not whole', () => {
  /** Removes what was computed of the images, so that their files are needed. */
  function withoutRecords(folder: string): string {
    for (const name of ['features', 'previews']) rmSync(join(folder, name), { recursive: true });
    return folder;
  }

  test('of which an image is gone, or has changed, names the model, how many, and what to do', async () => {
    const folder = withoutRecords(copied());
    const files = readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true }).filter((f) =>
      f.isFile(),
    );
    expect(files).toHaveLength(32);
    const context = await testServices(folder);
    const image = context.library.db.get<{ path: string }>(
      `SELECT f.path FROM version_images v JOIN files f ON f.instance_id = v.instance_id WHERE v.split = 'train' ORDER BY v.position LIMIT 1`,
    );
    const path = join(folder, image?.path ?? '');
    rmSync(path);
    const gone = await appErrorFrom(replayModel(context, { model: 'linear' }));
    expect(gone.code).toBe('DATASET_NOT_READY');
    expect(gone.message).toMatch(
      /^Model "linear" cannot be trained again from its record: 1 of \d+ images of version 1 of "discs" cannot be read; the first: The file of an instance is not where it was/,
    );
    expect(gone.action).toContain('Put it back');
    put(folder, image?.path ?? '', 'another image');
    const changed = await appErrorFrom(replayModel(context, { model: 'linear' }));
    expect(changed.message).toContain('has changed');
  });

  test('of which the LPM is gone says which one to add', async () => {
    const context = await testServices(copied());
    context.library.writer.run('DELETE FROM lpms', {});
    const refused = await appErrorFrom(replayModel(context, { model: 'linear' }));
    expect(refused.code).toBe('LPM_NOT_FOUND');
    expect(refused.message).toContain(modelByName(context.library.db, 'linear')?.lpmHash.slice(0, 12));
    expect(refused.action).toContain('sidelight lpm add');
  });

  test('of which a patient was deleted says so', async () => {
    const context = await testServices(copied());
    deletePatient(context, { patientID: 'P1-0' });
    const refused = await appErrorFrom(replayModel(context, { model: 'linear' }));
    expect([refused.code, refused.message.includes('deleted with their patient')]).toEqual(['DATASET_NOT_READY', true]);
  });

  test('what could not be read when it was trained is left out again, though it can be read now', async () => {
    const context = await testServices(copied());
    const { db, writer } = context.library;
    const image = db.get<{ id: number; path: string; position: number }>(
      `SELECT f.id, f.path, v.position FROM version_images v JOIN files f ON f.instance_id = v.instance_id WHERE v.split = 'train' ORDER BY v.position LIMIT 1`,
    );
    writer.run(`UPDATE files SET path = 'files/away' WHERE id = :id`, { id: image?.id ?? 0 });
    rmSync(join(context.library.folder, 'features'), { recursive: true });
    rmSync(join(context.library.folder, 'previews'), { recursive: true });
    await trainModel(context, { ...options, method: 'linear', name: 'without one' });
    writer.run('UPDATE files SET path = :path WHERE id = :id', { id: image?.id ?? 0, path: image?.path ?? '' });
    expect(db.all('SELECT position FROM run_left_out')).toEqual([{ position: image?.position }]);
    const report = await replayModel(context, { model: 'without one' });
    expect([report.isEqual, report.encodedAgain]).toEqual([true, 0]);
  });
});
