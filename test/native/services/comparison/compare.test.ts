/** Methods compared on a small made set: what is measured, trained and answered; killed in the middle and gone on with; stopped; refused. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import type { ProgressEvent } from '../../../../core/base/progress.ts';
import type { CompareOptions, ComparisonReport } from '../../../../core/contract/index.ts';
import { compareOptionsSchema } from '../../../../core/contract/index.ts';
import { promiseBefore } from '../../../../core/services/comparison/promise.ts';
import { trainingOf } from '../../../../core/services/comparison/trainings.ts';
import { saveComparison } from '../../../../core/services/comparison/write.ts';
import { promiseTime } from '../../../../core/services/estimate/estimate.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { compareMethods } from '../../../../core/services/jobs/compare.ts';
import { deleteModel, renameModel } from '../../../../core/services/library/models.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import {
  auditEvents,
  comparisonById,
  comparisonsOf,
  evaluationsOf,
  listJobs,
  listModels,
  listRuns,
  warningsOfRun,
} from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const options: CompareOptions = {
  dataset: 'discs',
  lpm: 'tiny',
  methods: ['linear', 'fpt+'],
  seeds: 2,
  epochs: 3,
  inputSize: 224,
  batch: 4,
};

/** A library with the made studies and the LPM. */
async function prepared(folder: string, patients = 16): Promise<string> {
  const library = join(folder, 'library');
  const labels = writeStudies(join(folder, 'studies'), patients);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  context.library.close();
  return library;
}

/** What must be the same however often it was stopped: all but what a clock or a memory says. */
function figuresOf(report: ComparisonReport | null) {
  return report?.methods.map(({ method, state, learnable, learnableShare, auc, aucInterval, ppe, trainings }) => {
    return { method, state, learnable, learnableShare, auc, aucInterval, ppe, trainings };
  });
}

