/** Patients and studies are deleted in the window: what goes is listed, asked for by clicks and keys, and gone from every screen at once. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import type { StudyId } from '../../core/contract/index.ts';
import { violations } from './support/axe.ts';
import { callFrom, runJob, waitForJob } from './support/calls.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { openReading, pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';

/** Files of the library that hold a word. */
function holding(folder: string, word: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(word);
  });
}

/** Deletes the patient of a study as the dialog does, from whatever screen is shown. */
async function eraseFrom(page: Page, study: StudyId): Promise<void> {
  const plan = await callFrom(page, 'studies.deletion', { studyIds: [study], extent: 'patients' });
  const studies = plan.studies.map(({ id, mark }) => ({ id, mark }));
  await runJob(page, { kind: 'erase', options: { studies } });
}

test('a patient goes by the Delete key and several by clicks; lists, counts, Read and Judge follow', async () => {
  const { folder, library } = await prepareLibrary({ models: ['m'] });
  const { page, complaints, close } = await launch({ library, width: 1024, height: 768 });
  await show(page, 'Library');
  await page.getByText('16 studies of 8 patients').waitFor();
  await page.getByText('16 of 16 studies').waitFor();
  const grid = page.getByRole('grid');
  const dialog = page.getByRole('dialog');
  const forGood = dialog.getByRole('button', { name: 'Delete for good' });
  await grid.focus();
  await page.keyboard.press('End');

  // One study by keys: what goes is listed before, and nothing happens until it is confirmed.
  await page.keyboard.press('Delete');
  await dialog.getByRole('heading', { name: 'Delete 1 patient from the library?' }).waitFor();
  const name = (await dialog.locator('strong').first().textContent()) ?? '';
  const uid = `1.2.826.0.1.3680043.10.999.1.${/P1-(\d)/.exec(name)?.[1]}.`;
  expect(holding(library, uid)).not.toEqual([]);
  await dialog.getByText('“discs” loses 2 studies and has 14 studies left').waitFor();
  await dialog.getByText(/^1 model that was trained .*: m$/).waitFor();
  await dialog.getByText(/^2 original files outside the library: they are not touched/).waitFor();
  for (const language of ['de', 'en'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      await callFrom(page, 'window.saveSettings', { language, theme });
      expect(await violations(page)).toEqual([]);
    }
  }
  await dialog.getByRole('radio', { name: 'Only the chosen study' }).check();
  await dialog.getByRole('heading', { name: 'Delete 1 study from the library?' }).waitFor();
  await dialog.getByText('“discs” loses 1 study and has 15 studies left').waitFor();
  await dialog.getByText('1 other study of the same patients').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('16 studies of 8 patients').waitFor();
  await grid.focus();
  await page.keyboard.press('Delete');
  await dialog.getByRole('heading', { name: 'Delete 1 patient from the library?' }).waitFor();
  // What Train measures by itself is nothing to wait for: it runs or waits behind the other one, and the button stays.
  const measuring = { dataset: 'discs', lpm: 'tiny', inputSize: 224, batch: 4 } as const;
  for (const method of ['partial', 'full'] as const) {
    await callFrom(page, 'jobs.start', { kind: 'measure', options: { ...measuring, method } });
  }
  await page.getByRole('button', { name: /^Jobs: [12]/ }).waitFor();
  expect(await forGood.isEnabled()).toBe(true);
  await forGood.focus();
  await page.keyboard.press('Enter');
  await page.getByText('Deleted from the library: 1 patient with 2 studies.').waitFor();
  await page.getByText('14 studies of 7 patients').waitFor();
  await page.getByText('14 of 14 studies').waitFor();
  expect(holding(library, uid)).toEqual([]);

  // Several by clicks: not while a job runs, and not before their number is typed.
  const training = await callFrom(page, 'jobs.start', {
    kind: 'train',
    options: {
      dataset: 'discs',
      lpm: 'tiny',
      method: 'side-only',
      inputSize: 224,
      epochs: 1000,
      batch: 4,
      name: 'long',
    },
  });
  await grid.focus();
  await page.keyboard.press('Control+a');
  await page.getByText('14 studies selected').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('3 studies selected').waitFor();
  await page.getByRole('button', { name: 'Delete from the library …' }).click();
  await dialog.getByText('1 job is under way or waiting: nothing can be deleted').waitFor();
  const number = dialog.getByRole('textbox', { name: /^These are several patients/ });
  const patients = Number(/\d+$/.exec((await dialog.getByText(/^These are several/).textContent()) ?? '')?.[0]);
  expect(patients).toBeGreaterThan(1);
  await number.fill(String(patients));
  expect(await forGood.isDisabled()).toBe(true);
  await callFrom(page, 'jobs.stop', { id: training.id });
  await waitForJob(page, training.id);
  await expect.poll(() => forGood.isEnabled()).toBe(true);
  await number.fill('7');
  expect(await forGood.isDisabled()).toBe(true);
  await number.fill(String(patients));
  await forGood.click();
  const left = 7 - patients;
  await page.getByText(`Deleted from the library: ${patients} patients with ${2 * patients} studies.`).waitFor();
  await page.getByText(`${2 * left} studies of ${left} patients`).waitFor();

  // Read: the picture in view goes with its patient, and another one hangs.
  await openReading(page);
  const inView = async () => (await callFrom(page, 'choices.get', {})).at?.studyId;
  await expect.poll(inView).toBeDefined();
  const before = await inView();
  if (before === undefined) throw new Error('no case is in view');
  expect(await page.locator(`[data-target="study ${before}"]`).count()).toBe(1);
  await eraseFrom(page, before);
  await expect.poll(async () => ![undefined, before].includes(await inView())).toBe(true);
  await pictureSeen(page);
  expect(await page.locator(`[data-target="study ${before}"]`).count()).toBe(0);

  // Judge: what was judged with them is to be judged again.
  await runJob(page, { kind: 'evaluate', options: { model: 'm', split: 'train' } });
  await show(page, 'Judge');
  await page.getByLabel('Cases').selectOption('train');
  const evaluate = page.getByRole('main').getByRole('button', { name: 'Evaluate', exact: true });
  await expect.poll(() => evaluate.count()).toBe(0);
  const [any] = (await callFrom(page, 'studies.find', {})).ids;
  await eraseFrom(page, any as StudyId);
  await evaluate.waitFor();

  // Who only reads is told so, and may still look at what would go.
  await callFrom(page, 'window.restartCore', { asReader: true });
  await page.getByText('open for reading only').first().waitFor();
  await show(page, 'Library');
  await grid.getByRole('row').nth(2).click();
  await page.keyboard.press('Delete');
  await dialog.getByText('The library is open for reading only: nothing can be deleted.').waitFor();
  expect(await forGood.isDisabled()).toBe(true);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
