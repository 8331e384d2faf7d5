/** Training with folds: who learns from whom, what is said of those that were not learned from, and that a stop changes nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TrainOptions, TrainReport } from '../../../../core/contract/index.ts';
import { memberOf, splitMembers } from '../../../../core/models/index.ts';
import { evaluateModel, predictSplit } from '../../../../core/services/evaluation/evaluate.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { calibrate } from '../../../../core/services/evaluation/judge-settings.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { deletePatient } from '../../../../core/services/library/delete-patient.ts';
import { openLibraryLpm } from '../../../../core/services/lpm/encoder.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { computeWeights } from '../../../../core/services/training/compute-weights.ts';
import { dealFolds } from '../../../../core/services/training/folds.ts';
import { keepNothing } from '../../../../core/services/training/keeper.ts';
import { withNetwork } from '../../../../core/services/training/learn.ts';
import { withMaterial } from '../../../../core/services/training/material.ts';
import { hashWeights, requireModel } from '../../../../core/services/training/model.ts';
import { startingParameters } from '../../../../core/services/training/network.ts';
import { memberSeed } from '../../../../core/services/training/stuck-members.ts';
import { temperatureLoss } from '../../../../core/statistics/temperature.ts';
import {
  listRuns,
  lpmByHash,
  membersOf,
  modelByName,
  runById,
  runByName,
  versionById,
  versionImages,
} from '../../../../core/store/index.ts';
import { freshState, train } from '../../../../core/training/loop.ts';
import { madeFoldLibrary, outOfFold } from '../../../support/fold-library.ts';
import { instanceId } from '../../../support/ids.ts';
import { testServices, writeStudies } from '../../../support/made-studies.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const folds = 3;
const options: TrainOptions = {
  dataset: 'discs',
  lpm: 'tiny',
  method: 'attentive',
  inputSize: 224,
  epochs: 3,
  batch: 4,
  lr: 1e-2,
  folds,
  seed: 2,
  name: 'discs-1',
};

const copied = madeFoldLibrary((context) => trainModel(context, { ...options, folds: 1, epochs: 1, name: 'first' }));

/** The images that a model of folds learned from, in the version's order. */
function learnedImages({ library: { db } }: ServiceContext, runId: number) {
  const run = runById(db, runId);
  return versionImages(db, run?.datasetVersionId ?? 0).filter(({ split }) => split !== 'test');
}

