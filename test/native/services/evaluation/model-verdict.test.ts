/** What is said of a trained model: the training leaves its validation answers, and command line, report, Judge and card say one verdict of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { englishVerdictSentences } from '../../../../core/contract/index.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { guessingOf } from '../../../../core/services/evaluation/guessing.ts';
import { judgeAtThreshold } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeReport, modelVerdict } from '../../../../core/services/evaluation/judge-report.ts';
import { evaluatedImages, evaluationsOf, modelByName, openLibrary, runByName } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { openTestServices } from '../../../support/made-studies.ts';
import { testContext } from '../../../support/studies.ts';
import { trainVerdictModels } from '../../../support/verdict-studies.ts';

let folder: string;
let library: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-verdict-'));
  library = join(folder, 'library');
  const { context, close } = await openTestServices(library);
  try {
    await trainVerdictModels(context, folder);
  } finally {
    await close();
  }
  return () => rmSync(folder, { recursive: true, force: true });
}, 300_000);

function opened() {
  const one = openLibrary(library, { mode: 'write' });
  onTestFinished(() => one.close());
  return testContext(one);
}

test('a training leaves what its model says of the validation images, as an evaluation would find it', async () => {
  const { context, close } = await openTestServices(library);
  onTestFinished(close);
  const { db } = context.library;
  const model = modelByName(db, 'partly');
  const kept = () => {
    const evaluation = evaluationsOf(db, model?.id ?? 0).find(({ split }) => split === 'val');
    return evaluatedImages(db, evaluation?.id ?? 0).map(({ position, logits }) => [position, ...logits]);
  };
  const before = kept();
  expect(before).toHaveLength(60);
  await evaluateModel(context, { model: 'partly', split: 'val' });
  kept().forEach((row, i) => {
    row.forEach((value, c) => {
      expect(value).toBeCloseTo(before[i]?.[c] as number, 4);
    });
  });
});

test('of three classes one is told and two are not: Judge, card, command line and report say so in one sentence, before any figure', () => {
  const context = opened();
  const known = modelVerdict(context, 'partly');
  expect(known).toMatchObject({
    split: 'val',
    verdict: { kind: 'partly', told: ['normal'], untold: [{ names: ['mass', 'specks'] }] },
  });
  const [head = ''] = englishVerdictSentences(known?.verdict as NonNullable<typeof known>['verdict']);
  expect(head).toMatch(/^Tells “normal” from the rest, but on these cases not “mass” from “specks” \(AUC 0\.\d\d/);
  const judged = judgeReport(context, { model: 'partly', split: 'val', pooling: 'mean' });
  expect(judged?.study.verdict).toEqual(known?.verdict);
  expect(modelCard(context, 'partly').results.find(({ level }) => level === 'study')?.verdict).toEqual(known?.verdict);
  context.library.close();
  const file = join(folder, 'partly.html');
  const { json } = runCommand({ library }, 'evaluate', 'partly', '--split', 'val', '--report', file);
  expect((json as { study: { verdict: unknown } }).study.verdict).toEqual(known?.verdict);
  const html = readFileSync(file, 'utf8');
  expect(html.indexOf(head)).toBeGreaterThan(0);
  expect(html.indexOf(head)).toBeLessThan(html.indexOf('<figure>'));
});

test('a model that guesses is said to, and beside the results of classifying with it', () => {
  const context = opened();
  expect(['guessing', 'tooFew', 'worse']).toContain(modelVerdict(context, 'guesser')?.verdict.kind);
  context.library.close();
  const { json } = runCommand(
    { library },
    'classify',
    join(folder, 'guesser'),
    '--model',
    'guesser',
    '--out',
    join(folder, 'out.csv'),
  );
  expect((json as { verdict: { split: string } }).verdict.split).toBe('val');
});

test('without a threshold the figures of a class are those of the model’s own decisions, and belong to the matrix beside them', () => {
  const context = opened();
  const set = requireSet(context, { model: 'partly', split: 'val', pooling: 'mean' });
  const at = (threshold: number | null) =>
    judgeAtThreshold(set, { level: 'study', classIndex: 0, threshold, prevalence: 0.1 });
  const own = at(null);
  const column = own.confusion.map((row) => row[0] as number);
  expect(own.threshold).toBeNull();
  expect(own.counts.truePositive).toBe(own.confusion[0]?.[0]);
  expect(own.counts.falsePositive).toBe((column[1] ?? 0) + (column[2] ?? 0));
  const right = own.confusion.reduce((sum, row, c) => sum + (row[c] as number), 0);
  expect(own.accuracy.value).toBeCloseTo(right / 60, 12);
  // At a threshold they are of the class against the rest, whatever is answered.
  expect(at(1).sensitivity.value).toBe(0);
  expect(at(1).confusion).toEqual(own.confusion);
  const row = judgeReport(context, { model: 'partly', split: 'val', pooling: 'mean' })?.study.classes[0];
  expect(row).toMatchObject({
    answered: column.reduce((a, b) => a + b),
    sensitivity: own.sensitivity,
    specificity: own.specificity,
  });
});

test('guessing has the loss of how often each class occurs, and an AUC that chance reaches on so few patients', () => {
  const context = opened();
  const run = runByName(context.library.db, modelByName(context.library.db, 'partly')?.run ?? '');
  const { loss, auc } = guessingOf(context, run as NonNullable<typeof run>);
  expect(loss).toBeCloseTo(Math.log(3), 9);
  // Three standard errors of 20 patients against 40: √(61 / 9600) = 0.0797.
  expect(auc).toBeCloseTo(0.5 + 3 * 0.0797, 3);
});
