/** Watched folders: what is taken, when, and that nothing is taken twice. */
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import type { JobView } from '../../../../core/contract/index.ts';
import { FolderWatcher } from '../../../../core/services/classification/watch.ts';
import { renameDataset } from '../../../../core/services/datasets/editing.ts';
import { fileError } from '../../../../core/services/files/file-error.ts';
import { deleteModel, renameModel, restoreModel } from '../../../../core/services/library/models.ts';
import {
  addBatch,
  addBatchFailures,
  batchFailures,
  forgetGoneFiles,
  type Library,
  openLibrary,
} from '../../../../core/store/index.ts';
import { addModelRow, temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** A watcher with its own clock; `taken` are the files it handed over, `refuse` makes it wait. */
function watching(library: Library) {
  const taken: string[][] = [];
  const state = { now: 0, isRefusing: false };
  const watcher = new FolderWatcher(testContext(library), {
    take: (_, files) => {
      if (!state.isRefusing) taken.push(files.map((file) => file.slice(-6)));
      return !state.isRefusing;
    },
    changed: () => {},
    settleMs: 1000,
    clock: () => state.now,
  });
  const lookAt = async (now: number): Promise<void> => {
    state.now = now;
    await watcher.look();
  };
  return { watcher, taken, state, lookAt };
}

const file = (n: number) => tinyDicom({ patient: `P${n}`, study: `1.2.${n}`, instance: `1.2.${n}.1`, grey: n });

test('a file is taken once it stands still, a growing one is left alone, and each content counts once, also after a restart', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  put(folder, 'b2.dcm', file(2).slice(0, 300));
  put(folder, 'c3.dcm.part', file(3));
  const { watcher, taken, lookAt } = watching(library);
  watcher.add({ folder, model: 'm', dataset: null });
  await lookAt(0);
  expect(taken).toEqual([]);
  expect(watcher.list()[0]).toMatchObject({ waiting: 2, taken: 0, isActive: true, problem: null });
  appendFileSync(join(folder, 'b2.dcm'), file(2).slice(300));
  await lookAt(1500);
  expect(taken).toEqual([['a1.dcm']]);
  await lookAt(3000);
  expect(taken).toEqual([['a1.dcm'], ['b2.dcm']]);

  copyFileSync(join(folder, 'a1.dcm'), join(folder, 'copy-of-a1.dcm'));
  await lookAt(4000);
  await lookAt(6000);
  const after = watching(library);
  await after.lookAt(0);
  await after.lookAt(5000);
  expect([taken.length, after.taken.length]).toEqual([2, 0]);
  expect(after.watcher.list()[0]).toMatchObject({ waiting: 0, taken: 2 });
});

test('files wait while the queue is busy with the folder, and a folder that is away is said and watched on', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  const { watcher, taken, state, lookAt } = watching(library);
  watcher.add({ folder, model: 'm', dataset: null });
  state.isRefusing = true;
  await lookAt(0);
  await lookAt(2000);
  expect(watcher.list()[0]).toMatchObject({ waiting: 1, taken: 0 });
  state.isRefusing = false;
  await lookAt(3000);
  expect(taken).toEqual([['a1.dcm']]);

  rmSync(folder, { recursive: true });
  await lookAt(4000);
  expect(watcher.list()[0]?.problem?.message).toContain('not there');
  mkdirSync(folder);
  await lookAt(5000);
  expect(watcher.list()[0]?.problem).toBeNull();
});

test('of two files of one content that wait for the queue one is taken: neither stands in the way of the other', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  put(folder, 'b1.dcm', file(1));
  put(folder, 'c2.dcm', file(2));
  const { watcher, taken, state, lookAt } = watching(library);
  watcher.add({ folder, model: 'm', dataset: null });
  state.isRefusing = true;
  await lookAt(0);
  await lookAt(2000);
  expect(watcher.list()[0]).toMatchObject({ waiting: 3, taken: 0 });
  // A restart knows of no file that was not taken.
  const after = watching(library);
  after.state.isRefusing = true;
  await after.lookAt(0);
  await after.lookAt(2000);
  after.state.isRefusing = false;
  await after.lookAt(3000);
  expect(after.taken).toEqual([['a1.dcm', 'c2.dcm']]);
  expect(after.watcher.list()[0]).toMatchObject({ waiting: 0, taken: 2 });
  await after.lookAt(4000);
  expect([taken.length, after.taken.length]).toEqual([0, 1]);
});

