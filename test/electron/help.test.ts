/** The help inside the window, keys that are looked for, and files that are held over the window before they are let go. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { openTestServices, writeStudies } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { drop, heldOver } from './support/dropping.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { openReading } from './support/reading.ts';
import { show } from './support/screens.ts';

test('F1 opens the page of the screen, links and words lead to others, keys are found by name or by key, held files are told where they go', async () => {
  const folder = temporaryFolder('help');
  const library = join(folder, 'library');
  writeStudies(join(folder, 'studies'), 2);
  const opened = await openTestServices(library);
  await importPaths(opened.context, { paths: [join(folder, 'studies')], dataset: 'reading' });
  await opened.close();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);

  // The keys, narrowed by a word and by a key.
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys of the reading room' });
  await keys.getByRole('searchbox').fill('measure');
  expect(await keys.locator('dt').allTextContents()).toEqual([
    'Measure a length',
    'Measure an angle',
    'Remove what was measured last',
  ]);
  await keys.getByRole('searchbox').fill('d');
  await keys.getByRole('searchbox').fill('ctrl+z');
  expect(await keys.locator('dt').allTextContents()).toEqual(['Undo']);
  expect(await keys.locator('h3').allTextContents()).toEqual(['Label']);
  await keys.getByRole('searchbox').fill('no such thing');
  await keys.getByText('No command has these words.').waitFor();
  // From the keys to the pages.
  await keys.getByRole('button', { name: 'Help', exact: true }).click();
  const help = page.getByRole('dialog', { name: 'Help', exact: true });
  await help.getByRole('heading', { name: 'Read and label', exact: true }).waitFor();
  await help.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  const editor = page.getByRole('dialog', { name: 'Keys and mouse' });
  expect(await editor.locator('h3').allTextContents()).toEqual([
    'Label',
    'Go through the list',
    'Go through images',
    'Look',
    'Measure',
  ]);
  await editor.getByRole('searchbox').fill('angle');
  expect(await editor.locator('tbody th').allTextContents()).toEqual(['Measure an angle']);
  await editor.getByRole('button', { name: 'Change the key of Measure an angle' }).click();
  await page.keyboard.press('F1');
  await editor.getByRole('alert').filter({ hasText: 'F1 is the key of “Help”' }).waitFor();
  await page.keyboard.press('d');
  await editor.getByRole('alert').filter({ hasText: 'D is the key of “Measure a length”' }).waitFor();
  await page.keyboard.press('Escape');
  await editor.getByRole('button', { name: 'Close' }).click();
  await editor.waitFor({ state: 'hidden' });

  // The page of the screen, its links, and the pages that hold some words.
  await show(page, 'Train');
  await page.keyboard.press('F1');
  await help.getByRole('heading', { name: 'Enough labels?' }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await help.getByRole('searchbox').fill('kappa adjudicat');
  await help.getByText('No page has these words.').waitFor();
  await help.getByRole('searchbox').fill('Fleiss');
  expect(await help.getByRole('navigation').getByRole('button').allTextContents()).toEqual(['Read and label']);
  await help.getByRole('navigation').getByRole('button', { name: 'Read and label' }).click();
  await help.getByRole('region').getByText('the wheel scrolls', { exact: false }).first().waitFor();
  await help.getByRole('button', { name: 'Judge' }).first().click();
  await help.getByRole('heading', { name: 'Labels to check' }).waitFor();
  // A link to a place of another page: it is in view.
  const place = help.locator('[data-anchor="labels-to-check"]');
  const region = help.getByRole('region');
  await expect
    .poll(async () => {
      const [inner, outer] = await Promise.all([place.boundingBox(), region.boundingBox()]);
      return inner !== null && outer !== null && inner.y >= outer.y - 1 && inner.y < outer.y + outer.height;
    })
    .toBe(true);
  await help.getByRole('button', { name: 'Close' }).click();

  // Held over the window: anywhere it imports, also in the library.
  const file = join(folder, 'studies', 'labels.csv');
  const imports = 'Drop to import into the library; you choose the data set next';
  const at = { x: 700, y: 500 };
  await expect.poll(() => heldOver(page, [file], at)).toBe(`${imports} [large]`);
  await expect.poll(() => page.getByText(imports).count()).toBe(0);
  await show(page, 'Library');
  await expect.poll(() => heldOver(page, [file], at)).toBe(`${imports} [large]`);
  // An import that is being made takes them in its own place.
  await drop(page, [join(folder, 'studies')]);
  const sources = page.getByRole('dialog').locator('[data-drop]');
  const box = await sources.boundingBox();
  if (box === null) throw new Error('the list of sources has no box');
  const within = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await expect.poll(() => heldOver(page, [file], within)).toBe('Drop to add to this import');
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
