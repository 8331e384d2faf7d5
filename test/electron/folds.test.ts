/** A model of folds in the window: trained from the expert settings, followed, and judged on what it did not learn from. */
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { openLibrary } from '../../core/store/index.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { show } from './support/screens.ts';
import { openTrain, planTraining, startTraining, trained } from './support/training.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-folds-'));
const library = join(folder, 'library');
beforeAll(async () => {
  const labels = writeStudies(join(folder, 'studies'), 24);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const recipe = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 3, batch: 4, lr: 1e-2 } as const;
  await trainModel(context, { ...recipe, method: 'attentive', name: 'one' });
  await trainModel(context, { ...recipe, method: 'attentive', name: 'five folds', folds: 5 });
  await close();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('Judge opens the cross-validation of a model of folds and offers no part that it learned from', async () => {
  const { page, complaints, close } = await launch({ library });
  await show(page, 'Judge');
  await page.getByRole('img', { name: /ROC curve.*: AUC/ }).waitFor();
  const cases = page.getByLabel('Cases').first();
  expect(await cases.inputValue()).toBe('cross-validation');
  expect(await cases.locator('option').allTextContents()).toEqual(['Cross-validation', 'Test']);
  await page.getByText('answered by the network that did not learn from it').waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await page.getByRole('button', { name: 'Calibrate on the out-of-fold answers' }).click();
  await page.getByText('The model is calibrated.').waitFor();
  await page.getByRole('tab', { name: 'Methods side by side' }).click();
  await page.getByRole('row', { name: /five folds/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Evaluate the missing ones' }).count()).toBe(0);
  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByText('It is the mean of 5 networks').waitFor();

  await page.getByLabel('Model').first().selectOption('one');
  expect(await cases.locator('option').allTextContents()).toEqual(['Training', 'Validation', 'Test']);
  await close();
  expect(complaints).toEqual([]);
});

test('folds are asked for in the expert settings; the training shows a line for each network, and what it left out, as the model card does after a restart', async () => {
  // Two training images, of different patients, end too early.
  const opened = openLibrary(library, { mode: 'read' });
  const files = opened.db.all<{ path: string }>(
    `SELECT min(f.path) AS path FROM version_images v JOIN files f ON f.instance_id = v.instance_id
     WHERE v.split = 'train' GROUP BY v.patient_id ORDER BY path LIMIT 2`,
  );
  opened.close();
  for (const { path } of files) truncateSync(path, statSync(path).size - 5000);
  const profile = temporaryFolder('profile');
  const { page, complaints, close } = await launch({ library, profile });
  await openTrain(page);
  // At a size at which no image was read before.
  const settings = { 'Input size': '240', Epochs: '4', 'Batch size': '4', 'Folds (cross-validation)': '3' };
  expect(await planTraining(page, settings)).toMatch(/^(About|Some) .+ to .+ on this machine/);
  await startTraining(page);
  const known = page.getByRole('list', { name: 'To be known about this result' });
  await known.getByText(/^2 images are left out of training\. \S/).waitFor({ timeout: 120_000 });
  await trained(page);
  await page.getByText('One line for each network').waitFor();
  for (const fold of [1, 2, 3]) await page.getByText(`without fold ${fold}`, { exact: true }).first().waitFor();
  expect(await known.getByRole('listitem').count()).toBe(1);
  expect(await seriousViolations(page)).toEqual([]);
  await close();

  const again = await launch({ library, profile });
  await openTrain(again.page);
  await again.page.getByRole('region', { name: 'Trainings' }).getByRole('button').first().click();
  await again.page.getByText(/^2 images are left out of training\. /).waitFor();
  await again.page.getByRole('button', { name: 'Judge the model' }).click();
  await again.page.getByRole('tab', { name: 'Model card' }).click();
  await again.page.getByRole('heading', { name: 'To be known about this result' }).waitFor();
  await again.page.getByText(/^2 images are left out of training\. /).waitFor();
  await show(again.page, 'Settings');
  await again.page.getByRole('combobox').first().selectOption('de');
  await again.page.getByRole('navigation').getByRole('button', { name: 'Trainieren', exact: true }).click();
  await again.page.getByRole('region', { name: 'Trainings' }).getByRole('button').first().click();
  await again.page.getByText(/^2 Bilder fehlen im Training\. Eine Datei/).waitFor();
  await again.close();
  rmSync(profile, { recursive: true, force: true });
  expect([...complaints, ...again.complaints]).toEqual([]);
});
