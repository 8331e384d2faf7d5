/** From a folder and its labels file, dropped together, to a trained model: what the file says is seen before anything is written. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { datasetByName, labelledInstances, listModels, openLibrary } from '../../core/store/index.ts';
import { writeStudies } from '../support/made-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { answerOpenDialog, answerSaveDialog } from './support/dialogs.ts';
import { drop } from './support/dropping.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { show } from './support/screens.ts';
import { choosePublished, openTrain, planTraining, startTraining, trained } from './support/training.ts';

const patients = 12;

test('a folder and its labels file are dropped, looked at, one class is corrected, imported and trained on', async () => {
  const folder = temporaryFolder('labels');
  const studies = join(folder, 'studies');
  writeStudies(studies, patients);
  rmSync(join(studies, 'labels.csv'));
  // As Excel leaves it: semicolons, Windows-1252, a column that is nobody's, empty rows, a slip in one class, a patient who is not there.
  const labels = join(folder, 'labels.csv');
  const rows = Array.from({ length: patients }, (_, p) => {
    const label = p === 1 ? 'groesser' : p % 2 === 1 ? 'größer' : 'normal';
    return `P1-${p};${label};seen twice`;
  });
  writeFileSync(
    labels,
    Buffer.from(['patient_id;Diagnosis;notes', ...rows, 'P9-99;normal;', ';;', ''].join('\r\n'), 'latin1'),
  );

  const library = temporaryFolder('library');
  const { app, page, complaints, close } = await launch({ library });
  await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  await page.evaluate(() => localStorage.setItem('sidelight.acknowledged', 'yes'));
  await show(page, 'Library');
  await page.getByText('No studies yet').waitFor();
  await drop(page, [studies, labels]);
  await page.getByRole('dialog', { name: 'Import studies' }).waitFor();
  await page.getByRole('group', { name: 'What to import' }).getByText('studies').waitFor();
  await page.getByRole('combobox', { name: 'Into data set' }).fill('lesions');
  await page.getByRole('button', { name: 'Check labels …' }).click();

  const preview = page.getByTestId('labels-preview');
  await preview
    .getByText('13 rows for “lesions”. Read as Windows-1252, separated by semicolons; 1 empty row')
    .waitFor();
  const said = async (): Promise<string> => ((await preview.textContent()) ?? '').replaceAll(/\s+/g, ' ');
  expect(await said()).toContain('patient_id: names the patient');
  expect(await said()).toContain('Diagnosis: the class');
  expect(await said()).toContain('notes: not used: not understood');
  expect(await preview.getByTestId('labels-changes').textContent()).toBe('12 new labels, 0 as they are, 0 changed.');
  expect(
    await preview.getByRole('textbox').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value)),
  ).toEqual(['normal', 'groesser', 'größer']);
  expect(await said()).toContain('row 14 P9-99: no patient …-99 in this data set');
  expect(await seriousViolations(page)).toEqual([]);
  // Nothing is written by looking.
  expect(await callFrom(page, 'library.summary', {})).toMatchObject({ patients: 0, studies: 0, instances: 0 });
  expect(await callFrom(page, 'datasets.list', {})).toEqual([]);

  const start = page.getByRole('button', { name: 'Import', exact: true });
  await preview.getByRole('textbox', { name: 'Name of the class “groesser”' }).fill('größer');
  await preview.getByRole('textbox', { name: 'Name of the class “groesser”' }).press('Tab');
  await expect.poll(said).toContain('6 labels, 12 images');
  expect(await start.isDisabled()).toBe(true);
  const left = join(folder, 'left-out.csv');
  await answerSaveDialog(app, left);
  await preview.getByRole('button', { name: 'Save list …' }).click();
  await page.getByText('1 row saved.').waitFor();
  expect(parse(readFileSync(left), { columns: true, bom: true })).toEqual([
    {
      row: '14',
      reason: 'no patient …-99 in this data set',
      files: '',
      patient_id: 'P9-99',
      Diagnosis: 'normal',
      notes: '',
    },
  ]);
  await preview.getByRole('checkbox', { name: 'Leave 1 row out and import the others' }).check();
  await start.click();
  const report = page.getByTestId('import-report');
  await report.waitFor({ timeout: 120_000 });
  await report.getByText('Labels: 12 new, 0 changed, 0 as before.').waitFor();
  await report.getByText('row 14').waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  // Labels alone, for images that are there: by the button, without importing again.
  const second = join(folder, 'second.csv');
  writeFileSync(second, 'patientID,label\nP1-0,größer\nP1-2,normal\n');
  await answerOpenDialog(app, [second]);
  await page.getByRole('button', { name: 'Labels …' }).click();
  await page.getByRole('button', { name: 'Check labels …' }).click();
  await preview.getByText('0 new labels, 1 as they are, 1 changed.').waitFor();
  await start.click();
  await report.getByText('Labels: 0 new, 1 changed, 1 as before.').waitFor({ timeout: 60_000 });
  await page.keyboard.press('Escape');

  await openTrain(page);
  await choosePublished(page);
  await page.getByRole('checkbox', { name: /^Linear/ }).check();
  await page.getByRole('checkbox', { name: /^FPT\+/ }).uncheck();
  await planTraining(page, { 'Input size': '224', Epochs: '2', 'Batch size': '4' });
  await startTraining(page);
  await trained(page);
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(library, { mode: 'read' });
  const id = datasetByName(opened.db, 'lesions')?.id ?? 0;
  const counts = new Map<string | null, number>();
  for (const { label } of labelledInstances(opened.db, id)) counts.set(label, (counts.get(label) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({ normal: 10, größer: 14 });
  expect(listModels(opened.db).map(({ classes }) => [...classes].sort())).toEqual([['größer', 'normal']]);
  opened.close();
  for (const gone of [folder, library]) rmSync(gone, { recursive: true, force: true });
}, 600_000);
