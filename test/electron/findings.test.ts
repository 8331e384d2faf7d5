/** Several findings of an image in the real window: a data set that asks for them, marks by keyboard, the data check, a training. */
import { rmSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { answeredInstances, classNames, datasetByName, listModels, openLibrary } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { addReader, makeDataset, openReading, pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';
import { openTrain, planTraining, startTraining, trained } from './support/training.ts';

const settings = { 'Input size': '224', Epochs: '2', 'Batch size': '4', 'Learning rate': '0.003' };

/** What is said of study `n` of twelve, two a patient: `lines` is not known of every third, and once nobody is sure. */
function saidOf(n: number): { readonly disc: string; readonly lines: string | null } {
  const lines = n % 3 === 0 ? null : n === 4 ? 'uncertain' : n % 2 === 0 ? 'present' : 'absent';
  return { disc: Math.floor(n / 2) % 2 === 1 ? 'present' : 'absent', lines };
}

const chords: Readonly<Record<string, string>> = { present: '', absent: 'Shift+', uncertain: 'Alt+' };

/** Presses the key for a mark of the finding with a digit, and waits until it stands there and on the disk. */
async function mark(page: Page, digit: number, name: string, word: string): Promise<void> {
  await page.keyboard.press(`${chords[word]}${digit}`);
  await marked(page, name, word);
}

async function marked(page: Page, name: string, word: string): Promise<void> {
  await page.locator(`[role="group"][aria-label="${name}"][data-mark="${word}"]`).waitFor();
  await page.getByText('saved', { exact: true }).waitFor();
}

test('a data set of two findings is made, read by keyboard, checked and trained on', async () => {
  const prepared = await prepareLibrary({ patients: 6 });
  const { library } = prepared;
  const { page, complaints, close } = await launch({ library });
  await makeDataset(page, { studies: 12, name: 'chest', asks: 'finding', field: /Their names/, names: 'disc, lines' });
  await page.getByRole('heading', { name: 'Findings', exact: true }).waitFor();
  expect(await page.getByRole('textbox', { name: 'Name of finding 2' }).inputValue()).toBe('lines');

  await openReading(page);
  expect(await page.getByLabel('Data set').inputValue()).toBe('chest');
  for (let n = 0; n < 12; n++) {
    const { disc, lines } = saidOf(n);
    await mark(page, 1, 'disc', disc);
    if (lines !== null) await mark(page, 2, 'lines', lines);
    if (n < 11) await page.keyboard.press('Control+ArrowRight');
    await pictureSeen(page);
  }
  // The same again takes it back, undo brings it again, and another mark takes its place.
  await page.keyboard.press('1');
  await marked(page, 'disc', 'none');
  await page.keyboard.press('Control+z');
  await marked(page, 'disc', 'present');
  await mark(page, 1, 'disc', 'uncertain');
  await page.keyboard.press('Control+z');
  await marked(page, 'disc', 'present');
  // Four of twelve are not known of "lines"; what is sought is the next of them.
  expect(await page.getByTestId('progress').textContent()).toContain('labelled 8 of 12');
  await page.getByLabel('Progress and next are about').selectOption('disc');
  expect(await page.getByTestId('progress').textContent()).toContain('labelled 12 of 12');
  // After the choice the keys go to the images.
  await page.getByLabel('Progress and next are about').selectOption('lines');
  await page.keyboard.press('Enter');
  await pictureSeen(page);
  await marked(page, 'lines', 'none');
  expect(await seriousViolations(page)).toEqual([]);

  await show(page, 'Library');
  await page.getByRole('button', { name: 'Data sets' }).click();
  await page.getByRole('navigation', { name: 'Data sets' }).getByRole('button', { name: /chest/ }).click();
  await page.getByText('present 6, absent 6, uncertain 0').waitFor();
  await page.getByText('present 3, absent 4, uncertain 1').waitFor();

  await openTrain(page);
  await page
    .getByText('“lines” cannot be judged')
    .or(page.getByText(/marks are not known/))
    .first()
    .waitFor();
  await page.getByText('1 of 24 marks say uncertain.').waitFor();
  expect(await planTraining(page, settings)).toMatch(/^(About|Some) .+ to .+ on this machine/);
  await page.getByText(/^Expert settings/).click();
  expect(await page.getByLabel('Loss').locator('option').allTextContents()).toEqual([
    'binary cross-entropy, for findings',
  ]);
  expect(await page.getByLabel('Uncertain marks').inputValue()).toBe('unknown');
  await startTraining(page);
  await trained(page);
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(library, { mode: 'read' });
  const id = datasetByName(opened.db, 'chest')?.id as number;
  const names = classNames(opened.db, id);
  expect(names).toEqual(['disc', 'lines']);
  expect(answeredInstances(opened.db, id, names).map(({ answers }) => answers)).toEqual(
    Array.from({ length: 12 }, (_, n) => [saidOf(n).disc, saidOf(n).lines]),
  );
  const [model] = listModels(opened.db).filter(({ dataset }) => dataset === 'chest');
  expect(model).toMatchObject({ target: 'finding', classes: ['disc', 'lines'], uncertain: 'unknown' });
  expect(model?.findings).toHaveLength(2);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 900_000);

test('a number is typed and stored as a number; two readers’ numbers are compared, and one is decided', async () => {
  const question = 'bone age (months)';
  const prepared = await prepareLibrary({ patients: 2 });
  const { page, complaints, close } = await launch({ library: prepared.library });
  await makeDataset(page, { studies: 4, name: 'hands', asks: 'quantity', field: 'What is measured', names: question });
  await page.getByRole('heading', { name: 'What is measured', exact: true }).waitFor();

  await openReading(page);
  const field = page.getByRole('textbox', { name: question });
  const type = async (number: string, known: string): Promise<void> => {
    await page.keyboard.press('1');
    await page.keyboard.type(number);
    await page.keyboard.press('Enter');
    await page.getByTestId('progress').filter({ hasText: known }).waitFor();
    await page.getByText('saved', { exact: true }).waitFor();
  };
  await type('120,5', 'labelled 1 of 4');
  expect(await field.inputValue()).toBe('120.5');
  await page.keyboard.press('Enter');
  await pictureSeen(page);
  await type('96', 'labelled 2 of 4');
  // What is no number is refused in words and stored nowhere.
  await page.keyboard.press('Enter');
  await pictureSeen(page);
  await page.keyboard.press('1');
  await page.keyboard.type('about ten');
  await page.keyboard.press('Enter');
  await page.getByText(/"about ten" is no number/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('progress').filter({ hasText: 'labelled 2 of 4' }).waitFor();

  await addReader(page, 'Dr. Weiss');
  await page.keyboard.press('Control+ArrowLeft');
  await page.keyboard.press('Control+ArrowLeft');
  await pictureSeen(page);
  await type('118.5', 'labelled 1 of 4');
  await page.keyboard.press('Control+ArrowRight');
  await pictureSeen(page);
  await type('96', 'labelled 2 of 4');
  await page.getByRole('tab', { name: 'Agreement' }).click();
  const table = page.getByTestId('differences');
  // 120.5 - 118.5 and 96 - 96: one month apart on average.
  expect(await table.getByRole('cell').allTextContents()).toEqual(['2', '1.00', '−1.77 – 3.77']);
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /^Decide 118\.5/ }).click();
  await page.getByRole('button', { name: /^Decide 118\.5/, pressed: true }).waitFor();
  await close();
  expect(complaints).toEqual([]);

  const opened = openLibrary(prepared.library, { mode: 'read' });
  const id = datasetByName(opened.db, 'hands')?.id as number;
  expect(answeredInstances(opened.db, id, [question]).map(({ answers: [number] }) => number)).toEqual([
    '118.5',
    '96',
    null,
    null,
  ]);
  opened.close();
  rmSync(prepared.folder, { recursive: true, force: true });
}, 300_000);
