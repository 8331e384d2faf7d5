/** What is promised before a training, beside what the training then does. No time is asserted: machines differ. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import { type Method, type TimePromise, trainOptionsSchema } from '../../../../core/contract/index.ts';
import type { Engine } from '../../../../core/engine/index.ts';
import { promiseTime } from '../../../../core/services/estimate/estimate.ts';
import { measureJob } from '../../../../core/services/estimate/measure.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openServices } from '../../../../core/services/session/open.ts';
import { runAsJob } from '../../../../core/services/session/run-as-job.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { put } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

// Lanes are as many as memory has room for, which is not what is asked here.
vi.mock('../../../../core/services/lpm/encoder-memory.ts', async (original) => ({
  ...(await original<typeof import('../../../../core/services/lpm/encoder-memory.ts')>()),
  machineMemory: () => ({ total: 16 * 2 ** 30, free: 8 * 2 ** 30 }),
}));

const { resume: _, ...options } = trainOptionsSchema.parse({
  dataset: 'discs',
  lpm: 'tiny',
  inputSize: 224,
  epochs: 3,
  batch: 4,
});

async function madeLibrary(): Promise<{ context: ServiceContext; seen: ProgressEvent[] }> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const seen: ProgressEvent[] = [];
  const context = await testServices(join(folder, 'library'), { progress: (event) => seen.push(event) });
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  seen.length = 0;
  return { context, seen };
}

/** Bytes of all files below a folder. */
function storedBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}

/** Measures what is missing, as the window does, and gives the promises. */
async function promised(context: ServiceContext, ...methods: Method[]): Promise<TimePromise[]> {
  const trainings = methods.map((method) => ({ ...options, method }));
  for (const missing of (await promiseTime(context, trainings)).missing) await runAsJob(measureJob, missing, context);
  const { promises, missing } = await promiseTime(context, trainings);
  expect(missing).toEqual([]);
  return promises.map((promise) => promise as TimePromise);
}

/** How often each part is done, by stage and part; megabytes left out. */
function timesOf(promise: TimePromise | undefined): Record<string, number> {
  const parts = promise?.stages.flatMap(({ stage, parts }) => parts.map((part) => ({ stage, ...part }))) ?? [];
  return Object.fromEntries(
    parts.flatMap(({ stage, what, times }) => (what === 'megabyte' ? [] : [[`${stage}: ${what}`, times]])),
  );
}

test('a promise names every image, step and batch that the training then does, and no more for what is there', async () => {
  const { context, seen } = await madeLibrary();
  const [promise] = await promised(context, 'fpt+');
  const times = timesOf(promise);
  seen.length = 0;
  const { learnable } = await trainModel(context, { ...options, method: 'fpt+', name: 'first' });
  const done = (stage: string): number => seen.findLast((event) => event.stage === stage)?.total ?? 0;
  expect(times).toEqual({
    'decoding: start': 1,
    'decoding: image': done('decoding'),
    'statistics: image': done('statistics'),
    'encoding: start': 1,
    'encoding: image': done('encoding'),
    'training: start': 1,
    'training: step': done('training'),
    'training: validation batch': 4 * Math.ceil((done('decoding') - done('statistics')) / 4),
    'training: epoch': 3,
  });
  expect(promise?.seconds).toBeGreaterThan(0);
  expect(promise?.low).toBeLessThan(promise?.seconds ?? 0);
  expect(promise?.high).toBeGreaterThan(promise?.seconds ?? 0);

  const [again, other] = await promised(context, 'fpt+', 'linear');
  expect(again?.stages.map(({ stage }) => stage)).toEqual(['training']);
  // The weights of another model, best and last; what passes has its room by now.
  expect(again?.diskBytes).toBe(2 * 4 * learnable);
  // Another method reads the decoded images and asks something else of the LPM.
  expect(other?.stages.map(({ stage }) => stage)).toEqual(['encoding', 'training']);
  expect(timesOf(other)['encoding: image']).toBe(times['encoding: image']);
});