/** Compares in a process of its own, which dies when its second training has ended `epochs` epochs. */
async function runChild(library: string, epochs?: number): Promise<ComparisonReport | null> {
  const script = join(repositoryRoot, 'test', 'support', 'compare-child.ts');
  const death = epochs === undefined ? [] : [String(epochs)];
  const child = spawn(process.execPath, [script, library, JSON.stringify(options), ...death], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await Promise.all([readText(child.stdout), once(child, 'close')]);
  return child.signalCode === 'SIGKILL' ? null : (JSON.parse(text) as ComparisonReport);
}

test('killed in the middle of a training, the same command ends with the table of a comparison that nobody touched', async () => {
  const library = await prepared(temporaryFolder());
  const untouched = `${library}-untouched`;
  cpSync(library, untouched, { recursive: true });
  const expected = await runChild(untouched);
  expect(await runChild(library, 2)).toBeNull();

  const before = await testServices(library);
  // The first training has its model, the second its checkpoint; nobody has looked at a test patient.
  expect(listModels(before.library.db).map(({ name }) => name)).toEqual(['comparison-1 fpt+ seed 0']);
  const looks = () => auditEvents(before.library.db).filter(({ details }) => details['split'] === 'test');
  expect(looks()).toEqual([]);
  const measured = comparisonById(before.library.db, 1)?.plan?.costs.map(({ memoryMb }) => memoryMb);
  before.library.close();

  const resumed = await runChild(library);
  expect(figuresOf(resumed)).toEqual(figuresOf(expected));
  // What was measured is not measured anew.
  expect(resumed?.methods.map(({ memoryMb }) => memoryMb)).toEqual(measured);
  expect(resumed?.methods.map(({ method, state }) => `${method} ${state}`)).toEqual(['fpt+ trained', 'linear trained']);
  const context = await testServices(library);
  expect(listRuns(context.library.db).map(({ state }) => state)).toEqual(Array(4).fill('succeeded'));
});

test('one job measures, trains, and asks the test patients once at the end; the same command then gives the same table', async () => {
  const folder = temporaryFolder();
  // As many as an interval over test patients needs.
  const library = await prepared(folder, 32);
  const opened = await testServices(library);
  const parsed = compareOptionsSchema.parse(options);
  expect(await promiseBefore(opened, parsed)).toBeNull();

  const events: ProgressEvent[] = [];
  let modelsWhenFirstAnswered: number | null = null;
  const context = {
    ...opened,
    progress: (event: ProgressEvent) => {
      events.push(event);
      if (event.stage === 'evaluating') modelsWhenFirstAnswered ??= listModels(opened.library.db).length;
    },
  };
  const report = await compareMethods(context, options);
  expect(modelsWhenFirstAnswered).toBe(4);
  const { db } = opened.library;
  const [fptPlus, linear] = report.methods;
  expect([fptPlus?.method, linear?.method]).toEqual(['fpt+', 'linear']);
  // Memory was measured, in the right order, and the share is of full fine-tuning although nobody asked for it.
  expect(fptPlus?.memoryMb).toBeGreaterThan(linear?.memoryMb ?? Number.POSITIVE_INFINITY);
  expect(report.plan.fullMemoryMb).toBeGreaterThan(fptPlus?.memoryMb ?? Number.POSITIVE_INFINITY);
  expect(fptPlus).toMatchObject({ state: 'trained', isEpochEstimated: false, untrained: null });
  for (const row of report.methods) {
    const aucs = row.trainings.map(({ auc }) => auc as number);
    expect(row.trainings.map(({ seed }) => seed)).toEqual([0, 1]);
    expect(row.auc).toBeCloseTo(((aucs[0] as number) + (aucs[1] as number)) / 2, 12);
    expect(row.aucInterval?.[0]).toBeLessThanOrEqual(row.auc as number);
    expect(row.aucInterval?.[1]).toBeGreaterThanOrEqual(row.auc as number);
    expect(row.ppe).toBeCloseTo(100 * (row.auc as number) * Math.exp(-Math.log10(1 + row.learnableShare)), 9);
  }
  // The AUC of a seed is the one that evaluating its model says.
  const { model = '', auc } = fptPlus?.trainings[1] ?? {};
  expect((await evaluateModel(opened, { model })).image.auc).toBe(auc);

  // One job with one promise, whose progress never goes back.
  const jobs = listJobs(db, { kinds: ['compare', 'train', 'measure'], limit: 10 });
  expect(jobs.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['compare succeeded']);
  expect(jobs[0]?.promise?.seconds).toBeGreaterThan(0);
  const compared = events.filter(({ stage }) => stage === 'comparing').map(({ done }) => done);
  expect(compared).toEqual(compared.toSorted((a, b) => a - b));
  const stages = events.map(({ stage }) => stage).filter((stage, i, all) => stage !== all[i - 1]);
  expect(stages).toEqual(['measuring', 'comparing', 'evaluating']);
  expect(await promiseBefore(opened, parsed)).toMatchObject({ seconds: expect.any(Number) });

  const again = await compareMethods(opened, options);
  expect(again).toEqual(report);
  expect(listModels(db)).toHaveLength(4);
  expect(comparisonsOf(db, 'discs')).toEqual([report]);
  expect(comparisonsOf(db, 'other')).toEqual([]);

  const csv = join(folder, 'table.csv');
  saveComparison(opened, report.id, 'csv', csv);
  const rows = parse(readFileSync(csv, 'utf8'), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows.map((row) => [row['method'], Number(row['auc'])])).toEqual(
    report.methods.map((row) => [row.method, row.auc]),
  );
  saveComparison(opened, report.id, 'html', join(folder, 'table.html'));
  expect(readFileSync(join(folder, 'table.html'), 'utf8')).toContain('Fine-tuning methods compared on discs');
  expect(() => saveComparison(opened, 99, 'csv', csv)).toThrow('There is no finished comparison 99');
});

test('what is promised holds the methods that fit the hours, and no more', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  const long = compareOptionsSchema.parse({ ...options, methods: ['linear', 'lora'], lpmEpochs: 10_000, hours: 0 });
  expect(await promiseBefore(opened, long)).toBeNull();
  await compareMethods(opened, long);
  const quick = (await promiseBefore(opened, compareOptionsSchema.parse({ ...options, methods: ['linear'] })))?.seconds;
  const within = async (hours: number) => (await promiseBefore(opened, { ...long, hours }))?.seconds;
  expect(await within((2 * (quick ?? 0)) / 3600)).toBeCloseTo(quick ?? 0, 9);
  expect(await within(10_000)).toBeGreaterThan(10 * (quick ?? 0));
  // Where nothing is trained, nothing is promised for it.
  expect(await within(0)).toBeUndefined();
});

