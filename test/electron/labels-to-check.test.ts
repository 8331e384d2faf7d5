/** Labels that a model doubts, in the window: from the list in Judge to the case in Read, kept or changed there, and gone from the list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { openTestServices, writeStudies, writeTinyLpm } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-check-'));
const library = join(folder, 'library');
beforeAll(async () => {
  const labels = writeStudies(join(folder, 'studies'), 24);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  // A newer data set has the same studies: the list must not lead there.
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'later', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  const recipe = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, lr: 1e-4 } as const;
  await trainModel(context, { ...recipe, method: 'linear', name: 'one' });
  // It has hardly learned, so about half of the labels are contradicted.
  await trainModel(context, { ...recipe, method: 'linear', name: 'five folds', folds: 5 });
  await close();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The numbers of open, kept and changed labels, as the list says them. */
async function counts(page: Page): Promise<number[]> {
  const text = await page.getByText(/^Of \d+ labels: /).textContent();
  return [...(text ?? '').matchAll(/(\d+) (?:to check|kept|changed)/g)].map(([, n]) => Number(n));
}

const cases = (page: Page) => page.getByRole('region', { name: 'Labels to check' }).getByRole('listitem');

test('a case of the list opens in Read in its own data set; kept or changed, it is on the list no more', async () => {
  const { page, complaints, close } = await launch({ library });
  await show(page, 'Judge');
  await page.getByRole('tab', { name: 'Labels to check' }).click();
  const [open = 0, ...decided] = await counts(page);
  expect(open).toBeGreaterThan(2);
  expect(decided).toEqual([0, 0]);
  expect(await seriousViolations(page)).toEqual([]);
  const first = (await cases(page).first().getAttribute('aria-label')) ?? '';
  const [, label = ''] = /: (\w+), answer (\w+)$/.exec(first) ?? [];

  await cases(page).first().getByRole('button', { name: 'Look at it' }).click();
  await pictureSeen(page);
  expect(await page.getByLabel('Data set').first().inputValue()).toBe('discs');
  const box = page.getByRole('region', { name: 'Label to check' });
  await box.getByText(`Labelled “${label}”.`).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await box.getByRole('button', { name: `Keep “${label}”` }).click();
  await page.getByText('The label is kept.').waitFor();
  await box.getByText('kept', { exact: true }).waitFor();

  // The next one is given another label.
  await box.getByRole('button', { name: 'Next label to check' }).click();
  await pictureSeen(page);
  await box.getByText('Or give another label below.').waitFor();
  const said = (await box.getByText(/^Labelled “/).textContent()) ?? '';
  const other = said.includes('Labelled “disc”') ? 'normal' : 'disc';
  await page.getByRole('group', { name: 'Class' }).getByRole('button', { name: other }).click();
  await box.getByText(`Now: “${other}”.`).waitFor();

  await box.getByRole('button', { name: 'Back to the list' }).click();
  await page.getByText(`${open - 2} to check, 1 kept, 1 changed`).waitFor();
  expect(await page.getByRole('listitem', { name: first }).count()).toBe(0);
  await page.getByLabel('Show').selectOption('all');
  await page
    .getByRole('listitem', { name: first })
    .getByText(/kept by Reader 1/)
    .waitFor();
  await page.getByText(/changed by Reader 1/).waitFor();
  await close();
  expect(complaints).toEqual([]);
});

test('a model without folds says that it has no list; a promise that cannot be kept is refused in words', async () => {
  const { page, complaints, close } = await launch({ library });
  await show(page, 'Judge');
  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await page.getByLabel('Allowed error among the answered (%)').fill('1');
  await page.getByLabel('Allowed error among the answered (%)').press('Tab');
  await page.getByRole('button', { name: 'Find the rule' }).click();
  await page.getByText(/cannot be promised from \d+ patients; even without a wrong answer it takes 299/).waitFor();
  await page.getByText('No band is stored with this model').waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByLabel('Model').first().selectOption('one');
  await page.getByRole('tab', { name: 'Labels to check' }).click();
  await page.getByText('This model was trained without folds').waitFor();
  await close();
  expect(complaints).toEqual([]);
});
