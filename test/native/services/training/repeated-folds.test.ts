/** Patients that are dealt to folds several times, and the model that is one network trained again on all of them. */
import { expect, onTestFinished, test } from 'vitest';
import type { TrainOptions, TrainReport } from '../../../../core/contract/index.ts';
import { memberOf, splitMembers } from '../../../../core/models/index.ts';
import { referralLines } from '../../../../core/report/referral-words.ts';
import { evaluateModel, predictSplit } from '../../../../core/services/evaluation/evaluate.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { judgeAtThreshold } from '../../../../core/services/evaluation/judge.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { openLibraryLpm } from '../../../../core/services/lpm/encoder.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { computeWeights } from '../../../../core/services/training/compute-weights.ts';
import { dealOften } from '../../../../core/services/training/folds.ts';
import { keepNothing } from '../../../../core/services/training/keeper.ts';
import { hashWeights, requireModel } from '../../../../core/services/training/model.ts';
import { accuracyInterval, bootstrapIntervals } from '../../../../core/statistics/bootstrap.ts';
import { worthOutOfFold } from '../../../../core/statistics/out-of-fold.ts';
import { wilson } from '../../../../core/statistics/proportions.ts';
import { listRuns, lpmByHash, membersOf, runByName, versionById, versionImages } from '../../../../core/store/index.ts';
import { madeFoldLibrary, outOfFold } from '../../../support/fold-library.ts';
import { testServices } from '../../../support/made-studies.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const options: TrainOptions = {
  ...{ dataset: 'discs', lpm: 'tiny', method: 'attentive', inputSize: 224, epochs: 2, batch: 4, lr: 1e-2 },
  ...{ folds: 2, seed: 2 },
};

let once: TrainReport;
const folder = madeFoldLibrary(async (context) => {
  once = await trainModel(context, { ...options, name: 'once' });
});
const copied = (): Promise<ServiceContext> => testServices(folder());

/** The hash of the weights that the plan of a run gives when nothing of it is kept. */
async function hashAgain(context: ServiceContext, report: TrainReport): Promise<string> {
  const { db } = context.library;
  const run = runByName(db, report.run);
  const version = versionById(db, run?.datasetVersionId ?? 0);
  const record = lpmByHash(db, report.lpmHash);
  if (run === undefined || version === undefined || record === undefined) throw new Error('a run that ended');
  const lpm = openLibraryLpm(context, record);
  onTestFinished(() => lpm.close());
  const plan = { run, version, lpm: record, resumed: false, finished: false };
  return hashWeights((await computeWeights(context, plan, lpm, keepNothing)).params);
}

test('each deal has networks of its own; out of fold a patient is answered by the mean of those that did not learn from it', async () => {
  const context = await copied();
  const report = await trainModel(context, { ...options, repeats: 2, name: 'twice' });
  const { record, config, params, rule } = requireModel(context, 'twice');
  expect([record.folds, record.repeats, record.networks, config.members]).toEqual([2, 2, 4, 4]);
  expect(report.members.map(({ fold }) => fold)).toEqual([1, 2, 3, 4]);
  const members = splitMembers(config, params);
  const first = requireModel(context, 'once');
  expect(splitMembers(first.config, first.params)).toEqual(members.slice(0, 2));

  const run = runByName(context.library.db, report.run);
  const images = versionImages(context.library.db, run?.datasetVersionId ?? 0).filter(({ split }) => split !== 'test');
  const deals = dealOften(images, 2, { count: 2, seed: 2, target: 'class', classes: report.classes });
  expect(deals[0]).not.toEqual(deals[1]);
  const kept = outOfFold(context, 'twice');
  expect(kept.map(({ position }) => position)).toEqual(images.map(({ index }) => index));
  for (const split of ['train', 'val'] as const) {
    const answers = await Promise.all(
      members.map((own) => predictSplit(context, { record, rule, config: memberOf(config), params: own }, split)),
    );
    answers[0]?.images.forEach(({ index }, i) => {
      const at = images.findIndex((image) => image.index === index);
      const asked = deals.map((dealt, deal) => answers[2 * deal + (dealt[at] as number)]);
      for (const c of [0, 1]) {
        const mean = asked.reduce((sum, own) => sum + (own?.logits[2 * i + c] as number) / 2, 0);
        expect(kept[at]?.logits[c]).toBeCloseTo(mean, 5);
      }
    });
  }
  const found = await evaluateModel(context, { model: 'twice', split: 'cross-validation' });
  expect(report.crossValidation?.image.aucInterval).toEqual(found.image.aucInterval);
  expect(await hashAgain(context, report)).toBe(report.weightsHash);
});