test('what is promised leaves out what the job leaves out, which counts the images that methods share with each', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  const asked = compareOptionsSchema.parse({ ...options, methods: ['linear', 'fpt+'], seeds: 1, hours: 0 });
  await compareMethods(opened, asked);
  // Slow to decode: what two methods share is most of the time.
  opened.library.writer.run("UPDATE measured_rates SET seconds = 5 WHERE what LIKE 'decode an image of%'", {});
  const costOf = async (method: 'linear' | 'fpt+') =>
    (await promiseTime(opened, [trainingOf(asked, method, 0)])).promises[0]?.seconds ?? 0;
  const alone = [await costOf('linear'), await costOf('fpt+')] as const;
  const promised = async (methods: ('linear' | 'fpt+')[], seconds: number) =>
    (await promiseBefore(opened, { ...asked, methods, hours: seconds / 3600 }))?.seconds ?? 0;
  const sum = alone[0] + alone[1];
  const both = await promised(['linear', 'fpt+'], sum + 1);
  expect(both).toBeLessThan(0.7 * sum);
  const quicker = await promised([alone[0] < alone[1] ? 'linear' : 'fpt+'], sum);
  expect(await promised(['linear', 'fpt+'], sum - 1)).toBeCloseTo(quicker, 9);
  expect(quicker).toBeLessThan(both);
});

test('in no time, and in too little memory, methods stand in the table with what was measured, and nothing is trained', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  const costs = await compareMethods(opened, { ...options, hours: 0 });
  expect(costs.methods.map(({ untrained }) => untrained)).toEqual(['time', 'time']);
  for (const row of costs.methods) {
    expect(row.memoryMb).toBeGreaterThan(0);
    expect(row.stepSeconds).toBeGreaterThan(0);
    expect(row).toMatchObject({ state: 'untrained', auc: null, trainings: [], isEpochEstimated: true });
  }
  const small = await compareMethods(opened, { ...options, hours: 0, methods: ['fpt+'], memoryMb: 0.1 });
  expect(small.methods[0]).toMatchObject({ untrained: 'memory', state: 'untrained' });
  expect(small.plan.fullMemoryMb).toBeNull();
  expect(listRuns(opened.library.db)).toEqual([]);
});

test.each(['ENGINE_FAILED', 'TOO_LITTLE_MEMORY'] as const)(
  'a method whose time cannot be measured for want of memory (%s) stands in the table, and the others are trained',
  async (code) => {
    const opened = await testServices(await prepared(temporaryFolder()));
    let died = 0;
    const small: ServiceContext = {
      ...opened,
      engine: async () => {
        const real = await opened.engine();
        return {
          ...real,
          info: real.info,
          peakMemoryMb: () => real.peakMemoryMb(),
          compile: async (...given) => {
            const [{ inputs, outputs }] = given;
            // Of the two FPT+ alone reads an image of its own.
            if (!('loss' in outputs) || !inputs.some(({ name }) => name === 'image'))
              return await real.compile(...given);
            died++;
            throw new AppError(code, 'There is not enough memory.');
          },
        } as typeof real;
      },
    };
    const { methods } = await compareMethods(small, { ...options, seeds: 1 });
    expect(methods.map(({ method, state, untrained }) => [method, state, untrained])).toEqual([
      ['fpt+', 'untrained', 'memory'],
      ['linear', 'trained', null],
    ]);
    // An engine that died once may have died of something else.
    expect(died).toBe(code === 'ENGINE_FAILED' ? 2 : 1);
    expect(methods[0]?.memoryMb).toBeGreaterThan(0);
  },
);

