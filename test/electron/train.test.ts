import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { ElectronApplication, Page } from 'playwright';
import { expect, test } from 'vitest';
import { listModels, listRuns, openLibrary } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { takeScreenshots } from './support/screenshot.ts';

/** The engine's process below this application; null while none runs. */
function engineProcess(app: ElectronApplication): number | null {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null);
  const parents = new Map(rows.map((row) => [Number(row[1]), Number(row[2])]));
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === app.process().pid || isOurs(parents.get(pid)));
  const found = rows.find((row) => row[3]?.includes('engine/host/server.ts') === true && isOurs(Number(row[1])));
  return found === undefined ? null : Number(found[1]);
}

async function openTrain(page: Page): Promise<void> {
  // A machine that tests several things at once takes its time.
  page.setDefaultTimeout(120_000);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('heading', { name: 'Train', exact: true }).waitFor();
}

async function setExpert(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  await page.getByText(/^Expert settings/).click();
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel(label, { exact: true }).press('Tab');
  }
}

const settings = { 'Input size': '224', Epochs: '16', 'Batch size': '4', 'Learning rate': '0.003' };

async function begin(page: Page): Promise<void> {
  await setExpert(page, settings);
  await page.getByTestId('promise').waitFor({ timeout: 120_000 });
  expect(await page.getByTestId('promise').textContent()).toMatch(/^About .+ to .+ on this machine/);
  await page.getByText(/^Expert settings/).click();
  await page.getByRole('heading', { name: 'Data and large model' }).scrollIntoViewIfNeeded();
  await takeScreenshots(page, 'train');
  await page.getByRole('button', { name: 'Start training' }).click();
}

async function epochReached(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (least) => {
      const text = document.querySelector('[data-testid="stage"]')?.textContent ?? '';
      return Number(/epoch (\d+)/.exec(text)?.[1] ?? 0) >= least;
    },
    epoch,
    { timeout: 120_000 },
  );
}

test('data are checked, time is promised before the start, and a training that was paused, closed and killed gives the weights of one left alone', async () => {
  const prepared = await prepareLibrary({ patients: 12 });
  const { library } = prepared;
  const first = await launch({ library });
  let { page } = first;
  await openTrain(page);

  await page.getByText('patients to test').first().waitFor();
  expect(await page.getByRole('rowheader', { name: 'disc' }).isVisible()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await begin(page);
  await epochReached(page, 2);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Paused. “Go on” continues').waitFor();
  await page.getByRole('button', { name: 'Go on' }).first().click();
  await epochReached(page, 3);
  await first.close();
  expect(first.complaints).toEqual([]);

  const second = await launch({ library });
  page = second.page;
  await openTrain(page);
  // Nobody pressed anything: what ran goes on.
  await epochReached(page, 5);
  const engine = engineProcess(second.app);
  expect(engine).not.toBeNull();
  process.kill(engine as number, 'SIGKILL');
  await page.getByText('The computing process stopped and was started again').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Judge the model' }).waitFor({ timeout: 200_000 });
  expect(await page.getByRole('img', { name: /Validation AUC/ }).isVisible()).toBe(true);
  await takeScreenshots(page, 'train-live');
  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('button', { name: 'New training' }).click();
  await begin(page);
  await page.getByRole('button', { name: 'Judge the model' }).waitFor({ timeout: 200_000 });
  await second.close();
  expect(second.complaints).toEqual([]);

  const opened = openLibrary(library, { mode: 'read' });
  const models = listModels(opened.db);
  expect(models.map(({ name }) => name)).toEqual(['discs-fpt+', 'discs-fpt+-2']);
  expect(models[0]?.weightsHash).toBe(models[1]?.weightsHash);
  expect(listRuns(opened.db).map(({ epochsDone }) => epochsDone)).toEqual([16, 16]);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 900_000);
