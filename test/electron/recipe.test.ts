/** From labelled studies to a model without a setting: the recipe is searched for, shown with all that was tried, and stands on the card. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listRuns, openLibrary, searchOfRun } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { takeScreenshots } from './support/screenshot.ts';
import { killEngine, openTrain, startTraining, trained, wentOnByItself } from './support/training.ts';

test('a search is what the window proposes; it goes on after its engine dies, says what was tried and why the winner won, and the published recipe is one click away', async () => {
  const prepared = await prepareLibrary({ patients: 20 });
  const { page, app, close, complaints } = await launch({ library: prepared.library });
  await openTrain(page);
  const found = page.getByRole('radio', { name: /^Found on your data/ });
  const published = page.getByRole('radio', { name: /^As published/ });
  expect(await found.isChecked()).toBe(true);
  expect(await page.getByRole('radio', { name: /^Quick/ }).isChecked()).toBe(true);
  // What a search finds is asked for nowhere.
  expect(await page.getByRole('checkbox', { name: /^FPT\+/ }).count()).toBe(0);
  await page.getByText(/^Expert settings/).click();
  expect(await page.getByLabel('Learning rate', { exact: true }).count()).toBe(0);
  await published.check();
  await page.getByRole('checkbox', { name: /^FPT\+/ }).waitFor();
  expect(await page.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.0001');
  await found.check();
  await page.getByLabel('Input size', { exact: true }).fill('224');
  await page.getByLabel('Batch size', { exact: true }).fill('4');
  await page.getByLabel('Batch size', { exact: true }).press('Tab');
  await page.getByText(/^Expert settings/).click();
  await page.getByTestId('promise').waitFor({ timeout: 120_000 });
  expect(await seriousViolations(page)).toEqual([]);
  await takeScreenshots(page, 'train-recipe', page.getByText('How long may the search take?'));
  await startTraining(page);
  await page.getByText(/^Searching for a recipe: step \d/).waitFor({ timeout: 120_000 });
  killEngine(app);
  await wentOnByItself(page);
  await trained(page, 600_000);

  const search = page.getByRole('region', { name: 'Recipe found on your data' });
  await search.getByText(/ won: on patients that it did not learn from/).waitFor();
  expect(await search.getByRole('row').count()).toBe(8);
  expect(await search.getByRole('img', { name: 'Skill of each recipe' }).isVisible()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await takeScreenshots(page, 'train-search', page.getByRole('button', { name: 'Search afresh' }));
  // The same seed would find the same recipe: another search is planned with the next one, and all else as it was asked.
  await page.getByText('Seed: 0.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Search afresh' }).click();
  await page.getByText(/^Expert settings/).click();
  for (const [field, value] of [
    ['Seed', '1'],
    ['Input size', '224'],
    ['Batch size', '4'],
  ] as const)
    expect(await page.getByLabel(field, { exact: true }).inputValue()).toBe(value);
  expect(await page.getByRole('radio', { name: /^Found on your data/ }).isChecked()).toBe(true);
  await page
    .getByRole('region', { name: 'Trainings' })
    .getByRole('button', { name: /discs-auto/ })
    .click();
  await page.getByRole('button', { name: 'Judge the model' }).click();
  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('heading', { name: 'Recipe found on your data' }).waitFor();
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(prepared.library, { mode: 'read' });
  const [run] = listRuns(opened.db);
  const kept = searchOfRun(opened.db, run?.id ?? 0);
  expect(run?.modelName).toBe('discs-auto');
  expect(kept?.winner).not.toBeNull();
  // Seven candidates on two folds, the best three on the other three: none twice, though the engine died. What was stuck was tried again.
  expect(kept?.trials.filter(({ attempt }) => attempt === 1).length).toBe(7 * 2 + 3 * 3);
  expect(run?.settings).toMatchObject({ method: kept?.plan.candidates[kept.winner ?? 0]?.method, folds: 5 });
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 900_000);
