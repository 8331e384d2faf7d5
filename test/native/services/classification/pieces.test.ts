/** Studies that come in pieces: from a watched folder, by trying failed files again, and where files are gone when their turn comes. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { ClassifyOptions } from '../../../../core/contract/index.ts';
import type { CoreContext } from '../../../../core/host/context.ts';
import { classifyHandlers } from '../../../../core/host/handlers/classify.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { batchResults, exportResults } from '../../../../core/services/classification/results.ts';
import { FolderWatcher, watchClassification } from '../../../../core/services/classification/watch.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { deleteModel } from '../../../../core/services/library/models.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import {
  addWatch,
  type BatchChoice,
  listWatches,
  modelByName,
  removeWatch,
  setModelTemperature,
} from '../../../../core/store/index.ts';
import { testTime } from '../../../support/library.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put, type TinyInstance, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const training = { dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, epochs: 1, batch: 4 } as const;

let folder: string;
let context: ServiceContext;

/** A library with a model, for one test. */
async function open(): Promise<void> {
  folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 8);
  writeTinyLpm(join(folder, 'lpm'));
  context = await testServices(join(folder, 'library'));
  // Of files of several frames each is answered.
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels, frames: 'all' });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await trainModel(context, { ...training, name: 'm' });
}

/** Image `n` of a study in a file of its own. */
function image(study: string, n: number, more: Partial<TinyInstance> = {}): string {
  const bytes = tinyDicom({
    patient: `P${study}`,
    study,
    instance: `${study}.${n}`,
    grey: n * 700,
    hasWindow: true,
    ...more,
  });
  return put(folder, `arrivals/${study}/${n}.dcm`, bytes);
}

function watching(name: string) {
  const id = addWatch(context.library.writer, { folder: join(folder, name), model: 'm', dataset: null }, testTime);
  const take = async (paths: readonly string[]) => {
    const watch = listWatches(context.library.db).find((one) => one.id === id);
    if (watch === undefined) throw new Error('the folder is watched');
    return await classifyPaths(context, watchClassification(watch, paths));
  };
  return { id, take };
}

/** What the window orders when its user has failed files tried again. */
function retryOf(batch: number | null): ClassifyOptions {
  const ordered: ClassifyOptions[] = [];
  const queue = { add: (_: string, options: ClassifyOptions) => ordered.push(options) };
  classifyHandlers['classify.retry']({ batch: batch ?? 0 }, { services: context, queue } as unknown as CoreContext);
  const [order] = ordered;
  if (order === undefined) throw new Error('nothing was ordered');
  return order;
}

const shown = (choice: BatchChoice) => {
  const { studies, failures } = batchResults(context, choice);
  const rows = studies.map(({ studyInstanceUID, images, probabilities }) => [
    studyInstanceUID,
    images,
    Number(probabilities[0]?.toFixed(9)),
  ]);
  return { studies: rows.sort(), failures: failures.map(({ path, code }) => [path.split('/').at(-1), code]) };
};

/** What one batch of all files says. */
const together = async (paths: readonly string[]) =>
  shown({ batch: (await classifyPaths(context, { paths: [...paths], model: 'm' })).batchId ?? 0 }).studies;

test('a study that arrives in pieces is answered by all its images, and one that arrives again counts once', async () => {
  await open();
  const [a1, a2, a3, b1] = [image('1.1', 1), image('1.1', 2, { frames: 3 }), image('1.1', 3), image('1.2', 5)];
  const watch = watching('pieces');
  await watch.take([a1, a2]);
  await watch.take([b1]);
  await watch.take([a3]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a1, a2, a3, b1]));

  // Sent once more, with other pixels: the former are no longer the study's.
  const again = image('1.1', 1, { grey: 3900 });
  await watch.take([again]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([again, a2, a3, b1]));

  const path = join(folder, 'watch.csv');
  exportResults(context, { watch: watch.id }, 'csv', path);
  const rows = parse(readFileSync(path), { bom: true, columns: true }) as Record<string, string>[];
  const study = (uid: string) => rows.filter((row) => row['level'] === 'study' && row['studyInstanceUID'] === uid);
  expect([study('1.1').map((row) => row['images']), study('1.2').length]).toEqual([['5'], 1]);
  expect(rows.filter((row) => row['level'] === 'image')).toHaveLength(6);
});

