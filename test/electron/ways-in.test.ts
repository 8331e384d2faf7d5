/** Every way in which studies come asks first whether Sidelight is used for research only; and what an import left out is named, copied and shown. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put, tinyDicom } from '../support/studies.ts';
import { seriousViolations } from './support/axe.ts';
import { answerOpenDialog, answerSaveDialog } from './support/dialogs.ts';
import { drop } from './support/dropping.ts';
import { fillImport, runImport } from './support/importing.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { settling } from './support/settled.ts';

test('nothing comes in before it is confirmed: not by Import, a labels file, Classify or a watched folder', async () => {
  const { folder, library, studies, labels } = await prepareLibrary({ models: ['m'] });
  const opened = await launch({ library, isConfirmed: false });
  const { app, page, complaints, close } = opened;
  const main = page.getByRole('main');
  const tick = (within: ReturnType<typeof page.getByRole>) => within.getByRole('checkbox', { name: /research only/ });
  await show(page, 'Classify');
  await main.getByRole('button', { name: 'Watch a folder …' }).waitFor();
  expect(await main.getByRole('button', { name: 'Watch a folder …' }).isDisabled()).toBe(true);
  await main.getByRole('button', { name: 'Classify studies …' }).click();
  const classifying = page.getByRole('dialog', { name: 'Classify studies' });
  await classifying.getByRole('combobox').selectOption('discs');
  await tick(classifying).waitFor();
  expect(await classifying.getByRole('button', { name: 'Classify', exact: true }).isDisabled()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  await show(page, 'Library');
  await fillImport(opened, { folder: studies, dataset: 'again' });
  const importing = page.getByRole('dialog', { name: 'Import studies' });
  expect(await importing.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await answerOpenDialog(app, [labels]);
  await main.getByRole('button', { name: 'Labels …' }).click();
  expect(await importing.getByRole('button', { name: 'Check labels …' }).isDisabled()).toBe(true);
  await tick(importing).check();
  expect(await importing.getByRole('button', { name: 'Check labels …' }).isDisabled()).toBe(false);
  await page.keyboard.press('Escape');

  // Asked once.
  await show(page, 'Classify');
  await main.getByRole('button', { name: 'Classify studies …' }).click();
  await classifying.getByRole('combobox').selectOption('discs');
  expect(await tick(classifying).count()).toBe(0);
  expect(await classifying.getByRole('button', { name: 'Classify', exact: true }).isDisabled()).toBe(false);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

test('what comes by the menu, by keys, by a drop or from the system waits for the confirmation too, and no folder is watched by the menu', async () => {
  const { folder, library, studies } = await prepareLibrary({ models: ['m'] });
  const { app, page, complaints, close } = await launch({ library, isConfirmed: false });
  const settle = await settling({ app, page });
  const main = page.getByRole('main');
  const menu = (item: string) =>
    app.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), item);
  const dialog = page.getByRole('dialog', { name: 'Import studies' });
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  await answerOpenDialog(app, [studies]);
  const ways: Record<string, () => Promise<void>> = {
    'the menu, a folder': () => menu('importFolder'),
    'the menu, files': () => menu('importFiles'),
    keys: async () => {
      await show(page, 'Library');
      await main.getByRole('button', { name: 'Import …' }).press('Enter');
      await dialog.getByRole('button', { name: 'Add folder …' }).press('Enter');
    },
    'a drop': () => drop(page, [studies]),
    'the system': () =>
      app.evaluate(({ app }, file) => void app.emit('second-instance', {}, ['sidelight', file], '/'), studies),
  };
  for (const [way, come] of Object.entries(ways)) {
    await show(page, 'Train');
    await come();
    await dialog.getByText('studies', { exact: true }).waitFor();
    expect([way, await dialog.getByRole('checkbox', { name: /research only/ }).isChecked()]).toEqual([way, false]);
    expect([way, await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()]).toEqual([way, true]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
  await menu('watchFolder');
  const watch = main.getByRole('button', { name: 'Watch a folder …' });
  await watch.waitFor();
  await settle();
  expect(await watch.isDisabled()).toBe(true);
  expect(await main.getByText('watching', { exact: true }).count()).toBe(0);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

test('the report of an import names each file that was left out or is to be looked at by its path, copies and saves the list, and shows a file in its folder', async () => {
  const { folder, studies } = await prepareLibrary({ isImported: false });
  put(studies, 'DOE^JANE/notes.txt', 'not an image');
  put(studies, 'DOE^JANE/black.dcm', tinyDicom({ patient: 'P9', study: '1.2.9', instance: '1.2.9.1', grey: 0 }));
  const profile = join(folder, 'profile');
  const opened = await launch({ profile });
  const { app, page, complaints, close } = opened;
  await app.evaluate(({ shell, clipboard }) => {
    const seen = globalThis as unknown as { shown: string[]; copied: string };
    seen.shown = [];
    shell.showItemInFolder = (path: string) => void seen.shown.push(path);
    clipboard.writeText = async (text: string) => {
      seen.copied = text;
    };
  });
  const seen = () =>
    app.evaluate(() => {
      const { shown, copied } = globalThis as unknown as { shown: string[]; copied: string };
      return { shown, copied };
    });
  await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  await show(page, 'Library');
  await fillImport(opened, { folder: studies, dataset: 'named' });
  expect((await runImport(page)).skipped).toBeGreaterThan(0);
  const report = page.getByTestId('import-report');
  await report.getByText(/left out, by path/).click();
  const path = join(studies, 'DOE^JANE', 'notes.txt');
  await report.getByText(path, { exact: true }).waitFor();
  await report.getByRole('button', { name: 'Copy list' }).click();
  await page.getByText('List copied.').waitFor();
  await report.getByRole('button', { name: 'Show in folder: notes.txt' }).click();
  await expect.poll(async () => (await seen()).shown).toEqual([path]);
  await report.getByText('1 notice about imported files, by path').click();
  const black = join(studies, 'DOE^JANE', 'black.dcm');
  await report.getByText(black, { exact: true }).waitFor();
  await report.getByRole('button', { name: 'Show in folder: black.dcm' }).click();
  await expect.poll(async () => (await seen()).shown).toEqual([path, black]);
  const copied = (await seen()).copied.split('\n');
  for (const named of [path, black]) expect(copied.some((line) => line.startsWith(`${named}\t`))).toBe(true);
  await answerSaveDialog(app, join(folder, 'left-out.csv'));
  await report.getByRole('button', { name: 'Save the list …' }).click();
  await page.getByText('List saved.').waitFor();
  expect(readFileSync(join(folder, 'left-out.csv'), 'utf8')).toMatch(
    /notes\.txt,NOT_AN_IMAGE,.*,no\r?\n(?:.*\n)*.*black\.dcm,IMAGE_LOOKS_EMPTY,.*,yes\r?\n/,
  );
  expect(await seriousViolations(page)).toEqual([]);
  await close();
  // The log names nobody.
  expect(readFileSync(join(profile, 'logs', 'sidelight.log'), 'utf8')).not.toContain('DOE');
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