describe('a model of folds', () => {
  test('answers each patient out of fold by the network that did not learn from it, and a new one by the mean of all', async () => {
    const context = await testServices(copied());
    const report = await trainModel(context, options);
    const { record, config, params, rule } = requireModel(context, 'discs-1');
    expect([report.folds, record.folds, config.members]).toEqual([folds, folds, folds]);
    expect(report.members.map(({ fold, attempt, isKept }) => [fold, attempt, isKept])).toEqual([
      [1, 1, true],
      [2, 1, true],
      [3, 1, true],
    ]);
    expect(report.epochs.map(({ fold, epoch }) => [fold, epoch])).toEqual(
      [1, 2, 3].flatMap((fold) => [1, 2, 3].map((epoch) => [fold, epoch])),
    );

    const images = learnedImages(context, Number(report.run.slice('run-'.length)));
    const dealt = dealFolds(images, { count: folds, seed: 2, target: 'class', classes: report.classes });
    const kept = outOfFold(context, 'discs-1');
    expect(kept.map(({ position }) => position)).toEqual(images.map(({ index }) => index));
    for (const [k, member] of splitMembers(config, params).entries()) {
      const alone = { record, rule, config: memberOf(config), params: member };
      for (const split of ['train', 'val'] as const) {
        const predicted = await predictSplit(context, alone, split);
        predicted.images.forEach(({ index }, i) => {
          const at = images.findIndex((image) => image.index === index);
          const logits = Array.from(predicted.logits.subarray(2 * i, 2 * i + 2));
          const isOwn = logits.every((z, c) => Math.abs(z - (kept[at]?.logits[c] as number)) < 1e-5);
          expect(isOwn).toBe(dealt[at] === k);
        });
      }
    }

    const asked = async (member: Float32Array, one: boolean) =>
      (await predictSplit(context, { record, rule, config: one ? memberOf(config) : config, params: member }, 'test'))
        .logits;
    const apart = await Promise.all(splitMembers(config, params).map((member) => asked(member, true)));
    (await asked(params, false)).forEach((z, i) => {
      expect(z).toBeCloseTo(apart.reduce((sum, own) => sum + (own[i] as number), 0) / folds, 4);
    });
  });

  test('is calibrated and decides by its out-of-fold answers, and they are what evaluate says of it', async () => {
    const context = await testServices(copied());
    const report = await trainModel(context, options);
    const record = modelByName(context.library.db, 'discs-1');
    const kept = outOfFold(context, 'discs-1');
    const logits = kept.flatMap((image) => [...image.logits]);
    const labels = kept.map(({ classIndex }) => classIndex as number);
    const loss = (temperature: number) => temperatureLoss(logits, labels, 2, temperature);
    expect(record?.temperature).not.toBe(1);
    expect(loss(record?.temperature ?? 1)).toBeLessThan(loss(1));
    expect(record).toMatchObject({ thresholdSplit: 'cross-validation', bestEpoch: null, valAuc: null });
    expect(record?.threshold).toBeGreaterThan(0);

    const found = await evaluateModel(context, { model: 'discs-1', split: 'cross-validation' });
    expect(found.image.n).toBe(kept.length);
    expect(report.crossValidation?.image).toMatchObject({
      n: kept.length,
      auc: found.image.auc,
      aucInterval: found.image.aucInterval,
      accuracy: found.image.accuracy,
    });
    expect(report.crossValidation?.study.auc).toBe(found.study.auc);
    expect(report.crossValidation?.temperature).toBe(record?.temperature);
    expect(calibrate(context, 'discs-1').temperature).toBeCloseTo(record?.temperature ?? 0, 6);
    expect((await evaluateModel(context, { model: 'discs-1' })).split).toBe('test');
  });

  test('is not judged on patients that it learned from, nor is one without folds on a cross-validation', async () => {
    const context = await testServices(copied());
    await trainModel(context, { ...options, epochs: 1 });
    for (const split of ['train', 'val'] as const) {
      const refused = await appErrorFrom(evaluateModel(context, { model: 'discs-1', split }));
      expect([refused.code, refused.message]).toEqual([
        'BAD_INPUT',
        `Model "discs-1" is of 3 folds and learned from the training and the validation patients, so their figures would flatter it; found the part "${split}", allowed: cross-validation, test.`,
      ]);
    }
    const none = await appErrorFrom(evaluateModel(context, { model: 'first', split: 'cross-validation' }));
    expect([none.code, none.message]).toEqual([
      'BAD_INPUT',
      'Model "first" was trained without folds, so it has no cross-validation; found the part "cross-validation", allowed: train, val, test.',
    ]);
  });

  test('chooses no epoch, and is refused before anything is computed where a class has fewer patients than folds', async () => {
    const context = await testServices(copied());
    const early = await appErrorFrom(trainModel(context, { ...options, earlyStop: 2 }));
    expect([early.code, early.message]).toEqual([
      'BAD_INPUT',
      'Early stopping chooses an epoch on validation patients; with 3 folds they are learned from or predicted, and the weights after the last epoch count.',
    ]);
    const runs = listRuns(context.library.db).length;
    const labels = writeStudies(join(temporaryFolder(), 'few'), 8, 7);
    await importPaths(context, { paths: [join(labels, '..')], dataset: 'few', labels });
    const few = await appErrorFrom(trainModel(context, { ...options, dataset: 'few', folds: 5 }));
    expect(few.code).toBe('SPLIT_IMPOSSIBLE');
    expect(few.message).toContain('5 folds need at least 5 patients of every class');
    expect(listRuns(context.library.db)).toHaveLength(runs);
  });

  test('that is not finished ends where a patient is deleted, and its finished networks go', async () => {
    const context = await testServices(copied());
    const { db } = context.library;
    const signal = {
      get aborted(): boolean {
        return db.get('SELECT 1 FROM run_members') !== undefined;
      },
    } as AbortSignal;
    await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
    const run = listRuns(db).at(-1);
    expect(db.get('SELECT count(*) AS n FROM run_members')).toEqual({ n: 1 });
    const [image] = learnedImages(context, run?.id ?? 0);
    const gone = image?.patientId ?? 0;
    const { key = '' } =
      db.get<{ key: string }>('SELECT patient_key AS key FROM patients WHERE id = :gone', { gone }) ?? {};
    deletePatient(context, { patientID: key });
    expect(db.all('SELECT fold FROM run_members UNION ALL SELECT fold FROM member_vectors')).toEqual([]);
    expect(runById(db, run?.id ?? 0)?.state).toBe('failed');
  });

  test('forgets what it said of a patient who is deleted, and keeps the rest', async () => {
    const context = await testServices(copied());
    await trainModel(context, { ...options, epochs: 1 });
    const before = outOfFold(context, 'discs-1');
    const { db } = context.library;
    const gone = before[0]?.patientId ?? 0;
    const key =
      db.get<{ key: string }>('SELECT patient_key AS key FROM patients WHERE id = :gone', { gone })?.key ?? '';
    deletePatient(context, { patientID: key });
    expect(outOfFold(context, 'discs-1')).toEqual(before.filter(({ patientId }) => patientId !== gone));
    const rows = db.get<{ n: number }>('SELECT count(*) AS n FROM evaluation_images')?.n;
    expect(rows).toBe(before.filter(({ patientId }) => patientId !== gone).length);
    const found = await evaluateModel(context, { model: 'discs-1', split: 'cross-validation' });
    expect(found.image.n).toBe(rows);
  });
});