test('a file that is gone when its turn comes is a failure among others, of the import too; tried again, its study is answered whole', async () => {
  await open();
  const [a1, a2, b1] = [image('2.1', 1), image('2.1', 2), image('2.2', 5)];
  const missing = join(folder, 'arrivals/2.1/3.dcm');
  const watch = watching('gone');
  const first = await watch.take([a1, missing, a2, b1]);
  expect([first.images, first.studies, first.failed]).toEqual([3, 2, 1]);
  expect(shown({ watch: watch.id }).failures).toEqual([['3.dcm', 'FILE_NOT_FOUND']]);
  const imported = await importPaths(context, { paths: [a1, missing, a2], dataset: 'arrived', mayBeGone: true });
  expect([imported.imported, imported.skipped]).toEqual([2, 1]);
  // As versions of before ordered it, whose failed job is resumed.
  const ordered = await classifyPaths(context, { paths: [b1, missing], model: 'm', watchId: watching('before').id });
  expect([ordered.images, ordered.failed]).toEqual([1, 1]);
  // Whoever names files wants to know of a wrong name before anything is done.
  await expect(classifyPaths(context, { paths: [a1, missing], model: 'm' })).rejects.toThrow('not there');

  // Still away: it is named once, not once a try.
  await classifyPaths(context, retryOf(first.batchId));
  const still = shown({ watch: watch.id });
  expect(still.failures).toEqual([['3.dcm', 'FILE_NOT_FOUND']]);
  image('2.1', 3);
  const { batchId = null } = batchResults(context, { watch: watch.id }).failures[0] ?? {};
  await classifyPaths(context, retryOf(batchId));
  expect(shown({ watch: watch.id })).toEqual({ studies: await together([a1, missing, a2, b1]), failures: [] });
});

test('files of an ordinary classification that are tried again, and again, are counted with the other images of their study', async () => {
  await open();
  const [a1, a2, b1] = [image('3.1', 1), image('3.1', 2), image('3.2', 5)];
  const [a3, a4] = ['3', '4'].map((n) => put(folder, `arrivals/3.1/${n}.dcm`, 'damaged')) as [string, string];
  const first = await classifyPaths(context, { paths: [a1, a2, a3, a4, b1], model: 'm' });
  image('3.1', 3);
  const second = await classifyPaths(context, retryOf(first.batchId));
  expect([second.images, second.failed]).toEqual([1, 1]);
  image('3.1', 4);
  const third = await classifyPaths(context, retryOf(second.batchId));
  const whole = await together([a1, a2, a3, a4]);
  expect(shown({ batch: third.batchId ?? 0 }).studies).toEqual(whole);
  // What was found then stays as it was.
  expect(shown({ batch: first.batchId ?? 0 }).failures).toHaveLength(2);
});

test('results of a folder that is watched no more are kept, and stand under no other folder', async () => {
  await open();
  const db = context.library.writer;
  const watch = watching('removed');
  const { model } = listWatches(db).at(-1) ?? { model: '' };
  const order = { paths: [image('4.1', 1)], model, watchId: watch.id };
  removeWatch(db, watch.id);
  const report = await classifyPaths(context, order);
  expect(report.studies).toBe(1);
  const waiting = watching('waits');
  const job = db.run(
    "INSERT INTO jobs (kind, state, payload, created_at) VALUES ('classify', 'queued', :payload, :now)",
    {
      payload: JSON.stringify({ ...order, watchId: waiting.id }),
      now: testTime,
    },
  ).id;
  removeWatch(db, waiting.id);
  // SQLite gives the number again.
  expect(watching('next').id).toBe(waiting.id);
  expect(db.get('SELECT payload FROM jobs WHERE id = :job', { job })).toEqual({
    payload: expect.not.stringContaining('watchId'),
  });
});

test('what a deleted model said of a watched folder is not shown as what another of its name says', async () => {
  await open();
  const watch = watching('models');
  await watch.take([image('5.1', 1), image('5.2', 2)]);
  const before = shown({ watch: watch.id }).studies;
  expect(before).toHaveLength(2);
  deleteModel(context, 'm', { evenInUse: false });
  await trainModel(context, { ...training, seed: 7, name: 'm' });
  await watch.take([image('5.1', 3)]);
  const after = shown({ watch: watch.id }).studies;
  expect(after.map(([uid, images]) => [uid, images])).toEqual([['5.1', 1]]);
  expect(after).toEqual(await together([image('5.1', 3)]));
});