test('a file that cannot be read is named and tried again, and the others are taken meanwhile; one that waits is read once', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  for (const n of [1, 2, 3]) put(folder, `f${n}.dcm`, file(n));
  const taken: string[][] = [];
  const read: string[] = [];
  const locked = new Set(['f1.dcm', 'f3.dcm']);
  let isBusy = true;
  const watcher = new FolderWatcher(testContext(library), {
    take: (_, files) => {
      if (!isBusy) taken.push(files.map((path) => basename(path)));
      return !isBusy;
    },
    changed: () => {},
    settleMs: 0,
    clock: () => 0,
    hashOf: async (path) => {
      const name = basename(path);
      if (locked.has(name)) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      read.push(name);
      return createHash('sha256').update(readFileSync(path)).digest('hex');
    },
  });
  watcher.add({ folder, model: 'm', dataset: null });
  await watcher.look();
  await watcher.look();
  expect(read).toEqual(['f2.dcm']);
  isBusy = false;
  await watcher.look();
  expect(taken).toEqual([['f2.dcm']]);
  expect(watcher.list()[0]?.problem?.message).toBe(
    'f1.dcm: The file cannot be read (another program uses it, EBUSY). Nor can 1 other be read.',
  );
  locked.clear();
  await watcher.look();
  expect(taken).toEqual([['f2.dcm'], ['f1.dcm', 'f3.dcm']]);
  expect(watcher.list()[0]).toMatchObject({ problem: null, waiting: 0 });
});

test('a file that was gone when its turn came is taken where it was moved to; one that could not be used is not', async () => {
  const library = temporaryLibrary();
  const modelId = addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  for (const n of [1, 2, 3]) put(folder, `new folder/f${n}.dcm`, file(n));
  const { watcher, taken, lookAt } = watching(library);
  const id = watcher.add({ folder, model: 'm', dataset: null });
  await lookAt(0);
  await lookAt(2000);
  expect(taken.splice(0)).toEqual([['f1.dcm', 'f2.dcm', 'f3.dcm']]);
  // The folder is renamed while its classification waits behind another; one file is left behind damaged.
  renameSync(join(folder, 'new folder'), join(folder, 'Doe'));
  const db = library.writer;
  const batchId = addBatch(db, { jobId: null, modelId, watchId: id, predictions: [] }, testTime);
  const at = (n: number, code: string) => ({
    ...{ path: join(folder, `new folder/f${n}.dcm`), member: '', message: '', action: '', code },
    contentHash: createHash('sha256').update(file(n)).digest('hex'),
  });
  addBatchFailures(db, batchId, [at(1, 'FILE_NOT_FOUND'), at(2, 'FILE_NOT_FOUND'), at(3, 'DICOM_TRUNCATED')]);
  forgetGoneFiles(db, id, batchId);
  const job = { kind: 'classify', payload: { watchId: id }, result: { batchId } };
  watcher.jobChanged({ ...job, isStoppable: true, result: null } as unknown as JobView);
  watcher.jobChanged({ ...job, isStoppable: false } as unknown as JobView);
  await lookAt(3000);
  await lookAt(5000);
  expect(taken).toEqual([['f1.dcm', 'f2.dcm']]);
  expect(watcher.list()[0]).toMatchObject({ waiting: 0, taken: 3 });
});

test('files whose drive was away when their turn came are taken by themselves once it is back, and are failed ones no more', async () => {
  const library = temporaryLibrary();
  const modelId = addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'share');
  for (const n of [1, 2, 3]) put(folder, `f${n}.dcm`, file(n));
  const { watcher, taken, lookAt } = watching(library);
  const id = watcher.add({ folder, model: 'm', dataset: null });
  await lookAt(0);
  await lookAt(2000);
  expect(taken.splice(0)).toEqual([['f1.dcm', 'f2.dcm', 'f3.dcm']]);
  const db = library.writer;
  const batchId = addBatch(db, { jobId: null, modelId, watchId: id, predictions: [] }, testTime);
  const failed = (n: number, systemCode: string) => {
    const path = join(folder, `f${n}.dcm`);
    const { code, message, action } = fileError(Object.assign(new Error(systemCode), { code: systemCode }), path);
    return { path, member: '', code, message, action, contentHash: createHash('sha256').update(file(n)).digest('hex') };
  };
  addBatchFailures(db, batchId, [failed(1, 'EIO'), failed(2, 'EHOSTDOWN'), failed(3, 'EACCES')]);
  forgetGoneFiles(db, id, batchId);
  const job = { kind: 'classify', payload: { watchId: id }, result: { batchId }, isStoppable: false };
  watcher.jobChanged(job as unknown as JobView);
  await lookAt(3000);
  await lookAt(5000);
  expect(taken).toEqual([['f1.dcm', 'f2.dcm']]);
  expect(batchFailures(db, { batch: batchId }).map(({ code }) => code)).toEqual(['FILE_UNREADABLE']);
  // Nor is it classified twice.
  await lookAt(9000);
  expect(taken.length).toBe(1);
});

