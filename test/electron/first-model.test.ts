/** The first model of somebody who opens no setting: studies and their labels file dropped together, a search, the test patients, and the model in use. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listModels, openLibrary } from '../../core/store/index.ts';
import { drop } from './support/dropping.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { openTrain, startTraining, trained } from './support/training.ts';

test('from a dropped folder with its labels to a model in use, without expert settings', async () => {
  const prepared = await prepareLibrary({ patients: 110, isImported: false, patch: 32 });
  const { page, complaints, close } = await launch({ library: prepared.library });
  await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  await page.getByRole('checkbox', { name: /research only/ }).check();
  await show(page, 'Library');
  await page.getByText('No studies yet').waitFor();
  await drop(page, [prepared.studies, prepared.labels]);
  await page.getByRole('dialog', { name: 'Import studies' }).waitFor();
  await page.getByRole('combobox', { name: 'Into data set' }).fill('discs');
  await page.getByRole('button', { name: 'Check labels …' }).click();
  await page.getByTestId('labels-preview').getByText('110 new labels, 0 as they are, 0 changed.').waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const report = page.getByTestId('import-report');
  await report.waitFor({ timeout: 240_000 });
  await report.getByText('Labels: 110 new, 0 changed, 0 as before.').waitFor();
  await page.keyboard.press('Escape');

  await openTrain(page);
  await page.getByLabel('Large pre-trained model').selectOption('tiny');
  await page.getByTestId('promise').waitFor({ timeout: 240_000 });
  await startTraining(page);
  await trained(page, 900_000);
  await page.getByText('In cross-validation, each patient by a network that had not learned from it:').waitFor();
  expect(await page.getByText('Nothing shows that the answers of this model are better than guessing.').count()).toBe(
    0,
  );

  await page.getByRole('button', { name: 'Judge the model' }).click();
  await page.getByRole('button', { name: 'Put in use …' }).click();
  const dialog = page.getByRole('dialog');
  const evaluate = dialog.getByRole('button', { name: 'Evaluate on the test patients' });
  const verdict = dialog.getByRole('status');
  await verdict.or(evaluate).waitFor();
  if (await evaluate.isVisible()) await evaluate.click();
  await verdict.getByText('It is better than guessing, and no model is in use yet.').waitFor({ timeout: 120_000 });
  await dialog.getByRole('button', { name: 'Put in use', exact: true }).click();
  await page.getByText(/^In use for “discs” since/).waitFor();
  await show(page, 'Classify');
  await page.getByText('In use for “discs”.', { exact: true }).waitFor();
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(prepared.library, { mode: 'read' });
  expect(listModels(opened.db).map(({ name, folds }) => [name, folds])).toEqual([['discs-auto', 5]]);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 1_500_000);