test('the weights of a run are computed again from its plan without anything being stored', async () => {
  const context = await testServices(copied());
  const { db, writer } = context.library;
  for (const wanted of [
    { ...options, epochs: 2, name: 'folds' },
    { ...options, epochs: 2, name: 'one', folds: 1 },
  ]) {
    const report = await trainModel(context, wanted);
    const run = runByName(db, report.run);
    const version = versionById(db, run?.datasetVersionId ?? 0);
    const record = lpmByHash(db, report.lpmHash);
    if (run === undefined || version === undefined || record === undefined) throw new Error('a run that ended');
    const lpm = openLibraryLpm(context, record);
    onTestFinished(() => lpm.close());
    const before = writer.get('SELECT total_changes() AS n');
    const plan = { run, version, lpm: record, resumed: false, finished: false };
    const again = await computeWeights(context, plan, lpm, keepNothing);
    expect(hashWeights(again.params)).toBe(report.weightsHash);
    expect(again.members).toEqual(report.members);
    expect(writer.get('SELECT total_changes() AS n')).toEqual(before);
  }
});

test('a network learns from the images outside its fold and no others: trained apart on those, it has the same weights', async () => {
  const context = await testServices(copied());
  const { db } = context.library;
  const report = await trainModel(context, { ...options, epochs: 2 });
  const { config, params } = requireModel(context, 'discs-1');
  const run = runByName(db, report.run);
  const version = versionById(db, run?.datasetVersionId ?? 0);
  const record = lpmByHash(db, report.lpmHash);
  if (run === undefined || version === undefined || record === undefined) throw new Error('a run that ended');
  const lpm = openLibraryLpm(context, record);
  onTestFinished(() => lpm.close());
  const images = learnedImages(context, run.id);
  const dealt = dealFolds(images, { count: folds, seed: 2, target: 'class', classes: report.classes });
  const plan = { run, version, lpm: record, resumed: false, finished: false };
  for (const k of [0, 1, 2]) {
    const others = images.filter((_, i) => dealt[i] !== k);
    expect(report.members[k]).toMatchObject({
      images: others.length,
      patients: new Set(others.map(({ patientId }) => patientId)).size,
    });
    const apart = await withMaterial(context, plan, lpm, (material) =>
      withNetwork({ context, plan, lpm, material }, 4, async (network) => {
        const settings = { ...run.settings, seed: memberSeed(2, k + 1, 1) };
        const start = freshState(startingParameters(memberOf(config), settings, lpm), settings.optimiser);
        const hooks = { signal: context.signal, now: () => 0 };
        return await train(network, settings, material.examplesOf(others), material.examplesOf([]), start, hooks);
      }),
    );
    expect([...apart.state.params]).toEqual([...(splitMembers(config, params)[k] as Float32Array)]);
  }
});

