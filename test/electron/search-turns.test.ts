/** A search that is stopped for one on another data set, and gone back to; and methods that are ticked for it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { silentLogger } from '../../core/base/logger.ts';
import type { Trial } from '../../core/contract/index.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { openServices } from '../../core/services/session/open.ts';
import { listModels, openLibrary } from '../../core/store/index.ts';
import { writeStudies } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { openTrain, startTraining, trained } from './support/training.ts';

interface Search {
  readonly methods: string | null;
  readonly trials: readonly Trial[];
  readonly winner: number | null;
}

function searchesOf(library: string): Search[] {
  const opened = openLibrary(library, { mode: 'read' });
  const rows = opened.db.all<{ methods: string | null; trials: string; winner: number | null }>(
    `SELECT json_extract(plan, '$.methods') AS methods, trials, winner FROM recipe_searches ORDER BY id`,
  );
  opened.close();
  return rows.map((row) => ({ ...row, trials: JSON.parse(row.trials) as Trial[] }));
}

/** Chooses a data set and has linear probes alone searched, which takes seconds. */
async function startSearch(page: Page, dataset: string): Promise<void> {
  await page.getByLabel('Data set', { exact: true }).selectOption(dataset);
  await page.getByTestId('promise').waitFor({ timeout: 240_000 });
  await startTraining(page);
}

test('a stopped search keeps its trainings while another data set is searched, and goes on where it was', async () => {
  const prepared = await prepareLibrary({ patients: 12 });
  const { context, close: closeServices } = await openServices({
    ...{ library: prepared.library, mode: 'write', engine: 'onnxruntime', device: 'cpu', progress: () => {} },
    ...{ log: silentLogger, signal: new AbortController().signal },
  });
  const rings = join(prepared.folder, 'rings');
  const labels = writeStudies(rings, 12, 5);
  await importPaths(context, { paths: [rings], dataset: 'rings', labels });
  await closeServices();

  const { page, complaints, close } = await launch({ library: prepared.library });
  await openTrain(page);
  await page.getByLabel('Large pre-trained model').selectOption('tiny');
  await page.getByText(/^Expert settings/).click();
  await page.getByLabel('Input size', { exact: true }).fill('224');
  await page.getByLabel('Batch size', { exact: true }).fill('4');
  await page.getByLabel('Batch size', { exact: true }).press('Tab');
  await page.getByText(/^Expert settings/).click();
  await page.getByText(/^Methods to search: /).click();
  const box = (name: RegExp) => page.getByRole('checkbox', { name });
  expect(await box(/^LoRA/).isChecked()).toBe(false);
  await box(/^FPT\+/).uncheck();
  await box(/^Attentive/).uncheck();
  // The last one stays: a search tries something.
  await box(/^Linear/).click();
  await expect.poll(() => box(/^Linear/).isChecked()).toBe(true);
  await page
    .getByText(/About .* of the search\./)
    .first()
    .waitFor({ timeout: 240_000 });
  expect(await seriousViolations(page)).toEqual([]);

  await startSearch(page, 'discs');
  await page.getByText(/^Searching for a recipe: step \d/).waitFor({ timeout: 240_000 });
  await expect.poll(() => searchesOf(prepared.library)[0]?.trials.length, { timeout: 240_000 }).toBeGreaterThan(0);
  await page.getByRole('article').getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  const before = searchesOf(prepared.library)[0];
  expect(before?.winner).toBeNull();

  await page.getByRole('button', { name: 'New training' }).click();
  await startSearch(page, 'rings');
  await trained(page, 900_000);
  await page
    .getByRole('region', { name: 'Trainings' })
    .getByRole('button', { name: /discs-auto/ })
    .click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await trained(page, 900_000);
  await page.getByText('Asked for were: Linear', { exact: false }).waitFor();
  await close();
  expect(complaints).toEqual([]);

  const [first, second] = searchesOf(prepared.library);
  expect(first?.trials.slice(0, before?.trials.length)).toEqual(before?.trials);
  expect([first, second].map((search) => [search?.methods, search?.winner !== null])).toEqual([
    ['["linear"]', true],
    ['["linear"]', true],
  ]);
  const opened = openLibrary(prepared.library, { mode: 'read' });
  expect(
    listModels(opened.db)
      .map(({ name, dataset }) => [name, dataset])
      .toSorted(),
  ).toEqual([
    ['discs-auto', 'discs'],
    ['rings-auto', 'rings'],
  ]);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 1_500_000);
