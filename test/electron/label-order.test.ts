/** Ordering by uncertainty in the real window: what is missing, an order that comes by itself, what stays where it is, and the way back. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { silentLogger } from '../../core/base/logger.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { openServices } from '../../core/services/session/open.ts';
import { orderPlaces } from '../../core/store/index.ts';
import { writeStudies } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { addClass, labelled, openReading, pictureSeen } from './support/reading.ts';

const patients = 8;

async function unlabelledLibrary(): Promise<{ folder: string; library: string }> {
  const folder = temporaryFolder('order');
  const library = join(folder, 'library');
  writeStudies(join(folder, 'studies'), patients);
  const { context, close } = await openTestLibrary(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'reading' });
  await close();
  return { folder, library };
}

async function openTestLibrary(library: string): ReturnType<typeof openServices> {
  return await openServices({
    ...{ library, mode: 'write', engine: 'onnxruntime', device: 'cpu', progress: () => {}, log: silentLogger },
    signal: new AbortController().signal,
  });
}

/** The cases of the list from top to bottom. */
async function rows(page: Page): Promise<string[]> {
  return await page
    .locator('[data-target]')
    .evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset.target ?? ''));
}

/** How far below the top of the window the open case stands in the list. */
async function openRow(page: Page): Promise<{ readonly key: string; readonly y: number }> {
  const row = page.locator('[data-target][aria-current="true"]');
  const box = await row.boundingBox();
  return { key: (await row.getAttribute('data-target')) ?? '', y: Math.round(box?.y ?? -1) };
}

test('cases are put in order by themselves after enough labels; the open case stays, the usual order is a click away, and no answer is shown', async () => {
  const { folder, library } = await unlabelledLibrary();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  const usual = await rows(page);
  expect(usual).toHaveLength(2 * patients);
  const toggle = page.getByRole('button', { name: 'Order by uncertainty' });
  const sentence = page.getByTestId('order');
  await toggle.click();
  await sentence.filter({ hasText: 'there must be two classes' }).waitFor();
  await addClass(page, 'normal');
  await addClass(page, 'disc');
  await sentence.filter({ hasText: 'normal 0 of 3 patients, disc 0 of 3 patients' }).waitFor();
  await page.getByLabel('New labels until the order is made again').fill('2');
  await page.getByLabel('New labels until the order is made again').press('Enter');

  // The first study of each of six patients: every second one has a disc.
  for (let p = 0; p < 6; p++) {
    await page.locator(`[data-target="${usual[2 * p]}"]`).click();
    await pictureSeen(page);
    await page.keyboard.press(p % 2 === 1 ? '2' : '1');
    await labelled(page, `labelled ${p + 1} of ${2 * patients}`);
    if (p === 0) await sentence.filter({ hasText: 'normal 1 of 3 patients, disc 0 of 3 patients' }).waitFor();
  }
  const before = await openRow(page);
  await sentence
    .filter({ hasText: /The least certain first: 16 cases, .* from the labels of 6\. Again after 2/ })
    .waitFor({
      timeout: 240_000,
    });
  const first = await rows(page);
  const after = await openRow(page);
  expect(after.key).toBe(before.key);
  expect([...first].sort()).toEqual([...usual].sort());
  // What is done, then the open case, then the others, which are no longer in the usual order.
  expect(first.slice(0, 6).sort()).toEqual([0, 1, 2, 3, 4, 5].map((p) => usual[2 * p] as string).sort());
  expect(first.indexOf(after.key)).toBe(5);
  expect(await page.locator('[role="img"][data-seen="true"]').count()).toBeGreaterThan(0);
  expect(await seriousViolations(page)).toEqual([]);
  // Nothing of what the model says stands beside a case.
  expect(
    await page
      .locator('aside')
      .getByText(/\d %|probab|entrop/i)
      .count(),
  ).toBe(0);

  // Enter goes to the least certain one.
  await page.getByRole('group', { name: 'Read and label' }).focus();
  await page.keyboard.press('Enter');
  await pictureSeen(page);
  expect((await openRow(page)).key).toBe(first[6]);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 7 of 16');
  await sentence.filter({ hasText: 'Again after 1 more label' }).waitFor();
  // Between two orders nothing moves.
  expect(await rows(page)).toEqual(first);
  await page.keyboard.press('Enter');
  await pictureSeen(page);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 8 of 16');
  await sentence.filter({ hasText: 'from the labels of 8. Again after 2' }).waitFor({ timeout: 120_000 });

  await toggle.click();
  await sentence.waitFor({ state: 'detached' });
  expect(await rows(page)).toEqual(usual);
  await close();
  expect(complaints).toEqual([]);

  const kept = await openTestLibrary(library);
  const places = orderPlaces(kept.context.library.db, 1);
  expect(places.size).toBe(16);
  await kept.close();
  rmSync(folder, { recursive: true, force: true });
}, 600_000);