test('every figure of out-of-fold answers has the interval of fewer patients, and one of test patients that of all', async () => {
  const context = await copied();
  for (const split of ['cross-validation', 'test'] as const) {
    const worth = split === 'test' ? 1 : worthOutOfFold(2);
    // Each patient has two studies of one class, so shares of studies are of half as many.
    const ofShares = worth / 2;
    const { study } = await evaluateModel(context, { model: 'once', split });
    const { scores, patients } = requireSet(context, { model: 'once', split, pooling: 'mean' }).study;
    const ranking = bootstrapIntervals(scores, patients, { worth });
    expect([study.aucInterval, study.perClass[0]?.aucInterval]).toEqual([ranking.auc, ranking.classAuc[0]]);
    const { classIndex, threshold } = { classIndex: 1, threshold: 0.5 };
    const isRight = Array.from(scores.targets, (target, i) => {
      return (scores.probabilities[2 * i + classIndex] as number) >= threshold === (target === classIndex);
    });
    const { confusion, perClass } = study;
    const [rightly = 0, missed = 0] = confusion[0] ?? [];
    expect(perClass[0]?.sensitivityInterval).toEqual(wilson(rightly, rightly + missed, ofShares));
    const at = judgeAtThreshold(requireSet(context, { model: 'once', split, pooling: 'mean' }), {
      ...{ level: 'study', classIndex, threshold, prevalence: 0.5 },
    });
    expect(at.accuracy.interval).toEqual(accuracyInterval(isRight, patients, { worth }));
    const { truePositive, falseNegative } = at.counts;
    expect(at.sensitivity.interval).toEqual(wilson(truePositive, truePositive + falseNegative, ofShares));
  }
});

test('a refit learns from every patient, and what is said of it out of fold are the answers of the others', async () => {
  const context = await copied();
  const report = await trainModel(context, { ...options, deliver: 'refit', name: 'refit' });
  const { record, config } = requireModel(context, 'refit');
  expect([record.folds, record.networks, config.members]).toEqual([2, 1, undefined]);
  expect(report.members).toHaveLength(3);
  const learned = (number: number) => report.members.find(({ fold }) => fold === number)?.patients ?? 0;
  expect(learned(3)).toBe(learned(1) + learned(2));
  expect(outOfFold(context, 'refit').map(({ logits }) => logits)).toEqual(
    outOfFold(context, 'once').map(({ logits }) => logits),
  );
  expect(report.crossValidation).toEqual(once.crossValidation);
  expect(report.learnable * 2).toBe(once.learnable);
  expect((await evaluateModel(context, { model: 'refit' })).image.n).toBeGreaterThan(0);
  // A promise that is found on those answers is theirs, too.
  for (const [model, told] of [
    ['once', false],
    ['refit', true],
  ] as const) {
    const lines = referralLines(await evaluateModel(context, { model, split: 'cross-validation', refer: 0.5 }));
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => line.includes('networks of the folds'))).toEqual([told, told]);
  }
  expect(await hashAgain(context, report)).toBe(report.weightsHash);
});

test('stopped in the second deal and taken up again, it ends with the same weights and answers', async () => {
  const wanted: TrainOptions = { ...options, repeats: 2, deliver: 'refit', name: 'all' };
  const untouched = await copied();
  const expected = await trainModel(untouched, wanted);
  const context = await copied();
  const { db } = context.library;
  const run = () => listRuns(db).find(({ modelName }) => modelName === 'all');
  const signal = {
    get aborted(): boolean {
      return (run()?.epochsDone ?? 0) >= 5;
    },
  } as AbortSignal;
  await expect(trainModel({ ...context, signal }, wanted)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect([run()?.epochsDone, membersOf(db, run()?.id ?? 0).length]).toEqual([5, 2]);
  const resumed = await trainModel(context, wanted);
  expect([resumed.resumed, resumed.weightsHash]).toEqual([true, expected.weightsHash]);
  expect(outOfFold(context, 'all')).toEqual(outOfFold(untouched, 'all'));
});

test('without folds neither means anything, which is said before anything is computed', async () => {
  const context = await copied();
  const runs = listRuns(context.library.db).length;
  const refused = await appErrorFrom(trainModel(context, { ...options, folds: 1, repeats: 3, deliver: 'refit' }));
  expect([refused.code, refused.message]).toEqual([
    'BAD_INPUT',
    '--repeats 3 and --deliver refit are about the networks of a cross-validation; found a training without folds.',
  ]);
  expect(listRuns(context.library.db)).toHaveLength(runs);
});