test('what was answered before the model was calibrated counts as the model answers now; where nobody knows how it was, it is left out and said', async () => {
  await open();
  const watch = watching('calibrated');
  const { id, threshold } = modelByName(context.library.db, 'm') ?? { id: 0, threshold: null };
  const calibrated = (temperature: number): void =>
    setModelTemperature(context.library.writer, id, { temperature, threshold, findingThresholds: [] });
  const paths = [1, 2, 3, 4, 5].map((n) => image('7.1', n * n));
  const [a1, a2, a3, a4, a5] = paths as [string, string, string, string, string];
  await watch.take([a1, a2]);
  calibrated(3);
  await watch.take([a3]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a1, a2, a3]));
  calibrated(0.6);
  await watch.take([a4]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a1, a2, a3, a4]));

  // As an earlier version left it.
  context.library.writer.run('UPDATE batches SET temperature = NULL WHERE watch_id = :id', { id: watch.id });
  await watch.take([a5]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a5]));
  expect(context.library.db.all("SELECT json_extract(warning, '$.images') AS images FROM job_warnings")).toEqual([
    { images: 4 },
  ]);
});

test('several images of one UID stay several, whichever piece they come in', async () => {
  await open();
  const watch = watching('alike');
  const [a1, a2, a3, a4] = [1, 2, 3, 4].map((n) => image('8.1', n, { instance: '8.1.0' })) as [
    string,
    string,
    string,
    string,
  ];
  await watch.take([a1]);
  await watch.take([a2, a3]);
  await watch.take([a4]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a1, a2, a3, a4]));
  // The same file once more is the same image.
  await watch.take([a4]);
  expect(shown({ watch: watch.id }).studies).toEqual(await together([a1, a2, a3, a4]));
});

test('files that were gone when their turn came are taken once they are there again, also after a restart, and are failed ones no more', async () => {
  await open();
  const [a1, a2, b1] = [image('9.1', 1), image('9.1', 2), image('9.2', 3)];
  const orders: ClassifyOptions[] = [];
  const started = () =>
    new FolderWatcher(context, {
      take: (watch, files) => orders.push(watchClassification(watch, files)) > 0,
      changed: () => {},
      settleMs: 0,
      clock: () => 0,
    });
  const ordered = async (): Promise<ClassifyOptions> => {
    await started().look();
    const [order, ...others] = orders.splice(0);
    if (order === undefined || others.length > 0) throw new Error('one order was given');
    return order;
  };
  const [arrivals, away] = [join(folder, 'arrivals'), join(folder, 'away')];
  const id = started().add({ folder: arrivals, model: 'm', dataset: null });
  const order = await ordered();
  renameSync(arrivals, away);
  const { batchId } = await classifyPaths(context, order);
  const names = ['1.dcm', '2.dcm', '3.dcm'].map((name) => [name, 'FILE_NOT_FOUND']);
  expect(shown({ watch: id }).failures).toEqual(names);
  // Tried again while the drive is still away, they are not lost either.
  await classifyPaths(context, retryOf(batchId));
  expect(shown({ watch: id }).failures).toEqual(names);
  renameSync(away, arrivals);
  const again = await ordered();
  expect(shown({ watch: id }).failures).toEqual([]);
  await classifyPaths(context, again);
  expect(shown({ watch: id })).toEqual({ studies: await together([a1, a2, b1]), failures: [] });
  await started().look();
  expect(orders).toEqual([]);
  // Names of paths can be guessed from their hashes: none is kept that is of no use any more.
  expect(context.library.db.all('SELECT path_hash FROM watched_files WHERE path_hash IS NOT NULL')).toEqual([]);
});

test('failed files of a model that a folder had before are tried again apart from it', async () => {
  await open();
  const watch = watching('other model');
  const { batchId } = await watch.take([image('10.1', 1), join(folder, 'missing.dcm')]);
  expect(retryOf(batchId).watchId).toBe(watch.id);
  context.library.writer.run("UPDATE watches SET model = 'another' WHERE id = :id", { id: watch.id });
  expect(retryOf(batchId)).toMatchObject({ model: 'm', retries: batchId });
  expect(retryOf(batchId)).not.toHaveProperty('watchId');
});
