import { rmSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { listModels, listRuns, openLibrary } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import {
  epochReached,
  killEngine,
  openTrain,
  planTraining,
  startTraining,
  trained,
  wentOnByItself,
} from './support/training.ts';

const settings = { 'Input size': '224', Epochs: '80', 'Batch size': '4', 'Learning rate': '0.003' };

async function begin(page: Page): Promise<void> {
  expect(await planTraining(page, settings)).toMatch(/^(About|Some) .+ to .+ on this machine/);
  await startTraining(page);
}

test('data are checked, time is promised before the start, and a training that was paused, closed and killed gives the weights of one left alone', async () => {
  const prepared = await prepareLibrary({ patients: 12 });
  const { library } = prepared;
  const first = await launch({ library });
  let { page } = first;
  await openTrain(page);

  await page.getByText('test patients').first().waitFor();
  await page.getByText('You added this one.').waitFor();
  expect(await page.getByRole('rowheader', { name: 'disc' }).isVisible()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await begin(page);
  await epochReached(page, 2);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Paused. “Resume” continues').waitFor();
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await epochReached(page, 3);
  await first.close();
  expect(first.complaints).toEqual([]);

  const second = await launch({ library });
  page = second.page;
  await openTrain(page);
  // Nobody pressed anything: what ran goes on.
  await epochReached(page, 5);
  killEngine(second.app);
  await wentOnByItself(page);
  await trained(page);
  expect(await page.getByRole('img', { name: /Validation AUC/ }).isVisible()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('button', { name: 'New training' }).click();
  await begin(page);
  await trained(page);
  await second.close();
  expect(second.complaints).toEqual([]);

  const opened = openLibrary(library, { mode: 'read' });
  const models = listModels(opened.db);
  expect(models.map(({ name }) => name)).toEqual(['discs-fpt+', 'discs-fpt+-2']);
  expect(models[0]?.weightsHash).toBe(models[1]?.weightsHash);
  expect(listRuns(opened.db).map(({ epochsDone }) => epochsDone)).toEqual([80, 80]);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 900_000);
