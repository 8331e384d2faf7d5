/** The labels file of a public set, dropped as it is published with its images: proposed, previewed, imported, trained on, judged and classified by. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { listDatasets, listModels, openLibrary } from '../../core/store/index.ts';
import { publicLabels } from '../support/public-labels.ts';
import { put } from '../support/studies.ts';
import { seriousViolations } from './support/axe.ts';
import { classifyFolder, saveCsv } from './support/classifying.ts';
import { drop } from './support/dropping.ts';
import { judgeOn } from './support/judging.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { openTrain, planTraining, startTraining, trained } from './support/training.ts';

const patients = 30;
/** What is drawn: the heart is wide in every second patient, and fluid lies in every third. */
const isWide = (p: number): boolean => p % 2 === 0;
const hasFluid = (p: number): boolean => p % 3 === 0;

function picture(p: number): Uint8Array {
  const side = 96;
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    const inHeart = Math.hypot((x - 50) / (isWide(p) ? 30 : 12), (y - 60) / 16) < 1;
    return 60 + ((i * 7 + p * 13) % 17) + (inHeart ? 120 : 0) + (hasFluid(p) && y > 80 ? 70 : 0);
  });
  return encode({ width: side, height: side, data, channels: 1, depth: 8 });
}

/** The folder and the file as CheXpert has them: paths that begin elsewhere, blanks for what nobody said, -1 for what nobody is sure of. */
function writeChexpert(folder: string): { images: string; labels: string } {
  const header = publicLabels.find(({ profile }) => profile === 'chexpert')?.text.split('\n')[0] ?? '';
  const names = header.split(',');
  const rows = Array.from({ length: patients }, (_, p) => {
    const id = `train/patient${String(p).padStart(5, '0')}/study1/view1_frontal`;
    put(folder, `my-chexpert/${id}.png`, picture(p));
    const isNormal = !isWide(p) && !hasFluid(p);
    const said: Readonly<Record<string, string>> = {
      Path: `CheXpert-v1.0-small/${id}.jpg`,
      'Frontal/Lateral': 'Frontal',
      'No Finding': isNormal ? '1.0' : '',
      Cardiomegaly: isNormal ? '' : isWide(p) ? '1.0' : '0.0',
      'Pleural Effusion': isNormal ? '' : p === 8 ? '-1.0' : hasFluid(p) ? '1.0' : '0.0',
      'Support Devices': p % 5 === 0 ? '1.0' : '0.0',
    };
    return names.map((name) => said[name] ?? '').join(',');
  });
  const labels = join(folder, 'train.csv');
  writeFileSync(labels, `${[header, ...rows].join('\n')}\n`);
  return { images: join(folder, 'my-chexpert'), labels };
}

test('a file like that of CheXpert is taken from the drop to results on the disk', async () => {
  const { folder, library } = await prepareLibrary({ patients: 2 });
  const { images, labels } = writeChexpert(folder);
  const opened = await launch({ library });
  const { page, complaints, close } = opened;
  await page.getByText(/of 4 studies/).waitFor();
  await drop(page, [images, labels]);
  await page.getByRole('dialog', { name: 'Import studies' }).waitFor();
  await page.getByRole('combobox', { name: 'Into data set' }).fill('chest');
  await page.getByRole('button', { name: 'Check labels …' }).click();
  const preview = page.getByTestId('labels-preview');
  await preview.getByText(/This is the labels file of CheXpert/).waitFor();
  const said = async (): Promise<string> => ((await preview.textContent()) ?? '').replaceAll(/\s+/g, ' ');
  expect(await said()).toContain('15 present, 15 absent, 0 uncertain');
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /^Import as CheXpert/ }).click();
  await page.getByTestId('import-report').waitFor({ timeout: 120_000 });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Data sets' }).click();
  await page.getByRole('navigation', { name: 'Data sets' }).getByRole('button', { name: /chest/ }).click();
  await page.getByText('present 15, absent 15, uncertain 0').first().waitFor();

  await openTrain(page);
  await page.getByLabel('Data set').first().selectOption('chest');
  await planTraining(page, { 'Input size': '224', Epochs: '3', 'Batch size': '4', 'Learning rate': '0.003' });
  await startTraining(page);
  await trained(page);
  await page.getByRole('button', { name: 'Judge the model' }).click();
  await page.getByRole('heading', { name: 'Judge', exact: true }).waitFor();
  await judgeOn(page, 'Test');
  const table = page.getByRole('region', { name: 'All findings' });
  await table.getByRole('row', { name: /Cardiomegaly/ }).waitFor();
  // Of most of the fourteen nobody in the test part has one: they cannot be judged, and are said.
  expect(await table.getByRole('row').count()).toBeGreaterThan(13);

  const model = (await page.getByLabel('Model').first().inputValue()).toString();
  await show(page, 'Classify');
  await classifyFolder(opened, { folder: images, model });
  const rows = await saveCsv(opened, join(folder, 'results.csv'));
  const answered = rows.filter(({ level }) => level === 'image');
  expect(answered).toHaveLength(patients);
  for (const row of answered) {
    expect(['present', 'absent']).toContain(row['decision_Pleural Effusion']);
    expect(Number(row['probability_Cardiomegaly'])).toBeGreaterThan(0);
  }
  await close();
  expect(complaints).toEqual([]);

  const store = openLibrary(library, { mode: 'read' });
  const dataset = listDatasets(store.db).find(({ name }) => name === 'chest');
  expect(dataset).toMatchObject({ target: 'finding', labelledInstances: patients, patients });
  const marks = new Map((dataset?.classes ?? []).map(({ name, marks: own }) => [name, own]));
  expect(marks.get('Cardiomegaly')).toEqual({ present: 15, absent: 15, uncertain: 0 });
  expect(marks.get('Pleural Effusion')).toEqual({ present: 10, absent: 19, uncertain: 1 });
  expect(marks.get('Support Devices')).toEqual({ present: 6, absent: 24, uncertain: 0 });
  expect(listModels(store.db).find(({ dataset: of }) => of === 'chest')).toMatchObject({ target: 'finding' });
  store.close();
  rmSync(folder, { recursive: true, force: true });
}, 600_000);