test('the promise of a method that asks for all tokens knows their size and that they are encoded once', async () => {
  const { context } = await madeLibrary();
  const [first, second] = await promised(context, 'attentive', 'attentive');
  const images = timesOf(first)['encoding: image'] ?? 0;
  // 197 tokens of width 64 from three layers in two bytes each, and the decoded images; of the weights almost nothing.
  const features = images * (2 * 3 * 197 * 64 + 2 * 224 ** 2);
  expect((first?.diskBytes ?? 0) - features).toBeGreaterThan(0);
  expect((first?.diskBytes ?? 0) - features).toBeLessThan(features / 10);
  expect(second?.stages.map(({ stage }) => stage)).toEqual(['training']);
  const report = await trainModel(context, { ...options, method: 'attentive', name: 'first' });
  expect(report.epochs).toHaveLength(3);
  const [after] = await promised(context, 'attentive');
  expect([after?.stages.map(({ stage }) => stage), after?.diskBytes]).toEqual([['training'], 2 * 4 * report.learnable]);
});

test.each([{}, { folds: 3 }])(
  'the promise of a method whose weights are many holds what the library then grows by: %o',
  async (folds) => {
    const { context } = await madeLibrary();
    const training = { ...options, ...folds, method: 'full' as const, epochs: 2 };
    for (const missing of (await promiseTime(context, [training])).missing)
      await runAsJob(measureJob, missing, context);
    const [first, second] = (await promiseTime(context, [training, training])).promises;
    const bytes = (): number =>
      readdirSync(context.library.folder, { recursive: true, withFileTypes: true }).reduce(
        (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
        0,
      );
    const before = bytes();
    const { learnable } = await trainModel(context, { ...training, name: 'first' });
    const grown = bytes() - before;
    // The database has rows and pages besides.
    expect(first?.diskBytes).toBeGreaterThan(0.8 * grown);
    expect(first?.diskBytes).toBeLessThan(1.3 * grown);
    // Another one writes over what passed.
    expect(second?.diskBytes).toBe(2 * 4 * learnable);
  },
);

test('images of colour are promised the disk that they take, three times that of grey ones', async () => {
  const { context } = await madeLibrary();
  const folder = temporaryFolder();
  const rows = Array.from({ length: 12 }, (_, i) => {
    const data = Uint8Array.from({ length: 3 * 40 * 40 }, (_v, at) => (at * (i + 3)) % 251);
    put(folder, `pictures/${i}.png`, encode({ width: 40, height: 40, channels: 3, depth: 8, data }));
    return `${i}.png,${i % 2 === 0 ? 'mole' : 'melanoma'}`;
  });
  const labels = put(folder, 'labels.csv', ['path,label', ...rows].join('\n'));
  await importPaths(context, { paths: [join(folder, 'pictures')], dataset: 'skin', labels });
  const training = { ...options, dataset: 'skin', method: 'side-only' as const };
  for (const missing of (await promiseTime(context, [training])).missing) await runAsJob(measureJob, missing, context);
  const [promise] = (await promiseTime(context, [training])).promises;
  const images = timesOf(promise ?? undefined)['decoding: image'] ?? 0;
  expect(images).toBeGreaterThan(5);
  const ofImages = images * 3 * 2 * 224 ** 2;
  expect(promise?.diskBytes).toBeGreaterThan(ofImages);
  await trainModel(context, { ...training, epochs: 1, name: 'skin' });
  expect(
    storedBytes(join(context.library.folder, 'previews')) / ofImages,
    'what was decoded lies there as large as was promised',
  ).toBeCloseTo(1, 1);
});

test('trainings in a row decode once', async () => {
  const { context } = await madeLibrary();
  const [first, second, third] = await promised(context, 'side-only', 'linear', 'side-only');
  expect(timesOf(first)['decoding: image']).toBeGreaterThan(0);
  expect(second?.stages.map(({ stage }) => stage)).toEqual(['encoding', 'training']);
  expect(third?.stages.map(({ stage }) => stage)).toEqual(['training']);
});

test('another data set is measured anew: its images may be of another kind', async () => {
  const { context } = await madeLibrary();
  await promised(context, 'side-only');
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16, 2);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'others', labels });
  const { promises, missing } = await promiseTime(context, [{ ...options, dataset: 'others', method: 'side-only' }]);
  expect(promises).toEqual([null]);
  expect(missing).toMatchObject([{ dataset: 'others', method: 'side-only' }]);
});