test('a model of a comparison under way keeps its name and stays until all were asked', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  const codes: string[] = [];
  const made = 'comparison-1 linear seed 0';
  const context: ServiceContext = {
    ...opened,
    progress: () => {
      if (codes.length > 0 || listModels(opened.library.db).length === 0) return;
      codes.push(appErrorOf(() => renameModel(opened, made, 'mine')).code);
      codes.push(appErrorOf(() => deleteModel(opened, made, { evenInUse: false })).code);
    },
  };
  const { methods } = await compareMethods(context, { ...options, methods: ['linear'] });
  expect(codes).toEqual(['BAD_INPUT', 'BAD_INPUT']);
  expect(methods[0]?.trainings.map(({ model }) => model)).toEqual([made, 'comparison-1 linear seed 1']);
  renameModel(opened, made, 'mine');
  expect(listModels(opened.library.db).map(({ name }) => name)).toContain('mine');
});

test('a method that diverges is left out and said so; the others are trained', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  const failing = { ...opened };
  // Weights of the first method become no numbers when its first training begins.
  const { engine } = opened;
  let compiled = 0;
  failing.engine = async () => {
    const real = await engine();
    return {
      ...real,
      info: real.info,
      peakMemoryMb: () => real.peakMemoryMb(),
      compile: async (...given: Parameters<typeof real.compile>) => {
        const executable = await real.compile(...given);
        if (!isBroken() || !('loss' in given[0].outputs)) return executable;
        compiled++;
        return {
          ...executable,
          dispose: () => executable.dispose(),
          run: async (...inputs: Parameters<typeof executable.run>) => {
            const outputs = await executable.run(...inputs);
            return { ...outputs, loss: { dtype: 'float32', shape: [], data: Float32Array.of(Number.NaN) } };
          },
        } as typeof executable;
      },
    } as typeof real;
  };
  const isBroken = (): boolean =>
    listRuns(opened.library.db).some(({ settings, state }) => settings.method === 'fpt+' && state === 'running');
  const report = await compareMethods(failing, options);
  expect(compiled).toBe(1);
  expect(report.methods.map(({ method, state }) => `${method} ${state}`)).toEqual(['fpt+ failed', 'linear trained']);
  expect(report.methods[0]?.failure).toContain('TRAINING_DIVERGED');
  // It is said with the comparison, and with none of its trainings.
  const { db } = opened.library;
  expect(listJobs(db).find(({ kind }) => kind === 'compare')?.warnings).toMatchObject([
    { code: 'methodLeftOut', method: 'fpt+', cause: { code: 'TRAINING_DIVERGED' } },
  ]);
  expect(listRuns(db).flatMap(({ id }) => warningsOfRun(db, id))).toEqual([]);
  expect(evaluationsOf(opened.library.db, 1).map(({ split }) => split)).toContain('test');
});

test('the version is that of the beginning; numbers and unknown methods are refused', async () => {
  const opened = await testServices(await prepared(temporaryFolder()));
  await expect(compareMethods(opened, { ...options, methods: ['none' as never] })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
  await expect(compareMethods(opened, { ...options, dataset: 'none' })).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
  // Stopped by its user it is cancelled, and goes on when asked again.
  const stopped = {
    ...opened,
    signal: {
      get aborted() {
        return listModels(opened.library.db).length >= 1;
      },
    } as AbortSignal,
  };
  const quick = { ...options, methods: ['linear' as const] };
  await expect(compareMethods(stopped, quick)).rejects.toMatchObject({ code: 'CANCELLED' });
  const report = await compareMethods(opened, quick);
  expect(report.methods[0]?.trainings.map(({ model }) => model)).toEqual([
    'comparison-1 linear seed 0',
    'comparison-1 linear seed 1',
  ]);
});
