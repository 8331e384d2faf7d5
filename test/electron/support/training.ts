/** The screen "Train" as its tests use it. */
import type { ElectronApplication, Page } from 'playwright';
import { processesBelow } from './processes.ts';
import { show } from './screens.ts';

export async function openTrain(page: Page): Promise<void> {
  await show(page, 'Train');
  await page.getByRole('heading', { name: 'Train', exact: true }).waitFor();
}

/** Chooses the published recipe instead of a search, so that methods and expert settings can be chosen. */
export async function choosePublished(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /^As published/ }).check();
  // What is not recommended stands folded.
  const others = page.locator('details', { hasText: /^Compare with other methods/ });
  await others.waitFor();
  if ((await others.getAttribute('open')) === null) await others.locator('summary').click();
}

/** Fills expert settings of a recipe of one's own in by their names, waits for the promise of the time, and gives its words. */
export async function planTraining(page: Page, settings: Readonly<Record<string, string>>): Promise<string> {
  await choosePublished(page);
  const fold = page.getByText(/^Expert settings/);
  await fold.click();
  for (const [label, value] of Object.entries(settings)) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByLabel(label, { exact: true }).press('Tab');
  }
  await fold.click();
  const promise = page.getByTestId('promise');
  await promise.waitFor({ timeout: 120_000 });
  await page.getByRole('heading', { name: 'Data and large model' }).scrollIntoViewIfNeeded();
  return (await promise.textContent()) ?? '';
}

export async function startTraining(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start training' }).click();
}

/** Waits until the training that is shown is at `epoch` or later. */
export async function epochReached(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (least) => {
      const text = document.querySelector('[data-testid="stage"]')?.textContent ?? '';
      return Number(/epoch (\d+)/.exec(text)?.[1] ?? 0) >= least;
    },
    epoch,
    { timeout: 240_000 },
  );
}

/** Kills the computing process of the application, as a lack of memory does. @throws where none runs */
export function killEngine(app: ElectronApplication): void {
  const engines = processesBelow(app.process().pid ?? 0, 'engine/host/server');
  if (engines.length === 0) throw new Error('No computing process runs below the application.');
  for (const engine of engines) process.kill(engine, 'SIGKILL');
}

/** Waits until the training that is shown has gone on by itself after its engine died: nobody presses anything. */
export async function wentOnByItself(page: Page): Promise<void> {
  await page.getByText('The computing process stopped and was started again').waitFor({ timeout: 120_000 });
}

/** Waits for the end of the training that is shown; a search takes longer. */
export async function trained(page: Page, limitMs = 240_000): Promise<void> {
  await page.getByRole('button', { name: 'Judge the model' }).waitFor({ timeout: limitMs });
}
