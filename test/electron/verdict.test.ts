/** What the window says of models whose worth is known: one that tells one class of three apart, and one that guesses. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trainOptionsSchema } from '../../core/contract/index.ts';
import { addJob, endJob, openLibrary } from '../../core/store/index.ts';
import { openTestServices } from '../support/made-studies.ts';
import { trainVerdictModels } from '../support/verdict-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { answerSaveDialog } from './support/dialogs.ts';
import { judgeOn } from './support/judging.ts';
import { launch } from './support/launch.ts';
import { show } from './support/screens.ts';
import { choosePublished, openTrain, planTraining, trained } from './support/training.ts';

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
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said = (page: Page) => page.getByRole('region', { name: 'What the figures mean' });
const partly =
  /Tells “normal” from the rest, but on these cases not “mass” from “specks” \(AUC 0\.\d\d, 0\.\d\d to 0\.\d\d\)\./;

test('Judge says first what the figures mean; each figure names its class and the decision that it belongs to', async () => {
  const { page, complaints, close } = await launch({ library });
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('partly');
  // Nobody pressed "Evaluate": the training left its validation answers.
  await judgeOn(page, 'Validation');
  await said(page).getByText(partly).waitFor();
  await said(page)
    .getByText(/^It is right in \d+ % of the cases \(\d+ % to \d+ %\); always answering “\w+” would be in 33 %\.$/)
    .waitFor();

  const heading = page.getByTestId('strip-heading');
  await page.getByRole('button', { name: 'Show normal against the rest' }).click();
  await page
    .getByText('“normal” against the rest, at the model’s own decision (the most probable class is answered)')
    .waitFor();
  // The strip and the table say the same as the matrix beside them.
  const found = await page.getByRole('button', { name: /cases labelled normal, answered normal/ }).textContent();
  const row = page
    .getByRole('region', { name: 'Each class at the model’s own decision' })
    .getByRole('row', { name: /normal/ });
  const sensitivity = (Number(found) / 20).toFixed(2);
  expect(await row.textContent()).toContain(sensitivity);
  const figure = page
    .getByText('Sensitivity (“normal” against the rest)', { exact: true })
    .locator('..')
    .locator('strong');
  expect(await figure.textContent()).toBe(sensitivity);
  expect(Number(sensitivity)).toBeGreaterThan(0.5);
  expect(await seriousViolations(page)).toEqual([]);

  const slider = page.getByRole('slider', { name: 'Threshold for “normal”' });
  await slider.focus();
  await page.keyboard.press('PageUp');
  await page
    .getByText('“normal” against the rest, at the threshold 0.550 of the slider, which is not the model’s own decision')
    .waitFor();
  await page.getByRole('button', { name: 'Back to the model’s own decision' }).click();
  await expect.poll(() => heading.textContent()).toContain('at the model’s own decision (the most probable');

  // Predictive values say for which prevalence they are: the precision of the table is that of these cases.
  await page.getByText('PPV at a prevalence of 10 % (“normal” against the rest)', { exact: true }).waitFor();

  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('article').getByText(partly).waitFor();
  const heads = await page.getByRole('article').getByRole('heading', { level: 2 }).allTextContents();
  expect(heads[0]).toBe('What the figures mean');
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('Classify warns beside a model that guesses, also on the saved page, and not beside one that tells something; certainty stands against guessing', async () => {
  const { app, page, complaints, close } = await launch({ library });
  const jobs = ['guesser', 'partly'].map((model) => ({
    model,
    paths: [join(folder, 'partly')],
    studyIds: [],
    addTo: null,
  }));
  await show(page, 'Classify');
  const main = page.getByRole('main');
  await main.getByLabel('Model').selectOption('guesser');
  const warning = main.getByText('Nothing shows that the answers of this model are better than guessing.');
  await warning.first().waitFor();
  await main.getByText('On the validation cases, which chose the epoch and the threshold:').first().waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await main.getByLabel('Model').selectOption('partly');
  await main.getByText(partly).waitFor();
  expect(await warning.count()).toBe(0);
  for (const job of jobs) await callFrom(page, 'classify.start', job);
  await main.getByRole('heading', { name: 'Results of partly' }).waitFor({ timeout: 120_000 });
  await main
    .getByText(/^\d+ % sure \(guessing: 33 %\)$/)
    .first()
    .waitFor();
  await main
    .getByRole('button', { name: /guesser/ })
    .first()
    .click();
  await main.getByRole('heading', { name: 'Results of guesser' }).waitFor();
  await warning.first().waitFor();
  // Whoever is given the page knows it too, before any answer.
  const report = join(folder, 'guesser.html');
  await answerSaveDialog(app, report);
  await main.getByRole('button', { name: 'Report …' }).click();
  await page.getByText('Saved: guesser.html').waitFor();
  const [before = ''] = readFileSync(report, 'utf8').split('<h2>Decisions</h2>');
  expect(before).toContain('Nothing shows that the answers of this model are better than guessing.');
  expect(before).toContain('On the validation cases, which chose the epoch and the threshold: <b>');
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('Train: the promise follows what is typed, a queued training waits and is not early, the loss stands beside guessing, and the end says what it is worth', async () => {
  const { page, complaints, close } = await launch({ library });
  await openTrain(page);
  await choosePublished(page);
  await page.getByLabel('Data set').selectOption('guesser');
  await page.getByRole('checkbox', { name: /^FPT\+/ }).check();
  await page.getByRole('checkbox', { name: /^Linear/ }).check();
  const first = await planTraining(page, { 'Input size': '224', Epochs: '8', 'Batch size': '12' });
  await page.getByText(/^Expert settings/).click();
  // Typed, and the field not left.
  const epochs = page.getByLabel('Epochs', { exact: true });
  await epochs.fill('400');
  await expect.poll(() => page.getByTestId('promise').textContent()).not.toBe(first);
  await page.getByTestId('promise').waitFor();
  await epochs.fill('');
  await page.getByText('A setting above is no valid value; correct it, and the time is promised.').waitFor();
  expect(await page.getByRole('button', { name: 'Start 2 trainings' }).isDisabled()).toBe(true);
  await epochs.fill('12');
  await page.getByTestId('promise').waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('button', { name: 'Start 2 trainings' }).click();
  // The first is shown once both are ordered. The other is looked at right away: it waits for no longer than the first one takes.
  await page.getByTestId('stage').waitFor();
  const list = page.getByRole('region', { name: 'Trainings' });
  await list.getByRole('button', { name: /linear/ }).click();
  await page.getByTestId('stage').getByText('Waiting: other work comes first.').waitFor();
  expect(await page.getByText(/than promised/).count()).toBe(0);
  await list.getByRole('button', { name: /fpt\+/ }).click();
  await trained(page);
  await page.getByText(/on validation images, where guessing has 1\.099\.$/).waitFor({ state: 'attached' });
  await page.getByText('guessing (validation)').waitFor();
  // First what it means, then how it went.
  await page.getByText(/^The model has the weights of the best epoch/).waitFor();
  expect(
    await said(page).evaluate(
      (verdict) => verdict.compareDocumentPosition(document.querySelector('[data-testid="stage"]') as Node) & 4,
    ),
  ).toBe(4);
  await said(page)
    .getByText(/guessing/)
    .first()
    .waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await close();
  expect(complaints).toEqual([]);
}, 600_000);

/** Trainings that took these shares of what was promised: the next promise is as wide as they were off. */
function keepTrainings(shares: readonly number[]): void {
  const opened = openLibrary(library, { mode: 'write' });
  const at = '2026-01-01T00:00:00Z';
  const promise = JSON.stringify({ seconds: 20, low: 15, high: 25, stages: [], diskBytes: 0 });
  for (const [n, share] of shares.entries()) {
    const payload = trainOptionsSchema.parse({ dataset: 'guesser', lpm: 'tiny', name: `earlier-${n}` });
    const id = addJob(opened.writer, 'train', payload, at);
    endJob(opened.writer, id, 'succeeded', {}, at);
    const told = { id, promise, ranSeconds: 20 * share };
    opened.writer.run('UPDATE jobs SET promise = :promise, ran_seconds = :ranSeconds WHERE id = :id', told);
  }
  opened.close();
}

test('Train: a wide range is said in words, and an end before it without a warning', async () => {
  keepTrainings([0.3, 3]);
  const { page, complaints, close } = await launch({ library });
  await openTrain(page);
  await choosePublished(page);
  await page.getByLabel('Data set').selectOption('guesser');
  const said = await planTraining(page, { 'Input size': '224', Epochs: '600', 'Batch size': '12' });
  expect(said.trim()).toMatch(/^Some minutes \(.+ to .+ on this machine\)$/);

  // Only being late is a warning.
  const list = page.getByRole('region', { name: 'Trainings' });
  const colour = (text: RegExp) => page.getByText(text).evaluate((found) => getComputedStyle(found).color);
  await list.getByRole('button', { name: /^earlier-0/ }).click();
  await page.getByText(/^Done 70\s?% sooner than promised\.$/).waitFor();
  expect(await colour(/sooner than promised/)).toBe(await colour(/^ran \d/));
  await list.getByRole('button', { name: /^earlier-1/ }).click();
  await page.getByText(/^200\s?% longer than promised/).waitFor();
  expect(await colour(/longer than promised/)).not.toBe(await colour(/^ran \d/));
  await close();
  expect(complaints).toEqual([]);
}, 300_000);