test('a DICOMDIR is not handed over: it would take all files of its folder along, those that still grow among them', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'DICOMDIR', file(9));
  put(folder, 'IMAGES/a1.dcm', file(1));
  const { watcher, taken, lookAt } = watching(library);
  watcher.add({ folder, model: 'm', dataset: null });
  await lookAt(0);
  await lookAt(2000);
  expect(taken).toEqual([['a1.dcm']]);
});

test('a stopped folder gives nothing until it is started, a second watch of the same is refused, a removed one is forgotten', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  const { watcher, taken, lookAt } = watching(library);
  const id = watcher.add({ folder, model: 'm', dataset: null });
  expect(() => watcher.add({ folder, model: 'm', dataset: null })).toThrow('watched with this model already');
  expect(() => watcher.add({ folder, model: 'x', dataset: null })).toThrow('There is no model');
  watcher.setActive(id, false);
  await lookAt(0);
  await lookAt(2000);
  expect(taken).toEqual([]);
  watcher.setActive(id, true);
  await lookAt(3000);
  await lookAt(5000);
  expect(taken).toEqual([['a1.dcm']]);
  watcher.remove(id);
  expect(watcher.list()).toEqual([]);
});

test('what is renamed or deleted while files are read is heeded: no model is asked by a name that it no longer has', async () => {
  const library = temporaryLibrary();
  const context = testContext(library);
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  const asked: (string | null)[] = [];
  const watcher = new FolderWatcher(context, {
    take: ({ model, dataset }) => asked.push(model, dataset) > 0,
    changed: () => {},
    settleMs: 0,
    clock: () => 0,
  });
  const id = watcher.add({ folder, model: 'm', dataset: 'demo' });
  // The files are read by then, in threads of their own, and the watch of before is what they were listed for.
  let looking = watcher.look();
  renameModel(context, 'm', 'new');
  renameDataset(context, 'demo', 'shown');
  await looking;
  expect(asked).toEqual(['new', 'shown']);

  put(folder, 'b2.dcm', file(2));
  looking = watcher.look();
  deleteModel(context, 'new', { evenInUse: false });
  await looking;
  expect(asked).toEqual(['new', 'shown']);
  expect(watcher.list()).toMatchObject([{ taken: 1, isActive: false }]);
  expect(() => watcher.setActive(id, true)).toThrow('There is no model "new"');
  restoreModel(context, 'new');
  watcher.setActive(id, true);
  await watcher.look();
  expect(watcher.list()).toMatchObject([{ taken: 2, isActive: true }]);
});

test('a library that cannot be read for a moment ends nothing: the folders are looked through again', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  const failing = { isOn: true };
  const logged: unknown[] = [];
  const context = testContext(library, { log: { log: (_, message) => logged.push(message) } });
  const db = new Proxy(library.db, {
    get: (target, name) => {
      if (failing.isOn) throw new AppError('DISK_FAILED', 'The disk does not answer.');
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const awayAtFirst = new Proxy(library, {
    get: (target, name) => (name === 'db' ? db : Reflect.get(target, name, target)),
  });
  const taken: string[] = [];
  const watcher = new FolderWatcher(
    { ...context, library: awayAtFirst },
    { take: (_, files) => taken.push(...files) > 0, changed: () => {}, settleMs: 0, pollMs: 1 },
  );
  watching(library).watcher.add({ folder, model: 'm', dataset: null });
  watcher.open();
  await expect.poll(() => logged.length).toBeGreaterThan(1);
  expect(logged[0]).toBe('Watched folders could not be looked through');
  failing.isOn = false;
  await expect.poll(() => taken.length).toBe(1);
  await watcher.close();
});

test('a library that is only read watches nothing, and says so', async () => {
  const library = temporaryLibrary();
  addModelRow(library, 'm');
  const folder = join(temporaryFolder(), 'arrivals');
  put(folder, 'a1.dcm', file(1));
  watching(library).watcher.add({ folder, model: 'm', dataset: null });
  const reader = openLibrary(library.folder, { mode: 'read' });
  onTestFinished(() => reader.close());
  const told: string[] = [];
  const watcher = new FolderWatcher(testContext(reader), {
    take: () => told.push('taken') > 0,
    changed: () => void told.push('changed'),
    settleMs: 0,
    pollMs: 1,
  });
  watcher.open();
  await sleep(200);
  await watcher.close();
  expect(told).toEqual([]);
  expect(watcher.list()).toMatchObject([{ isActive: false, waiting: 0, problem: null }]);
});
