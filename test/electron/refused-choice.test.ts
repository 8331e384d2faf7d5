/** What a list or a tick of the reading room shows is what counts, also where what was chosen could not be. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { addReader } from '../../core/services/reading/readers.ts';
import { openTestServices } from '../support/made-studies.ts';
import { put, tinyDicom } from '../support/studies.ts';
import { callFrom } from './support/calls.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { openReading, pictureSeen } from './support/reading.ts';

test('a reader, a level or blinding that is refused is not the one that the screen says', async () => {
  const folder = temporaryFolder('refused');
  const library = join(folder, 'library');
  for (const patient of [1, 2]) {
    for (const image of [1, 2]) {
      const instance = `1.2.8.${patient}.${image}`;
      const names = { patient: `ID-${patient}`, patientName: `Patient-${patient}`, study: `1.2.8.${patient}` };
      put(join(folder, 'studies'), `${instance}.dcm`, tinyDicom({ ...names, instance }));
    }
  }
  const { context, close: closeLibrary } = await openTestServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'd', frames: 'all' });
  addReader(context, 'Dr. Other');
  addReader(context, 'Dr. Reader');
  await closeLibrary();

  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await callFrom(page, 'window.restartCore', { asReader: true });
  await page.getByText('open for reading only').first().waitFor();
  await pictureSeen(page);
  const reader = page.getByRole('combobox', { name: 'Reader' });
  const before = await reader.inputValue();
  const refused = page.getByRole('alert');
  const dismissed = async (): Promise<void> => {
    await refused.first().waitFor();
    await refused.first().getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => refused.count()).toBe(0);
  };
  await reader.selectOption({ label: 'Dr. Other' });
  await dismissed();
  expect(await reader.inputValue()).toBe(before);
  await page.getByText('How this data set is read').click();
  const level = page.getByLabel('A label is about a');
  await level.selectOption('instance');
  await dismissed();
  expect(await level.inputValue()).toBe('study');
  const blinded = page.getByRole('checkbox', { name: 'Readers do not see each other’s labels' });
  const wasBlinded = await blinded.isChecked();
  await blinded.click();
  await dismissed();
  expect(await blinded.isChecked()).toBe(wasBlinded);
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(complaints).toEqual([]);
});