test('a cross-validation is promised the steps of all its networks, whatever the batch, and nothing measured is asked for again', async () => {
  const { context, seen } = await madeLibrary();
  for (const batch of [4, 64]) {
    const training = { ...options, batch, method: 'attentive' as const, folds: 4 };
    for (const missing of (await promiseTime(context, [training])).missing) {
      await runAsJob(measureJob, missing, context);
    }
    const { promises, missing } = await promiseTime(context, [training]);
    expect(missing).toEqual([]);
    const times = timesOf(promises[0] ?? undefined);
    seen.length = 0;
    const report = await trainModel(context, { ...training, name: `batch ${batch}` });
    expect(report.members).toHaveLength(4);
    expect(times['training: step']).toBe(seen.findLast(({ stage }) => stage === 'training')?.total);
    expect(times['training: epoch']).toBe(12);
  }
});

test('what a training took is what the next one is promised', async () => {
  const { context } = await madeLibrary();
  await promised(context, 'side-only');
  const measured = storedRates(context);
  const report = await trainModel(context, { ...options, method: 'side-only', epochs: 6, name: 'first' });
  expect(report.epochs.length).toBe(6);
  const kept = storedRates(context);
  const changed = [...kept.keys()].filter((what) => kept.get(what) !== measured.get(what));
  expect(changed.some((what) => what.startsWith('decode an image'))).toBe(true);
  expect(changed.some((what) => what.startsWith('step of'))).toBe(true);
  // The same names: nothing is kept that no promise asks for.
  expect([...kept.keys()].toSorted()).toEqual([...measured.keys()].toSorted());
});

/** Every rate of the library, by name. */
function storedRates({ library }: ServiceContext): Map<string, number> {
  const rows = library.db.all<{ what: string; seconds: number }>('SELECT what, seconds FROM measured_rates');
  return new Map(rows.map(({ what, seconds }) => [what, seconds]));
}

test('a search of several lanes is promised the steps that it makes at once as they were measured at once, and leaves no process behind', async () => {
  const { context: one } = await madeLibrary();
  const { context, close } = await openServices({
    ...{ library: one.library.folder, mode: 'read', engine: 'onnxruntime', device: 'cpu', threads: 2 },
    ...{ progress: () => {}, log: silentLogger, signal: new AbortController().signal },
  });
  onTestFinished(() => close());
  const processes: number[] = [];
  const openEngine: NonNullable<ServiceContext['openEngine']> = async (as) => {
    const engine = await (context.openEngine as NonNullable<ServiceContext['openEngine']>)(as);
    processes.push((engine as Engine & { processId(): number }).processId());
    return engine;
  };
  const two = { ...context, library: one.library, openEngine };
  const search = { ...options, recipe: 'auto' as const, batch: 8, methods: ['linear' as const, 'attentive' as const] };
  const { promises, missing } = await promiseTime(two, [search]);
  expect([promises, missing.map(({ method, sideBySide }) => [method, sideBySide])]).toEqual([
    [null],
    [
      ['attentive', { lanes: 2, threads: 1 }],
      ['linear', { lanes: 2, threads: 1 }],
    ],
  ]);
  for (const wanted of missing) await runAsJob(measureJob, wanted, two);
  expect(processes).toHaveLength(4);
  expect(processes.filter(isRunning)).toEqual([]);
  expect([...storedRates(one).keys()].filter((what) => what.endsWith(', 2 at once')).length).toBe(2 * 2);
  const { promises: known, missing: none } = await promiseTime(two, [search]);
  expect(none).toEqual([]);
  const parts = known[0]?.stages.flatMap((stage) => stage.parts) ?? [];
  const steps = (what: string): number => parts.reduce((sum, part) => sum + (part.what === what ? part.times : 0), 0);
  // Five recipes of 2,300 steps in all on two folds, two of five on the three others; then one of five in five networks.
  expect(steps('step beside others')).toBeCloseTo(2300 * (2 + (3 * 2) / 5), 6);
  expect(steps('step')).toBeCloseTo(2300, 6);
  // With one thread none run at once.
  expect((await promiseTime(one, [search])).missing.every(({ sideBySide }) => sideBySide === undefined)).toBe(true);
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
