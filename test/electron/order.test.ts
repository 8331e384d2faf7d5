/** The order of the window: groups of screens, what is chosen in one place, the recommended way first, experts' things folded. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { classifyFolder } from './support/classifying.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { openTrain } from './support/training.ts';

test('screens stand in groups; data set and model that are meant in one place; Welcome ticks its steps off and steps back', async () => {
  const { folder, library, studies } = await prepareLibrary({ models: ['m'] });
  const opened = await launch({ library });
  const { page, complaints, close } = opened;
  const main = page.getByRole('main');
  const navigation = page.getByRole('navigation', { name: 'Main' });
  const entriesOf = (group: string) =>
    navigation
      .getByRole('listitem')
      .filter({ has: page.getByText(group, { exact: true }) })
      .first()
      .getByRole('button')
      .allTextContents();
  await page.getByText(/^\d+ of \d+ studies$/).waitFor();
  expect(await entriesOf('Data')).toEqual(['Library', 'Read and label']);
  expect(await entriesOf('Model')).toEqual(['Train', 'Judge', 'Evidence']);
  expect(await entriesOf('Use')).toEqual(['Classify']);
  expect((await navigation.getByRole('button').allTextContents()).slice(-2)).toEqual(['Welcome', 'Settings']);

  await openTrain(page);
  await navigation.getByText('discs', { exact: true }).waitFor();
  // The recommended way stands alone; what it is compared with is folded.
  await page.getByRole('radio', { name: /^As published/ }).check();
  await page.getByText(/^Compare with other methods/).waitFor();
  expect(await page.getByRole('checkbox', { name: /^Linear/ }).isVisible()).toBe(false);
  expect(await page.getByRole('checkbox', { name: /^FPT\+/ }).isVisible()).toBe(true);
  await page.getByText(/^Compare with other methods/).click();
  await page.getByRole('checkbox', { name: /^Linear/ }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await show(page, 'Judge');
  await main.getByLabel('Model').first().waitFor();
  await navigation.getByText('m', { exact: true }).waitFor();

  await show(page, 'Welcome');
  const step = (text: string) => main.getByRole('listitem').filter({ hasText: text });
  await step('Studies are in the library. (done)').waitFor();
  await step('A model was trained. (done)').waitFor();
  await step('New studies were classified. (open)').waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  // The results are the screen of Classify; its form is a dialog.
  await show(page, 'Classify');
  expect(await main.getByRole('button', { name: 'Folder …', exact: true }).count()).toBe(0);
  await classifyFolder(opened, { folder: join(studies, 'p0'), model: 'm' });
  expect(await page.getByRole('dialog').count()).toBe(0);
  await show(page, 'Welcome');
  await step('New studies were classified. (done)').waitFor();
  expect((await callFrom(page, 'choices.get', {})).dataset).toBe('discs');
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