test('evidence of a model of folds is that of its networks together', async () => {
  const context = await testServices(copied());
  await trainModel(context, { ...options, epochs: 1 });
  const [image] = outOfFold(context, 'discs-1');
  const report = await findEvidence(context, { model: 'discs-1', instanceId: image?.instanceId ?? instanceId(0) });
  for (const { patches, classToken } of report.attention.layers) {
    expect(patches.reduce((sum, share) => sum + share, 0) + classToken).toBeCloseTo(1, 4);
  }
  expect(report.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
});

describe('stopping in a cross-validation', () => {
  test('between two steps of the second network and taken up again, it ends with the same weights and answers', async () => {
    const untouched = await testServices(copied());
    const expected = await trainModel(untouched, options);
    const context = await testServices(copied());
    const { db } = context.library;
    const done = (): number => listRuns(db).find(({ modelName }) => modelName === 'discs-1')?.epochsDone ?? 0;
    let asked = 0;
    const signal = {
      get aborted(): boolean {
        if (done() >= 4) asked++;
        return asked >= 3;
      },
    } as AbortSignal;
    await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
    const run = listRuns(db).find(({ modelName }) => modelName === 'discs-1');
    expect([run?.state, run?.epochsDone, membersOf(db, run?.id ?? 0).length]).toEqual(['cancelled', 4, 1]);

    const seen: (number | undefined)[] = [];
    const progress: ServiceContext['progress'] = ({ training }) => void (training && seen.push(training.fold));
    const resumed = await trainModel({ ...context, progress }, options);
    expect(resumed.resumed).toBe(true);
    expect([seen[0], seen.at(-1)]).toEqual([2, 3]);
    expect(resumed.weightsHash).toBe(expected.weightsHash);
    expect(resumed.crossValidation).toEqual(expected.crossValidation);
    const figures = (report: TrainReport) => report.epochs.map(({ seconds: _, ...rest }) => rest);
    expect(figures(resumed)).toEqual(figures(expected));
    expect(outOfFold(context, 'discs-1')).toEqual(outOfFold(untouched, 'discs-1'));
    expect(db.get('SELECT count(*) AS n FROM member_vectors')).toEqual({ n: 0 });
  });

  test('by kill -9 the same command ends with the same weights', async () => {
    const library = copied();
    const run = async (folder: string, ...death: readonly string[]): Promise<TrainReport | null> => {
      const script = join(repositoryRoot, 'test', 'support', 'pipeline-child.ts');
      const child = spawn(process.execPath, [script, folder, JSON.stringify(options), ...death], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [text] = await Promise.all([readText(child.stdout), once(child, 'close')]);
      return child.signalCode === 'SIGKILL' ? null : (JSON.parse(text) as TrainReport);
    };
    const expected = await run(copied());
    expect(await run(library, 'train-folds', '13')).toBeNull();
    const resumed = await run(library);
    expect([resumed?.resumed, resumed?.weightsHash]).toEqual([true, expected?.weightsHash]);
  });
});
