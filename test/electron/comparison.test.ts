/** Fine-tuning methods compared from the window: started, followed in the tray, read as a table and plots, saved. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousViolations } from './support/axe.ts';
import { answerSaveDialog } from './support/dialogs.ts';
import { type JudgedLibrary, judgedLibrary } from './support/judged-library.ts';
import { judgeOn } from './support/judging.ts';
import { launch } from './support/launch.ts';
import { show } from './support/screens.ts';

let prepared: JudgedLibrary;
beforeAll(async () => {
  prepared = await judgedLibrary();
}, 300_000);
afterAll(() => prepared.remove());

test('methods are compared on the data set of the model on the screen, in a table, in plots and as a file', async () => {
  const { app, page, complaints, close } = await launch({ library: prepared.library });
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('corner');
  await judgeOn(page, 'Validation');
  await page.getByRole('tab', { name: 'Fine-tuning methods' }).click();
  await page.getByText('No methods were compared on this data set yet.').waitFor();

  const group = page.getByRole('group', { name: 'Methods' });
  const start = page.getByRole('button', { name: 'Compare', exact: true });
  for (const box of await group.getByRole('checkbox').all()) await box.uncheck();
  expect(await start.isDisabled()).toBe(true);
  for (const name of ['Linear', 'LoRA']) await group.getByRole('checkbox', { name, exact: true }).check();
  await page.getByLabel('LPM', { exact: true }).selectOption('tiny');
  await page.getByLabel('Trainings of each').fill('2');
  await page.getByLabel('Epochs', { exact: true }).fill('2');
  // So many that LoRA does not fit the time.
  await page.getByLabel('Epochs of methods that run the LPM').fill('10000');
  await page.getByLabel('Image size (px)').fill('224');
  await page.getByLabel('Hours at most').fill('0.2');
  await page.getByText('is measured first').waitFor();
  await start.click();
  await page.getByRole('button', { name: 'Comparing …' }).waitFor();

  const table = page.getByTestId('comparison');
  await table.getByRole('row', { name: /^Linear \d\.\d{3}/ }).waitFor({ timeout: 240_000 });
  // What was not trained has its memory all the same.
  await table.getByRole('row', { name: /^LoRA not trained: it takes .+ of the LPM .+ [kM]B .+ of full/ }).waitFor();
  await table.getByText(/Each model answered 12 test patients \(\d+ images\) once/).waitFor();
  await page.getByRole('img', { name: 'AUC against memory' }).waitFor();
  await page.getByRole('img', { name: 'AUC against parameters' }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  const csv = join(prepared.library, 'methods.csv');
  await answerSaveDialog(app, csv);
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  await page.getByText('The comparison was saved.').waitFor();
  const [header = '', ...rows] = readFileSync(csv, 'utf8').trim().split('\n');
  expect(header).toMatch(/^method,state,reason,/);
  expect(rows.map((row) => row.split(',').slice(0, 2).join(' '))).toEqual(['linear trained', 'lora untrained']);

  // It is there again, and its models are judged like any other.
  await show(page, 'Train');
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('comparison-1 linear seed 1');
  await page.getByLabel('Cases').first().selectOption('test');
  await page.getByRole('tab', { name: 'Fine-tuning methods' }).click();
  await table.getByRole('row', { name: /^Linear/ }).waitFor();
  await close();
  expect(complaints).toEqual([]);
}, 400_000);
