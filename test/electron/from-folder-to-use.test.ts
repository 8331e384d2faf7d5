/**
 * The first hour of a lab with few studies: a folder and its labels file dropped, what the file says looked at, `Train` as it stands with the LPM that comes
 * with Sidelight, Judge, and the model in use; no expert setting is opened, and nothing is done but by clicks and keys.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../core/base/random.ts';
import { listModels, listRuns, openLibrary, searchOfRun } from '../../core/store/index.ts';
import { writePatients, writePlate } from '../support/made-studies.ts';
import { drop } from './support/dropping.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { show } from './support/screens.ts';
import { openTrain, startTraining, trained } from './support/training.ts';

const patients = 60;
const size = 256;

/** Specks two pixels wide, in groups or scattered, on noise: small images, two of each patient. */
function writeSpecks(folder: string): string {
  return writePatients(folder, patients, (p) => {
    const patientID = `LAB-${p}`;
    const files = [0, 1].map((view) => {
      const uid = `1.2.826.0.1.3680043.10.999.470.${p}.${view}`;
      const pixels = specks(p % 2 === 1, Random.seeded(470).fork(uid));
      return [`p${p}/view${view}.dcm`, writePlate({ uid, patientID, modality: 'MG', size, pixels })] as const;
    });
    return { patientID, label: p % 2 === 1 ? 'grouped' : 'scattered', files };
  });
}

function specks(isGrouped: boolean, random: Random): Uint16Array {
  const pixels = Uint16Array.from({ length: size * size }, () => Math.round(900 + 60 * random.normal()));
  const put = (x: number, y: number): void => {
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const)
      pixels[Math.round(y + dy) * size + Math.round(x + dx)] = 3000;
  };
  const [cx, cy] = [random.uniform(60, size - 60), random.uniform(60, size - 60)];
  for (let n = 0; n < 16; n++) {
    if (isGrouped) put(cx + random.uniform(-14, 14), cy + random.uniform(-14, 14));
    else put(random.uniform(10, size - 10), random.uniform(10, size - 10));
  }
  return pixels;
}

test('sixty small studies become a model in use, with two images of each patient always on one side', async () => {
  const folder = temporaryFolder('lab');
  const studies = join(folder, 'studies');
  const labels = writeSpecks(studies);
  const library = join(folder, 'library');
  const { page, complaints, close } = await launch({ library, isConfirmed: false });
  await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
  await page.getByRole('checkbox', { name: /research only/ }).check();
  await show(page, 'Library');
  await page.getByText('No studies yet').waitFor();
  await drop(page, [studies, labels]);
  await page.getByRole('dialog', { name: 'Import studies' }).waitFor();
  await page.getByRole('combobox', { name: 'Into data set' }).fill('specks');
  await page.getByRole('button', { name: 'Check labels …' }).click();
  await page
    .getByTestId('labels-preview')
    .getByText('60 new labels, 0 as they are, 0 changed.')
    .waitFor({ timeout: 240_000 });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page
    .getByTestId('import-report')
    .getByText('Labels: 60 new, 0 changed, 0 as before.')
    .waitFor({ timeout: 240_000 });
  await page.keyboard.press('Escape');

  await openTrain(page);
  expect(await page.getByRole('radio', { name: /^Found on your data/ }).isChecked()).toBe(true);
  await page.getByTestId('promise').waitFor({ timeout: 600_000 });
  await startTraining(page);
  await trained(page, 2_400_000);
  await page.getByRole('button', { name: 'Judge the model' }).click();
  await page.getByRole('button', { name: 'Put in use …' }).click();
  const dialog = page.getByRole('dialog');
  const evaluate = dialog.getByRole('button', { name: 'Evaluate on the test patients' });
  const verdict = dialog.getByRole('status');
  await verdict.or(evaluate).waitFor();
  if (await evaluate.isVisible()) await evaluate.click();
  await verdict.getByText('It is better than guessing, and no model is in use yet.').waitFor({ timeout: 600_000 });
  await dialog.getByRole('button', { name: 'Put in use', exact: true }).click();
  await page.getByText(/^In use for “specks” since/).waitFor();
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(library, { mode: 'read' });
  const [model] = listModels(opened.db);
  expect(model?.name).toBe('specks-auto');
  const search = searchOfRun(opened.db, listRuns(opened.db)[0]?.id ?? 0);
  expect(search?.winner).not.toBeNull();
  expect(
    opened.db.all(
      `SELECT patient_id FROM version_images GROUP BY patient_id HAVING count(DISTINCT split) > 1 OR count(*) <> 2`,
    ),
  ).toEqual([]);
  opened.close();
  rmSync(folder, { recursive: true, force: true });
}, 3_600_000);
