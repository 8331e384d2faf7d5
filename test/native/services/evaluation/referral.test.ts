/** A rule of referral with a promise, from out-of-fold answers to results files; and what each network of the folds answered. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command as classifyCommand } from '../../../../core/cli/commands/classify.ts';
import type { CliContext } from '../../../../core/cli/context.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { batchResults } from '../../../../core/services/classification/results.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { setThreshold } from '../../../../core/services/evaluation/judge-settings.ts';
import { ensurePromises } from '../../../../core/services/evaluation/referral.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { modelByName, predictionsOf } from '../../../../core/store/index.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const home = mkdtempSync(join(tmpdir(), 'sidelight-referral-'));
let services: Awaited<ReturnType<typeof openTestServices>>;
beforeAll(async () => {
  const labels = writeStudies(join(home, 'studies'), 40);
  writeStudies(join(home, 'new'), 6, 9);
  writeTinyLpm(join(home, 'lpm'));
  services = await openTestServices(join(home, 'library'));
  const { context } = services;
  await importPaths(context, { paths: [join(home, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(home, 'lpm'), name: 'tiny' });
  const recipe = { dataset: 'discs', lpm: 'tiny', inputSize: 224, batch: 4, lr: 2e-3, method: 'attentive' } as const;
  await trainModel(context, { ...recipe, epochs: 2, folds: 3, name: 'folds' });
  await trainModel(context, { ...recipe, epochs: 1, name: 'one' });
}, 300_000);
afterAll(async () => {
  await services.close();
  rmSync(home, { recursive: true, force: true });
});

/** The rows that have an answer. */
const rowsOf = (path: string): Record<string, string>[] =>
  parse<Record<string, string>>(readFileSync(path, 'utf8'), { bom: true, columns: true }).filter(
    ({ level }) => level !== 'file',
  );
const classify = async (model: string) => {
  const out = join(home, `${model}.csv`);
  const report = await classifyPaths(services.context, { paths: [join(home, 'new')], model, out });
  return { report, rows: rowsOf(out) };
};
/** Of two classes, the difference of their logits. */
const logit = ([p = 0, q = 0]: readonly number[]): number => Math.log(p) - Math.log(q);

test('each network of the folds stands beside the answer, which is their mean, and a model of one has no such columns', async () => {
  const { context } = services;
  const { report, rows } = await classify('folds');
  const images = rows.filter(({ level }) => level === 'image');
  expect(images).toHaveLength(12);
  const kept = predictionsOf(context.library.db, report.batchId ?? 0);
  for (const [i, prediction] of kept.entries()) {
    const { foldAnswers, probabilities, decision, level } = prediction;
    expect(foldAnswers).toHaveLength(3);
    // The model's logits are the mean of its members'; of one image a study has them, too.
    const mean = foldAnswers.reduce((sum, own) => sum + logit(own), 0) / 3;
    if (level === 'image') expect(logit(probabilities)).toBeCloseTo(mean, 3);
    const model = modelByName(context.library.db, 'folds');
    const place = model?.classes.indexOf(decision) ?? -1;
    const cut = model?.classes.indexOf(model.thresholdClass ?? '') ?? -1;
    const agreeing = foldAnswers.filter(
      (answers) => (answers[cut] ?? 0) >= (model?.threshold ?? 0) === (cut === place),
    ).length;
    const row = rows[i];
    expect([row?.['folds'], row?.['foldsAgreeing']]).toEqual(['3', String(agreeing)]);
    const values = foldAnswers.map((answers) => answers[place] ?? 0);
    expect(Number(row?.['foldsLow'])).toBeCloseTo(Math.min(...values), 12);
    expect(Number(row?.['foldsHigh'])).toBeCloseTo(Math.max(...values), 12);
  }
  const { studies } = batchResults(context, { batch: report.batchId ?? 0 });
  const fromFile = rows.filter(({ level }) => level === 'study');
  expect(studies.map(({ folds: [own] }) => String(own?.agreeing))).toEqual(fromFile.map((row) => row['foldsAgreeing']));
  const unequal = fromFile.filter((row) => row['foldsAgreeing'] !== '3').length;
  expect(report.disagreement).toMatchObject({ folds: 3, studies: unequal });
  const one = await classify('one');
  expect(Object.keys(one.rows[0] ?? {}).filter((name) => /folds|referred/.test(name))).toEqual([]);
  expect([one.report.disagreement, one.report.referred]).toEqual([null, null]);
});

