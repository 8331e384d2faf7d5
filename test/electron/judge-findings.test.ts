/** The screens Judge, Evidence and Classify over models of several findings and of numbers, in the real window. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluateModel } from '../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { labelFindings, labelNumbers, writeFindingStudies } from '../support/finding-studies.ts';
import { openTestServices, writeTinyLpm } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { classifyFolder, saveCsv } from './support/classifying.ts';
import { openCell } from './support/judging.ts';
import { launch } from './support/launch.ts';
import { show } from './support/screens.ts';

const patients = 40;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-judge-findings-'));
  writeFindingStudies(join(folder, 'studies'), patients);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(join(folder, 'library'));
  try {
    await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'all' });
    labelFindings(context.library, patients);
    labelNumbers(context.library, patients);
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const base = { lpm: 'tiny', inputSize: 224, batch: 8, lr: 1e-2, tokenRatio: 1 } as const;
    await trainModel(context, { ...base, dataset: 'numbers', name: 'sizes', method: 'side-only', epochs: 4 });
    await trainModel(context, { ...base, dataset: 'findings', name: 'two', method: 'fpt+', epochs: 8 });
    for (const model of ['two', 'sizes']) await evaluateModel(context, { model, split: 'val' });
  } finally {
    await close();
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a model of two findings is judged finding by finding and classifies with a column for each', async () => {
  const opened = await launch({ library: join(folder, 'library') });
  const { page, complaints, close } = opened;
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('two');
  const table = page.getByRole('region', { name: 'All findings' });
  await table.getByRole('row', { name: /Mean of the 2 of 2/ }).waitFor();
  expect(await page.getByLabel('Finding').first().inputValue()).toBe('corner');
  await page.getByText('where “corner” is known to be present or absent').waitFor();

  await table.getByRole('button', { name: 'Judge foot' }).click();
  await page.getByText('where “foot” is known to be present or absent').waitFor();
  await page.getByRole('img', { name: /ROC curve \(“present”\): AUC/ }).waitFor();
  // Fewer cases than for the other finding: it is not known for all.
  const known = async (name: string) =>
    Number(
      await table
        .getByRole('row', { name: new RegExp(`^Judge ${name}`) })
        .getByRole('cell')
        .first()
        .textContent(),
    );
  expect(await known('foot')).toBeLessThan(await known('corner'));
  expect(await seriousViolations(page)).toEqual([]);

  const before = await table.getByRole('row', { name: /^Judge corner/ }).textContent();
  const slider = page.getByRole('slider', { name: 'Threshold for “present”' });
  await slider.focus();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowLeft');
  const moved = Number(await slider.inputValue());
  await page.getByRole('button', { name: 'Store this threshold' }).click();
  await page.getByText('Threshold stored with the model').waitFor();
  await table.getByRole('row', { name: new RegExp(`^Judge foot.*${moved.toFixed(3)}$`) }).waitFor();
  // The other finding keeps its own.
  expect(await table.getByRole('row', { name: /^Judge corner/ }).textContent()).toBe(before);
  await openCell(page, page.getByRole('button', { name: /cases labelled absent, answered absent/ }));

  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await page.getByRole('button', { name: 'Calibrate on the validation cases' }).click();
  await page.getByText('The model is calibrated.').waitFor();
  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('heading', { name: 'Model card: two' }).waitFor();
  await page.getByRole('row', { name: /Validation Studies \d+ foot/ }).waitFor();
  await page.getByText(/Each finding is called present from its own probability on/).waitFor();

  await page.getByRole('tab', { name: 'Figures' }).click();
  const first = await openCell(page, page.getByRole('button', { name: /cases labelled absent, answered absent/ }));
  await first.getByRole('button', { name: 'Evidence' }).click();
  await page.getByRole('img', { name: 'Image with the evidence for foot laid over it' }).waitFor({ timeout: 60_000 });

  await show(page, 'Classify');
  await classifyFolder(opened, { folder: join(folder, 'studies'), model: 'two' });
  const main = page.getByRole('main');
  for (const name of ['corner', 'foot'])
    await main.getByRole('columnheader', { name: new RegExp(`^${name}`) }).waitFor();
  const rows = await saveCsv(opened, join(folder, 'two.csv'));
  const studies = rows.filter(({ level }) => level === 'study');
  expect(studies).toHaveLength(patients);
  const any = studies.filter(
    (row) => row['decision_corner'] === 'present' || row['decision_foot'] === 'present',
  ).length;
  const shownRows = main.locator('tbody tr:not([aria-hidden])');
  await main.getByLabel('Filter').fill('F-1');
  const ofPatients = await shownRows.count();
  expect(ofPatients).toBe(11);
  await main.getByLabel('Decision').selectOption('no finding present');
  const without = studies.filter(
    ({ patientID, decision }) => patientID?.startsWith('F-1') && decision === 'none',
  ).length;
  expect(await shownRows.count()).toBe(without);
  await main.getByLabel('Decision').selectOption('any finding present');
  expect(await shownRows.count()).toBe(ofPatients - without);
  expect(any).toBeLessThanOrEqual(patients);
  await main.getByLabel('Filter').fill('');
  expect(await seriousViolations(page)).toEqual([]);
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('a model of numbers shows answers beside labels, the furthest off first, and classifies into numbers', async () => {
  const opened = await launch({ library: join(folder, 'library') });
  const { page, complaints, close } = opened;
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('sizes');
  await page.getByRole('img', { name: /Answers beside the labels: Mean absolute error/ }).waitFor();
  await page.getByText('Bias (answer minus label)').first().waitFor();
  expect(await page.getByRole('tab').allTextContents()).toEqual([
    'Figures',
    'Methods side by side',
    'Labels to check',
    'Shortcuts',
    'Model card',
  ]);
  const off = (await page.getByRole('listitem').filter({ hasText: ' off' }).allTextContents()).map((text) =>
    Math.abs(Number(/(-?[\d.]+) off/.exec(text.replace('−', '-'))?.[1])),
  );
  expect(off.length).toBeGreaterThan(3);
  expect(off).toEqual([...off].sort((a, b) => b - a));
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Methods side by side' }).click();
  await page.getByRole('columnheader', { name: 'Mean absolute error' }).waitFor();
  await page.getByRole('tab', { name: 'Figures' }).click();
  await page
    .getByRole('listitem', { name: /^Case 1:/ })
    .getByRole('button', { name: 'Open', exact: true })
    .click();
  await page.getByRole('heading', { name: 'Judge' }).waitFor({ state: 'detached' });

  await show(page, 'Classify');
  await classifyFolder(opened, { folder: join(folder, 'studies'), model: 'sizes' });
  await page.getByRole('main').getByRole('columnheader', { name: /^size/ }).waitFor();
  const rows = await saveCsv(opened, join(folder, 'sizes.csv'));
  const numbers = rows.filter(({ level }) => level === 'study').map((row) => Number(row['predicted_size']));
  expect(numbers).toHaveLength(patients);
  expect(numbers.every(Number.isFinite)).toBe(true);
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('Evidence lists mistakes first: which findings are wrong, and of numbers the largest error; each opens', async () => {
  const { page, complaints, close } = await launch({ library: join(folder, 'library') });
  await show(page, 'Evidence');
  await page.getByLabel('Model', { exact: true }).selectOption('two');
  const list = page.getByRole('complementary', { name: 'Images' });
  const rows = list.locator('button[data-state]');
  await list.getByText(/^(\d+ wrong answers?|None of) /).waitFor();
  const states = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-state')));
  const order = ['wrong', 'right', 'unlabelled'];
  expect(states).toEqual([...states].sort((a, b) => order.indexOf(a ?? '') - order.indexOf(b ?? '')));
  // After eight epochs it is right about few: every one that is not says which finding, and what of it.
  const wrong = rows.and(page.locator('[data-state=wrong]'));
  expect(await wrong.count()).toBeGreaterThan(0);
  for (const text of await wrong.allTextContents())
    expect(text).toMatch(/(corner|foot): labelled (present, answered absent|absent, answered present)/);
  await wrong.last().click();
  await list.locator('button[data-state=wrong][aria-current=true]').waitFor();
  await page.getByRole('complementary', { name: 'Evidence' }).getByText('wrong', { exact: true }).waitFor();
  await page.getByRole('img', { name: /^Image with the evidence for/ }).waitFor({ timeout: 60_000 });
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByLabel('Model', { exact: true }).selectOption('sizes');
  // The image stays, in whichever part the other model has it.
  await page.getByLabel('Cases').selectOption('val');
  await list.getByText('The largest error stands first.').waitFor();
  const off = (await rows.allTextContents()).map((text) =>
    Math.abs(Number(/off by (-?[\d.]+)/.exec(text.replace('−', '-'))?.[1])),
  );
  expect(off.length).toBeGreaterThan(3);
  expect(off).toEqual([...off].sort((a, b) => b - a));
  await rows.nth(1).click();
  await list.locator('button[aria-current=true]').and(rows.nth(1)).waitFor();
  await page.getByRole('img', { name: 'The image' }).waitFor();
  await page.getByText('“sizes” answers a number.').waitFor();
  await close();
  expect(complaints).toEqual([]);
}, 300_000);
