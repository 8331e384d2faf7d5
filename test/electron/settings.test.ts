/** The screen "Settings" in the real window: language and theme at once, machine, library, backup and restore, LPMs. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeRandomLpm } from '../../core/services/lpm/random-lpm.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { answerOpenDialog } from './support/dialogs.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { takeScreenshots } from './support/screenshot.ts';

test('settings: language and theme count at once, the machine is examined, an LPM is added and a pickle refused, a backup is made and put back, another library opens', async () => {
  const { folder, library } = await prepareLibrary();
  const { app, page, complaints, close } = await launch({ library });
  const main = page.getByRole('main');
  const tab = (name: string) => main.getByRole('tab', { name });
  await page.getByRole('button', { name: 'Settings', exact: true }).first().click();

  await main.getByRole('combobox', { name: 'Language' }).selectOption('de');
  await main.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await main.getByLabel('Hell').check();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  expect(await seriousViolations(page)).toEqual([]);
  await main.getByRole('combobox', { name: 'Sprache' }).selectOption('en');
  await main.getByLabel('Dark, for the reading room').check();

  await tab('Computing').click();
  await main.getByRole('button', { name: 'Examine this machine' }).click();
  await main
    .getByText(/^ready on/)
    .first()
    .waitFor({ timeout: 90_000 });
  expect(await seriousViolations(page)).toEqual([]);
  await takeScreenshots(page, 'settings-computing');
  await main.getByLabel('Processor threads').selectOption('1');
  await main.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied.').waitFor();

  await tab('Large models (LPM)').click();
  await main.getByText('4 layers, width 64, patch 16').waitFor();
  const pickle = join(folder, 'model.pt');
  writeFileSync(pickle, 'PK');
  await answerOpenDialog(app, [pickle]);
  await main.getByRole('button', { name: 'Add a .safetensors file …' }).click();
  await page
    .getByRole('alert')
    .getByText(/safetensors/)
    .first()
    .waitFor();
  await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click();
  writeRandomLpm(join(folder, 'other'), 9, { width: 32, layers: 2, heads: 2 });
  await answerOpenDialog(app, [join(folder, 'other')]);
  await main.getByRole('button', { name: 'Add from a folder …' }).click();
  await main.getByText('2 layers, width 32, patch 16').waitFor();
  await page.getByText('Added: other').waitFor();
  await page.getByRole('button', { name: /^Jobs:/ }).click();
  const states = page.getByRole('listitem').filter({ hasText: 'Add an LPM' });
  await states.filter({ hasText: 'done' }).first().waitFor();
  // It failed before the call that started it was answered.
  await states.filter({ hasText: 'failed' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await seriousViolations(page)).toEqual([]);

  await tab('Library').click();
  await main.getByText('Labels, models, results').waitFor();
  await main.getByRole('button', { name: 'Check', exact: true }).click();
  await main.getByText('The library is sound.').waitFor();
  await main.getByRole('button', { name: 'Back up now' }).click();
  await main
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .waitFor();
  // What takes room is counted anew, too.
  await main.getByRole('row', { name: /^Backups 1 / }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await main
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText(/^Restored: /).waitFor();
  // The core begins anew, and what was checked is gone: nobody has checked this state of the library.
  await main.getByText('The library is sound.').waitFor({ state: 'detached' });
  await main.getByText('Labels, models, results').waitFor();
  await main.getByRole('button', { name: 'Check', exact: true }).click();
  await main.getByText('The library is sound.').waitFor();

  await answerOpenDialog(app, [join(folder, 'second-library')]);
  await main.getByRole('button', { name: 'Use another folder …' }).click();
  await main.getByText(join(folder, 'second-library')).first().waitFor();
  // Nobody has checked this one.
  await main.getByText('Labels, models, results').waitFor();
  expect(await main.getByText('The library is sound.').count()).toBe(0);
  // A file is no library: the one before is opened again, and it is said why.
  await answerOpenDialog(app, [pickle]);
  await main.getByRole('button', { name: 'Use another folder …' }).click();
  await page.getByRole('alert').first().waitFor();
  await main.getByText(join(folder, 'second-library')).first().waitFor();
  await main.getByText('Labels, models, results').waitFor();

  for (const name of ['Readers and keys', 'Privacy', 'About']) {
    await tab(name).click();
    await main.getByRole('heading', { name, level: 2 }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  }
  await main.getByText('0: none was tried.').waitFor();
  // The library that was just made has the LPM that comes with the program, and nothing was asked.
  await tab('Large models (LPM)').click();
  await main.getByText('4 layers, width 192, patch 16').waitFor();

  await tab('Readers and keys').click();
  await main.getByRole('textbox', { name: 'New reader' }).fill('Dr. Weiss');
  await main.getByRole('textbox', { name: 'New reader' }).press('Enter');
  const second = main.getByRole('textbox', { name: 'Name of Dr. Weiss' });
  await second.fill('reader 1');
  await second.press('Tab');
  await page
    .getByRole('alert')
    .getByText(/is taken/)
    .waitFor();
  expect(await second.inputValue()).toBe('Dr. Weiss');
  await second.fill('Dr. Schwarz');
  await second.press('Tab');
  await main.getByRole('textbox', { name: 'Name of Dr. Schwarz' }).waitFor();
  await main.getByRole('combobox', { name: /^Reader/ }).selectOption('Reader 1');
  await main.getByRole('button', { name: 'Change the key of Invert' }).click();
  await page.keyboard.press('Control+Alt+k');
  await main.getByText('Ctrl+Alt+k', { exact: false }).waitFor();
  // The reading room has the same reader and the same key.
  expect(await callFrom(page, 'readers.list', {})).toMatchObject({
    readers: [{ name: 'Reader 1' }, { name: 'Dr. Schwarz' }],
    currentId: 1,
  });
  expect(Object.keys((await callFrom(page, 'keys.get', {})).keys)).toContain('invert');
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

test('what is chosen for computing counts at once, also where it cannot be kept', async () => {
  const { library } = await prepareLibrary();
  const profile = temporaryFolder('profile');
  // No file takes the place of a folder that holds something.
  mkdirSync(join(profile, 'settings.json', 'kept'), { recursive: true });
  const { page, close } = await launch({ library, profile });
  await page.getByRole('button', { name: 'Settings', exact: true }).first().click();
  const main = page.getByRole('main');
  await main.getByRole('tab', { name: 'Computing' }).click();
  await page.evaluate(() => {
    sidelight.on('core.changed', (core) => {
      document.body.dataset['core'] = `${document.body.dataset['core'] ?? ''} ${(core as { state: string }).state}`;
    });
  });
  await main.getByLabel('Processor threads').selectOption('1');
  await main.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('alert').getByText('What you chose cannot be kept').waitFor();
  await expect.poll(() => page.locator('body').getAttribute('data-core'), { timeout: 30_000 }).toBe(' starting ready');
  await close();
  rmSync(profile, { recursive: true, force: true });
});
