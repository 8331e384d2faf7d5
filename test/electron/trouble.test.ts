/** A library that cannot be written or is gone, and notices: what the window says when something is wrong, and what can be done there. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { openLibrary } from '../../core/store/index.ts';
import { kill, workingWriter } from '../support/killed-writer.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { answerOpenDialog } from './support/dialogs.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { settling } from './support/settled.ts';

const title = 'The library could not be opened';

test('a library in which another one works: settings are within reach, it can be read, and tried again for writing', async () => {
  const { folder, library } = await prepareLibrary({ models: ['m'] });
  const other = openLibrary(library, { mode: 'write' });
  const { app, page, complaints, close } = await launch({ library });
  const settle = await settling({ app, page });
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: title }).waitFor();
  await main.getByText('Another Sidelight is working in this library').waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await main.getByRole('button', { name: 'Try again' }).click();
  await main.getByRole('heading', { name: title }).waitFor();
  await main.getByRole('button', { name: 'Settings' }).click();
  await main.getByText(library).first().waitFor();
  await main.getByRole('button', { name: 'Use another folder …' }).waitFor();
  await show(page, 'Train');
  await main.getByRole('button', { name: 'Open for reading only' }).click();
  await page.getByText('Open for reading only: nothing can be changed.').waitFor();
  for (const screen of ['Library', 'Read and label', 'Train', 'Judge', 'Evidence', 'Classify']) {
    await show(page, screen);
    await settle();
    expect([screen, await page.locator('.notices').getByRole('alert').allTextContents()]).toEqual([screen, []]);
  }
  await show(page, 'Library');
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  await expect(callFrom(page, 'readers.add', { name: 'Dr. Weiss' })).rejects.toThrow('reading only');
  other.close();
  await page.getByRole('button', { name: 'Open for writing' }).click();
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  await expect.poll(() => page.getByText('nothing can be changed').count()).toBe(0);
  await callFrom(page, 'readers.add', { name: 'Dr. Weiss' });
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints.filter((line) => !/40\d|50\d/.test(line))).toEqual([]);
});

test('read beside a lock that cannot be looked at, what ran by its row is not said to run or to have ended', async () => {
  const { folder, library } = await prepareLibrary();
  await kill(await workingWriter(library));
  const lock = join(library, 'writer.lock');
  rmSync(lock);
  mkdirSync(lock);
  const { page, complaints, close } = await launch({ library });
  await page.getByRole('main').getByRole('button', { name: 'Open for reading only' }).click();
  await page.getByText('Open for reading only: nothing can be changed.').waitFor();
  await page.locator('.tray-button').click();
  const line = page.locator('.tray li').filter({ hasText: 'Import' });
  await line.getByText('running?', { exact: true }).waitFor();
  await line.getByText('Whether this still runs cannot be told').waitFor();
  // The way to it is free again, and nobody is there.
  rmSync(lock, { recursive: true });
  await line.getByText('interrupted', { exact: true }).waitFor();
  expect(await line.getByText('Whether this still runs').count()).toBe(0);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints.filter((line) => !/40\d|50\d/.test(line))).toEqual([]);
});

test('a library that is gone is missed, not made anew empty; it is found again, or another one is chosen', async () => {
  const { folder, library } = await prepareLibrary();
  const profile = temporaryFolder('profile');
  const first = await launch({ profile });
  await callFrom(first.page, 'window.openLibrary', { folder: library });
  await first.close();
  // From now on the library is the one of the settings: as after a click in them.
  renameSync(library, `${library}-away`);
  const { page, complaints, close } = await launch({ profile, library: '' });
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: title }).waitFor();
  await main.getByText('Connect its disk or network share').waitFor();
  await main.getByText(library).waitFor();
  expect(await main.getByRole('button', { name: 'Open for reading only' }).count()).toBe(0);
  renameSync(`${library}-away`, library);
  await main.getByRole('button', { name: 'Try again' }).click();
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  await close();

  renameSync(library, `${library}-away`);
  const again = await launch({ profile, library: '' });
  await again.page.getByRole('heading', { name: title }).waitFor();
  await answerOpenDialog(again.app, [join(folder, 'new-library')]);
  await again.page.getByRole('button', { name: 'Choose another library …' }).click();
  await again.page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  await again.close();
  rmSync(profile, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  expect([...complaints, ...again.complaints]).toEqual([]);
});

/** Primary buttons of which a notice covers a part. */
async function covered(page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const notices = [...document.querySelectorAll('.notice')].map((notice) => notice.getBoundingClientRect());
    return [...document.querySelectorAll('button.primary')]
      .filter((button) => button.checkVisibility() && !button.closest('.notices'))
      .filter((button) => {
        const b = button.getBoundingClientRect();
        return notices.some((n) => n.left < b.right && b.left < n.right && n.top < b.bottom && b.top < n.bottom);
      })
      .map((button) => button.textContent.trim());
  })()`);
}

test('notices speak of the window, cover no primary button, leave at a click, and go with their screen', async () => {
  const { folder, library, studies } = await prepareLibrary();
  const { app, page, complaints, close } = await launch({ library, width: 1024, height: 768 });
  const main = page.getByRole('main');
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  const alert = page.getByRole('alert');
  /** Fails in the main process as a call of the page does: the data set's name is taken. */
  const fail = async (name = 'discs'): Promise<void> => {
    await main.getByRole('button', { name: 'Data sets' }).click();
    await main.getByRole('button', { name: 'New data set' }).first().click();
    await page.getByRole('dialog').getByRole('textbox').first().fill(name);
    await page.getByRole('dialog').locator('button.primary').click();
    await alert.filter({ hasText: name }).waitFor();
  };
  await fail();
  expect(await alert.first().textContent()).toContain('Choose another name');
  expect(await page.getByRole('region', { name: 'Notices' }).textContent()).not.toMatch(/--[a-z]|sidelight /);
  await expect.poll(() => covered(page)).toEqual([]);
  await alert.first().locator('p').first().click();
  await alert.first().waitFor({ state: 'detached' });

  await page.keyboard.press('Escape');
  await fail();
  await page.keyboard.press('Escape');
  await show(page, 'Settings');
  await main.getByRole('heading', { name: 'Settings' }).waitFor();
  expect(await alert.count()).toBe(0);

  // A confirmation leaves by itself, and never lies over what is to be pressed next.
  await show(page, 'Library');
  await answerOpenDialog(app, [studies]);
  const add = async (): Promise<void> => {
    await main.getByRole('button', { name: 'Studies', exact: true }).click();
    await main.getByRole('button', { name: 'Add to a data set …' }).click();
    await page.getByRole('combobox', { name: 'Data set' }).last().fill('pilot');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(/added to “pilot”/).waitFor();
  };
  await add();
  await main.getByRole('button', { name: 'Import …' }).click();
  await page.getByRole('dialog').locator('button.primary').waitFor();
  await expect.poll(() => covered(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.mouse.move(10, 600);
  await page.getByText(/added to “pilot”/).waitFor({ state: 'detached' });
  // A button that is pressed takes the focus with it: of two failures one stays, and what is told next leaves all the same.
  for (const name of ['discs', 'pilot']) {
    await fail(name);
    await page.keyboard.press('Escape');
  }
  await alert.first().getByRole('button', { name: 'Dismiss' }).click();
  await add();
  await page.mouse.move(10, 600);
  await page.getByText(/added to “pilot”/).waitFor({ state: 'detached' });
  expect(await alert.count()).toBe(1);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
