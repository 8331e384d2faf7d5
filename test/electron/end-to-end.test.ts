/**
 * The whole way in one library: first run, real files and the demo set, ten labels by keyboard, training through a death of the engine, judging, evidence,
 * classifying into a CSV file, and a death of the application itself. No complaint of the page, no request to a network, no serious
 * violation of accessibility on any screen.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { DemoReport } from '../../core/contract/ipc/demo.ts';
import { sharedPath } from '../support/shared.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom, waitForJob } from './support/calls.ts';
import { answerOpenDialog, answerSaveDialog } from './support/dialogs.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { processesBelow } from './support/processes.ts';
import { takeScreenshots } from './support/screenshot.ts';

const screens = ['Welcome', 'Library', 'Read and label', 'Train', 'Judge', 'Evidence', 'Classify', 'Settings'] as const;
const realFiles = sharedPath('dicom', 'pydicom-data');

test('from an empty library to a classified folder, with the engine and the application killed on the way', async () => {
  const folder = temporaryFolder('whole-way');
  const library = join(folder, 'library');
  const first = await launch({ library });
  const { page } = first;
  const main = page.getByRole('main');
  const show = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
  await takeScreenshots(page, 'welcome');

  // Import: made-up studies for learning, and real files of many makers where they are at hand.
  const demo = await callFrom(page, 'jobs.start', {
    kind: 'demo',
    options: { studies: 30, unlabelled: 10, unseen: 6, size: 128 },
  });
  const made = (await waitForJob(page, demo.id)).result as DemoReport;
  expect([made.studies, made.labelled]).toEqual([30, 20]);

  // Label the ten that are left, by keyboard alone.
  await show('Read and label');
  await page.getByRole('img', { name: /Viewport 1, image 1/ }).waitFor();
  for (let n = 1; n <= 10; n++) {
    await page.keyboard.press(String(1 + (n % 3)));
    await page
      .getByTestId('progress')
      .filter({ hasText: `labelled ${20 + n} of 30` })
      .waitFor();
    await page.getByText('saved', { exact: true }).waitFor();
    if (n < 10) await page.keyboard.press('Enter');
  }

  if (existsSync(realFiles)) {
    const real = await callFrom(page, 'jobs.start', {
      kind: 'import',
      options: { paths: [realFiles], dataset: 'real' },
    });
    const done = await waitForJob(page, real.id);
    expect(done.state).toBe('succeeded');
    expect((done.result as { imported: number }).imported).toBeGreaterThan(20);
  }

  // Train. The engine dies in the middle; the job goes on and ends with a model.
  const training = await callFrom(page, 'jobs.start', {
    kind: 'train',
    options: { dataset: made.dataset, lpm: made.lpm, epochs: 8, batch: 8, lr: 1e-3, inputSize: 224, name: 'whole-way' },
  });
  const pid = first.app.process().pid ?? 0;
  await waitForJob(page, training.id, (job) => job.stage === 'Training' && job.done > 2);
  const engines = processesBelow(pid, 'engine/host/server');
  expect(engines.length).toBeGreaterThan(0);
  for (const engine of engines) process.kill(engine, 'SIGKILL');
  let trained = await waitForJob(page, training.id);
  if (trained.isResumable) {
    await callFrom(page, 'jobs.resume', { id: training.id });
    trained = await waitForJob(page, training.id);
  }
  expect([trained.state, (trained.result as { epochs: unknown[] }).epochs.length]).toEqual(['succeeded', 8]);

  // Judge.
  const judging = await callFrom(page, 'jobs.start', {
    kind: 'evaluate',
    options: { model: 'whole-way', split: 'val' },
  });
  expect((await waitForJob(page, judging.id)).state).toBe('succeeded');

  // Classify a folder that nobody has labelled, and save what came out.
  await show('Classify');
  await answerOpenDialog(first.app, [made.unseenFolder]);
  await main.getByRole('button', { name: 'Folder …', exact: true }).click();
  await main.getByRole('button', { name: 'Classify', exact: true }).click();
  await main.getByRole('heading', { name: 'Results of whole-way' }).waitFor({ timeout: 120_000 });
  const csv = join(folder, 'results.csv');
  await answerSaveDialog(first.app, csv);
  await main.getByRole('button', { name: 'CSV …' }).click();
  await page.getByText('Saved: results.csv').waitFor();
  const rows = parse(readFileSync(csv), { columns: true }) as Record<string, string>[];
  const studies = rows.filter((row) => row['level'] === 'study');
  expect(studies.length).toBe(6);
  for (const row of rows) {
    const probabilities = Object.entries(row).flatMap(([name, value]) =>
      name.startsWith('probability_') ? [Number(value)] : [],
    );
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    expect(row).toMatchObject({ model: 'whole-way', notice: 'Research use only. Not for diagnosis.' });
  }

  // Every screen, now that there is something on it.
  const violations: string[] = [];
  for (const name of screens) {
    await show(name);
    await page.waitForTimeout(500);
    violations.push(...(await seriousViolations(page)).map((line) => `${name}: ${line}`));
  }
  expect(violations).toEqual([]);
  expect(await page.getByTestId('offline').textContent()).toBe('offline: 0 requests');

  // The application dies without a word; labels, model and results are there afterwards.
  const before = await callFrom(page, 'datasets.list', {});
  const gone = new Promise((resolve) => first.app.process().once('exit', resolve));
  const cores = processesBelow(pid, 'electron/core/host');
  first.app.process().kill('SIGKILL');
  for (const core of cores) process.kill(core, 'SIGKILL');
  await gone;
  const second = await launch({ library });
  await second.page.getByRole('navigation').waitFor();
  expect(await callFrom(second.page, 'datasets.list', {})).toEqual(before);
  expect((await callFrom(second.page, 'models.list', {})).map(({ name }) => name)).toEqual(['whole-way']);
  expect((await callFrom(second.page, 'classify.batches', {})).length).toBe(1);
  await second.close();
  rmSync(folder, { recursive: true, force: true });
  expect(first.complaints).toEqual([]);
  expect(second.complaints).toEqual([]);
}, 900_000);
