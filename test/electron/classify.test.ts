/** The screen "Classify" in the real window: a folder with a bad file, results, files written, a watched folder. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { writeStudies } from '../support/made-studies.ts';
import { put } from '../support/studies.ts';
import { seriousViolations } from './support/axe.ts';
import { classifyFolder, saveCsv } from './support/classifying.ts';
import { answerOpenDialog, answerSaveDialog } from './support/dialogs.ts';
import { heldOver } from './support/dropping.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';

test('a folder is classified, its results are sorted, filtered, compared and written, bad files are named, a watched folder gives more', async () => {
  const { folder, library } = await prepareLibrary({ models: ['first', 'second'] });
  const fresh = join(folder, 'fresh');
  writeStudies(fresh, 6, 2);
  put(fresh, 'p0/notes.txt', 'not an image');
  const opened = await launch({ library });
  const { app, page, complaints, close } = opened;
  const main = page.getByRole('main');
  await show(page, 'Classify');
  // Held over the field, files are told that they will be classified; over anything else, that they will be imported.
  const field = await main.locator('[data-drop]').boundingBox();
  if (field === null) throw new Error('the field has no box');
  const middle = { x: field.x + field.width / 2, y: field.y + 10 };
  await expect.poll(() => heldOver(page, [fresh], middle)).toBe('Drop to add to what is to be classified [large]');
  for (const model of ['first', 'second']) await classifyFolder(opened, { folder: fresh, model });
  await main
    .getByText(/12 studies/)
    .first()
    .waitFor();

  const probabilities = async () =>
    (await main.locator('tbody tr:not([aria-hidden]) td:nth-child(3)').allTextContents()).map((t) =>
      Number.parseFloat(t),
    );
  await main.getByRole('button', { name: /^disc/ }).click();
  const ascending = await probabilities();
  expect(ascending).toEqual([...ascending].sort((a, b) => a - b).reverse());
  await main.getByLabel('Filter').fill('P2-1');
  expect((await probabilities()).length).toBe(2);
  await main.getByLabel('Filter').fill('');
  await main.getByLabel('Compare with').selectOption({ index: 1 });
  await main.getByRole('columnheader', { name: 'Earlier' }).waitFor();

  const rows = await saveCsv(opened, join(folder, 'results.csv'));
  expect(rows.filter(({ level }) => level !== 'file').length).toBe(24);
  // Every file that gave no answer has a row with its reason.
  expect(rows.filter(({ level }) => level === 'file').map(({ path }) => basename(path ?? ''))).toEqual(
    expect.arrayContaining(['notes.txt', 'labels.csv']),
  );
  expect(rows[0]).toMatchObject({ level: 'image', patientID: 'P2-0', model: 'second' });
  expect(rows[0]?.['path']).toContain(fresh);
  const html = join(folder, 'results.html');
  await answerSaveDialog(app, html);
  await main.getByRole('button', { name: 'Report …' }).click();
  await page.getByText('Saved: results.html').waitFor();
  expect(readFileSync(html, 'utf8')).toContain('Research use only. Not for diagnosis.');

  expect(await seriousViolations(page)).toEqual([]);
  // Class folders' labels.csv counts as a bad file, too.
  await main.getByRole('tab', { name: /^Failed/ }).click();
  await main.getByRole('cell', { name: 'notes.txt' }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await main.getByRole('button', { name: 'Try these again' }).click();

  const arrivals = join(folder, 'arrivals');
  mkdirSync(arrivals);
  await answerOpenDialog(app, [arrivals]);
  await main.getByRole('button', { name: 'Watch a folder …' }).click();
  await main.getByText('watching', { exact: true }).waitFor();
  cpSync(join(fresh, 'p1'), arrivals, { recursive: true });
  await main.getByText(/2 files taken/).waitFor({ timeout: 60_000 });
  await main
    .getByRole('button', { name: 'Results', exact: true })
    .and(main.locator(':enabled'))
    .click({ timeout: 60_000 });
  await main
    .getByText(/^2 studies, /)
    .first()
    .waitFor();
  await main.getByRole('button', { name: 'Stop', exact: true }).last().click();
  await main.getByText('stopped', { exact: true }).waitFor();

  // The watched folder's results are deleted by themselves, the two earlier ones and the repeated one are not.
  await main.getByRole('button', { name: 'Delete …' }).click();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete results' }).click();
  await page.getByText('The results are deleted.').waitFor();
  await main.getByRole('heading', { name: 'No results shown' }).waitFor();
  // The button that opened the question went with the results.
  await expect.poll(() => main.evaluate((screen) => screen === document.activeElement)).toBe(true);
  expect(await main.getByText('· watched folder').count()).toBe(0);

  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