test('a promise that too few patients can give is refused, and nothing is stored', async () => {
  const { context } = services;
  const report = await evaluateModel(context, { model: 'folds', split: 'cross-validation', refer: 0.01 });
  expect(report.referralFound).toMatchObject([{ band: null, refused: { fewestPatients: 299 } }]);
  expect(report.referral).toEqual([]);
  expect(modelByName(context.library.db, 'folds')?.referBand).toBeNull();
  const asked = { models: ['folds'], allowed: 0.01, pooling: 'mean' } as const;
  const error = await appErrorFrom(Promise.resolve().then(() => ensurePromises(context, asked)));
  expect([error.code, error.message]).toEqual(['BAD_INPUT', expect.stringContaining('it takes 299')]);
});

test('the rule that is found is kept with what it promises, shown by evaluate, and marks what classify answers', async () => {
  const { context } = services;
  const report = await evaluateModel(context, { model: 'folds', split: 'cross-validation', refer: 0.3 });
  const stored = modelByName(context.library.db, 'folds')?.referBand;
  const promise = stored?.promise;
  expect(promise).toMatchObject({ allowed: 0.3, part: 'cross-validation', level: 'study', pooling: 'mean' });
  expect(promise?.bound).toBeLessThanOrEqual(0.3);
  // What it was found on and what it does on the same cases are one count.
  expect(report.referral).toMatchObject([
    { cases: promise?.cases, accepted: promise?.accepted, errors: promise?.errors, level: 'study' },
  ]);
  expect(ensurePromises(context, { models: ['folds'], allowed: 0.3, pooling: 'mean' })).toEqual([[]]);
  // A band that refers everything below certainty marks all.
  const { library } = context;
  library.writer.run(`UPDATE models SET refer_low = 0, refer_high = 1 WHERE name = 'folds'`);
  const all = await classify('folds');
  expect(new Set(all.rows.map(({ referred }) => referred))).toEqual(new Set(['yes']));
  expect(all.report.referred).toEqual({ images: 12, studies: 12 });
  // What was referred stays as it was when the rule is another.
  library.writer.run(`UPDATE models SET refer_low = 0.5, refer_high = 0.5 WHERE name = 'folds'`);
  const { studies } = batchResults(context, { batch: all.report.batchId ?? 0 });
  expect(studies.map(({ isReferred }) => isReferred)).toEqual(new Array(12).fill(true));
  expect(new Set((await classify('folds')).rows.map(({ referred }) => referred))).toEqual(new Set(['no']));
});

test('a threshold that is moved takes the promise away, and the band stays', () => {
  const { context } = services;
  const { thresholdClass } = modelByName(context.library.db, 'folds') ?? {};
  const moved = setThreshold(
    context,
    'folds',
    { threshold: 0.4, thresholdClass: thresholdClass ?? '' },
    'cross-validation',
  );
  expect(moved.referBand).not.toBeNull();
  expect(moved.referBand?.promise).toBeUndefined();
});

test('the rule that a classification looked for stands in the JSON of its command as in its text', async () => {
  const context = { globals: {}, services: async () => services.context } as Partial<CliContext> as CliContext;
  const output = await classifyCommand.run(context, [[join(home, 'new')]], { model: ['folds'], refer: 0.35 });
  const { json, lines } = output as { json: { referralFound: unknown }; lines: string[] };
  expect(json.referralFound).toMatchObject([{ allowed: 0.35, refused: null, band: { promise: { allowed: 0.35 } } }]);
  expect(lines).toContainEqual(
    expect.stringMatching(/^Rule of referral: at most 35 % of the answers that are not referred/),
  );
});
