/** Reading in 8 bits in the real window: tried on the user's images, told in numbers, chosen, trained with, and written on the card. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listRuns, openLibrary } from '../../core/store/index.ts';
import { lacksInt8 } from '../support/int8.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { choosePublished, openTrain, startTraining, trained } from './support/training.ts';

test.skipIf(lacksInt8)(
  '8 bits are tried on these images, the result stays, and a model that is trained so says it on its card (needs 8-bit dot products)',
  async () => {
    const { folder, library } = await prepareLibrary({ patients: 24 });
    const { page, complaints, close } = await launch({ library });
    await openTrain(page);
    await choosePublished(page);
    await page.getByRole('checkbox', { name: /^Linear/ }).check();
    await page.getByRole('checkbox', { name: /^FPT\+/ }).uncheck();
    const fold = page.getByText(/^Expert settings/);
    await fold.click();
    await page.getByLabel('Input size', { exact: true }).fill('224');
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.getByLabel('Epochs', { exact: true }).press('Tab');
    const section = page.getByRole('region', { name: 'How the large model reads' });
    const choice = section.getByLabel('How the large model reads', { exact: true });
    expect(await choice.inputValue()).toBe('exact');
    await section.getByText('What would it do to these images?').click();
    await section.getByTestId('int8-promise').filter({ hasText: 'on this machine' }).waitFor({ timeout: 240_000 });
    await section.getByRole('button', { name: 'Try it on these images' }).click();
    // It goes on while the screen is left, and stands under Jobs.
    await show(page, 'Library');
    const jobs = await callFrom(page, 'jobs.list', {});
    expect(jobs.filter(({ kind }) => kind === 'try-int8')).toHaveLength(1);
    expect(jobs.find(({ kind }) => kind === 'try-int8')?.promise).not.toBeNull();
    await openTrain(page);
    await page.getByText(/^Expert settings/).click();
    await page.getByLabel('Input size', { exact: true }).fill('224');
    await page.getByLabel('Input size', { exact: true }).press('Tab');
    await section.getByText(/^In 8 bits an image takes \d+ % of the exact time, /).waitFor({ timeout: 240_000 });
    expect(await section.getByRole('rowheader').allTextContents()).toEqual([
      'Time for an image, of the exact way’s',
      'Important places in common',
      'AUC, exactly',
      'AUC, in 8 bits',
      'Difference of the AUC',
    ]);
    expect(await seriousViolations(page)).toEqual([]);
    const tried = await callFrom(page, 'int8.report', { dataset: 'discs', lpm: 'tiny', inputSize: 224 });
    expect(tried).toMatchObject({ isOfHere: true, isOfNow: true, report: { inputSize: 224 } });
    expect(await callFrom(page, 'int8.report', { dataset: 'discs', lpm: 'tiny', inputSize: 512 })).toBeNull();

    // A method that reads nothing beforehand cannot be read for quicker, and it is said.
    await choosePublished(page);
    const linear = page.getByRole('checkbox', { name: /^Linear/ });
    const fpt = page.getByRole('checkbox', { name: /^FPT\+/ });
    const alone = page.getByRole('checkbox', { name: /^Small network alone/ });
    await alone.check();
    if (await linear.isChecked()) await linear.uncheck();
    if (await fpt.isChecked()) await fpt.uncheck();
    await section.getByText('The chosen methods read images anew in every epoch, or not at all').waitFor();
    expect(await choice.locator('option[value=int8]').isDisabled()).toBe(true);
    await linear.check();
    await alone.uncheck();
    await choice.selectOption('int8');
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.getByLabel('Epochs', { exact: true }).press('Tab');
    await page.getByText('Expert settings · changed').click();
    await page.getByTestId('promise').waitFor({ timeout: 240_000 });
    await startTraining(page);
    await trained(page);
    await page.getByRole('button', { name: 'Judge the model' }).click();
    await page.getByRole('tab', { name: 'Model card' }).click();
    await page.getByText('The pre-trained model reads images in 8 bits').waitFor({ timeout: 120_000 });
    await close();
    expect(complaints).toEqual([]);

    const kept = openLibrary(library, { mode: 'read' });
    expect(listRuns(kept.db)[0]?.settings).toMatchObject({ precision: 'int8', method: 'linear' });
    kept.close();

    // Opened anew, the last result is there.
    const again = await launch({ library });
    await openTrain(again.page);
    await again.page.getByText(/^Expert settings/).click();
    await again.page.getByLabel('Input size', { exact: true }).fill('224');
    await again.page.getByLabel('Input size', { exact: true }).press('Tab');
    const later = again.page.getByRole('region', { name: 'How the large model reads' });
    await later.getByText(/^In 8 bits an image takes \d+ % of the exact time, /).waitFor();
    await later.getByText('What would it do to these images?').click();
    await later.getByRole('button', { name: 'Try it again' }).waitFor();
    await again.close();
    expect(again.complaints).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  },
  900_000,
);
