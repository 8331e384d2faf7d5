/** What the user does between a press and its answer, in the real window, with a core that does not answer yet. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put, tinyDicom } from '../support/studies.ts';
import { callFrom } from './support/calls.ts';
import { whileFrozen } from './support/freezing.ts';
import { fillImport, runImport } from './support/importing.ts';
import { launch, type Opened, temporaryFolder } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { makeDataset, openReading } from './support/reading.ts';
import { show } from './support/screens.ts';

/** The payloads of the imports that were ordered, once the page has sent what it sends upon the answers that it has. */
async function imports({ page }: Opened) {
  await callFrom(page, 'jobs.list', {});
  return (await callFrom(page, 'jobs.list', {})).flatMap((job) => (job.kind === 'import' ? [job.payload] : []));
}

test('an import whose dialog is closed, or changed, before the folders were looked at does not begin; pressed again it is as it stands there', async () => {
  const folder = temporaryFolder('pending');
  for (const patient of [1, 2]) {
    for (const image of [1, 2]) {
      const instance = `1.2.7.${patient}.${image}`;
      const names = { patient: `ID-${patient}`, patientName: `Patient-${patient}`, study: `1.2.7.${patient}` };
      put(join(folder, 'studies'), `${instance}.dcm`, tinyDicom({ ...names, instance }));
    }
  }
  const opened = await launch();
  const { page, complaints, close } = opened;
  await show(page, 'Library');
  await fillImport(opened, { folder: join(folder, 'studies'), dataset: 'closed' });
  const dialog = page.getByRole('dialog', { name: 'Import studies' });
  const begin = dialog.getByRole('button', { name: 'Import', exact: true });
  await whileFrozen(opened, async () => {
    await begin.click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });
  expect(await imports(opened)).toEqual([]);

  await fillImport(opened, { folder: join(folder, 'studies'), dataset: 'closed' });
  const pseudonymise = dialog.getByRole('checkbox', { name: /seudonym/ });
  await whileFrozen(opened, async () => {
    await begin.click();
    await pseudonymise.check();
  });
  expect(await imports(opened)).toEqual([]);
  expect(await dialog.isVisible()).toBe(true);
  expect(await runImport(page)).toMatchObject({ imported: 4 });
  expect(await imports(opened)).toMatchObject([{ dataset: 'closed', pseudonymise: true }]);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});

test('a second click before the first has its answer begins nothing a second time; a click after it does', async () => {
  const opened = await launch();
  const { page, complaints, close } = opened;
  await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  const ordered = async (): Promise<number> => {
    await callFrom(page, 'jobs.list', {});
    return (await callFrom(page, 'jobs.list', {})).filter(({ kind }) => kind === 'demo').length;
  };
  const make = page.getByRole('button', { name: 'Make the demo set' });
  await whileFrozen(opened, () => make.dblclick());
  expect(await ordered()).toBe(1);
  const [job] = await callFrom(page, 'jobs.list', {});
  await callFrom(page, 'jobs.stop', { id: job?.id ?? 0 });
  await make.click();
  await expect.poll(ordered).toBe(2);
  await close();
  expect(complaints).toEqual([]);
});

test('a comment that is begun while a number is being stored is not taken for keys that label and exclude', async () => {
  const question = 'bone age (months)';
  const prepared = await prepareLibrary({ patients: 2 });
  const opened = await launch({ library: prepared.library });
  const { page, complaints, close } = opened;
  await makeDataset(page, { studies: 4, name: 'hands', asks: 'quantity', field: 'What is measured', names: question });
  await page.getByRole('heading', { name: 'What is measured', exact: true }).waitFor();
  await openReading(page);
  const comment = page.getByRole('textbox', { name: 'Comment' });
  await page.keyboard.press('1');
  await page.keyboard.type('120');
  await whileFrozen(opened, async () => {
    await page.keyboard.press('Enter');
    await comment.click();
    await page.keyboard.type('e');
  });
  await page.getByTestId('progress').filter({ hasText: 'labelled 1 of 4' }).waitFor();
  await page.getByText('saved', { exact: true }).waitFor();
  await page.keyboard.type('xtra finger');
  expect(await comment.inputValue()).toBe('extra finger');
  expect(await page.getByRole('button', { name: 'exclude', exact: true }).getAttribute('aria-pressed')).toBe('false');
  // Whoever stays where the number was typed has the keys at the images.
  await comment.press('Escape');
  await page.keyboard.press('1');
  await page.keyboard.type('5');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate('document.activeElement?.matches("input, textarea")')).toBe(false);
  await close();
  expect(complaints).toEqual([]);
});
