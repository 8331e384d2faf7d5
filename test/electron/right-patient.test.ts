/** The right patient in the real window: levels changed while reading, keys before the picture, ways to a case, where the focus goes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { openLibrary } from '../../core/store/index.ts';
import { openTestServices } from '../support/made-studies.ts';
import { put, tinyDicom } from '../support/studies.ts';
import { descendants } from './support/attach.ts';
import { fillImport, runImport } from './support/importing.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { addClass, labelled, nextCase, openReading, pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';
import { settling } from './support/settled.ts';

/** Studies of four patients, numbered from `first`, with two series of two images each; patient `n` is called `Patient-n`. */
function writeSeveralImages(folder: string, first = 0): void {
  for (let patient = first; patient < first + 4; patient++) {
    for (const series of [1, 2]) {
      for (const number of [1, 2]) {
        const instance = `1.2.9.${patient}.${series}.${number}`;
        const grey = 300 * (patient + 1);
        const names = { patient: `ID-${patient}`, patientName: `Patient-${patient}`, study: `1.2.9.${patient}` };
        put(folder, `${instance}.dcm`, tinyDicom({ ...names, instance, series, number, grey }));
      }
    }
  }
}

/** A library with them in the data sets of these names. */
async function severalImages(first = 0, datasets = ['several']): Promise<{ folder: string; library: string }> {
  const folder = temporaryFolder('several');
  const library = join(folder, 'library');
  writeSeveralImages(join(folder, 'studies'), first);
  const { context, close } = await openTestServices(library);
  for (const dataset of datasets) {
    await importPaths(context, { paths: [join(folder, 'studies')], dataset, frames: 'all' });
  }
  await close();
  return { folder, library };
}

interface Stored {
  readonly level: string;
  readonly patient: string;
  /** UID of the study, series or instance. */
  readonly uid: string;
  readonly label: string;
}

/** Every label in the database, with the patient of what it was given to. */
function storedLabels(library: string): Stored[] {
  const opened = openLibrary(library, { mode: 'read' });
  try {
    return opened.db.all<Stored>(
      `SELECT l.level, c.name AS label, p.patient_key AS patient,
         CASE l.level WHEN 'study' THEN st.study_instance_uid WHEN 'series' THEN s.series_instance_uid ELSE i.sop_instance_uid END AS uid
       FROM labels l JOIN label_classes c ON c.id = l.class_id
       JOIN instances i ON i.id = (SELECT min(x.id) FROM instances x JOIN series y ON y.id = x.series_id
         WHERE l.target_id = CASE l.level WHEN 'study' THEN y.study_id WHEN 'series' THEN y.id ELSE x.id END)
       JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id JOIN patients p ON p.id = st.patient_id ORDER BY l.id`,
    );
  } finally {
    opened.close();
  }
}

/** What the text on the picture says: whose it is, and which image. */
async function onThePicture(page: Page): Promise<{ patient: string; series: string; image: string }> {
  await pictureSeen(page);
  const text = (await page.getByRole('img', { name: /^Viewport 1/ }).textContent()) ?? '';
  const [, patient = ''] = /Patient-(\d)/.exec(text) ?? [];
  const [, series = '', image = ''] = /Series (\d), instance (\d)/.exec(text) ?? [];
  return { patient, series, image };
}

const rows = (page: Page) => page.getByRole('region', { name: 'To label' }).getByRole('listitem').getByRole('button');

async function setLevel(page: Page, level: 'study' | 'series' | 'instance'): Promise<void> {
  const unit = page.getByLabel('A label is about a');
  if (!(await unit.isVisible())) await page.getByText('How this data set is read').click();
  await unit.selectOption(level);
  const count = { study: 4, series: 8, instance: 16 }[level];
  await expect.poll(async () => await rows(page).count()).toBe(count);
}

test('the level of labels is changed while reading: each label is of the picture that stands there', async () => {
  const { folder, library } = await severalImages();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await addClass(page, 'normal');
  await addClass(page, 'finding');
  const expected: Stored[] = [];
  let n = 0;
  const label = async (level: 'study' | 'series' | 'instance'): Promise<void> => {
    const { patient, series, image } = await onThePicture(page);
    const uid = {
      study: `1.2.9.${patient}`,
      series: `1.2.9.${patient}.${series}`,
      instance: `1.2.9.${patient}.${series}.${image}`,
    }[level];
    expected.push({ level, patient: `ID-${patient}`, uid, label: n % 2 === 0 ? 'normal' : 'finding' });
    await page.keyboard.press(n % 2 === 0 ? '1' : '2');
    n += 1;
    await expect.poll(() => storedLabels(library).length).toBe(n);
    await page.getByText('saved', { exact: true }).waitFor();
  };
  await rows(page).nth(2).click();
  await label('study');
  await setLevel(page, 'instance');
  await label('instance');
  // Scrolled by a key: the next image is another item.
  await page.keyboard.press('ArrowDown');
  await label('instance');
  await page.keyboard.press('PageDown');
  await label('instance');
  await setLevel(page, 'series');
  await label('series');
  await rows(page).nth(1).click();
  await setLevel(page, 'study');
  await label('study');
  expect(storedLabels(library)).toEqual(expected);
  expect(new Set(expected.map(({ patient }) => patient)).size).toBe(2);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('a key before the picture is there is refused in words, and stores nothing', async () => {
  const { folder, library } = await severalImages();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await addClass(page, 'normal');
  // A disk as slow as the test needs it.
  await page.evaluate(() => {
    const { fetch } = window;
    const spun = new Promise<void>((resolve) => addEventListener('disk-spun', () => resolve(), { once: true }));
    window.fetch = async (...args) => {
      await spun;
      return await fetch(...args);
    };
  });
  await rows(page).nth(3).click();
  await page.getByTestId('unseen').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('x');
  await page.getByText('The picture is not on the screen yet.').waitFor();
  await page.evaluate(() => dispatchEvent(new Event('disk-spun')));
  await pictureSeen(page);
  expect(storedLabels(library)).toEqual([]);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 1 of 4');
  expect(storedLabels(library)).toMatchObject([{ level: 'study', patient: 'ID-3', label: 'normal' }]);
  expect(await page.getByRole('button', { name: 'exclude', pressed: true }).count()).toBe(0);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('names typed one after the other are names, not keys: nothing is labelled, excluded or changed by them', async () => {
  const { folder, library } = await severalImages();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await page.getByRole('textbox', { name: 'New class' }).click();
  for (const name of ['normal', 'X2', 'BI-RADS 2', 'mass']) {
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  }
  const classes = page.getByRole('group', { name: 'Class' }).getByRole('button');
  await expect.poll(async () => await classes.allTextContents()).toEqual(['1 normal', '2 X2', '3 BI-RADS 2', '4 mass']);
  await labelled(page, 'labelled 0 of 4');
  await page.getByRole('button', { name: 'usable', pressed: true }).waitFor();
  await page.getByRole('button', { name: 'Label', pressed: true }).waitFor();
  await page.getByRole('textbox', { name: 'New reader' }).click();
  await page.keyboard.type('Dr. X');
  await page.keyboard.press('Enter');
  await page.keyboard.type('1 mx');
  expect(await page.getByRole('textbox', { name: 'New reader' }).inputValue()).toBe('1 mx');
  expect(storedLabels(library)).toEqual([]);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('the focus goes to the images after every choice, so that Enter goes on and a digit labels what stands there', async () => {
  const { folder, library } = await severalImages();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  const images = page.getByRole('group', { name: 'Read and label' });
  const onImages = async (after: string): Promise<void> => {
    await expect
      .poll(async () => await images.evaluate((element) => element === document.activeElement), { message: after })
      .toBe(true);
  };
  await onImages('the screen was opened');
  await addClass(page, 'normal');
  await onImages('Escape in the field of a new class');
  await addClass(page, 'finding');
  const panel = page.getByRole('complementary', { name: 'Labels' });
  const choices: Readonly<Record<string, () => Promise<unknown>>> = {
    'a row': () => rows(page).nth(1).click(),
    'a row, by Enter': async () => {
      await rows(page).nth(2).focus();
      await page.keyboard.press('Enter');
    },
    'a thumbnail': () => page.getByRole('list', { name: 'Series' }).getByRole('button').nth(1).click(),
    'the filter': () => page.getByRole('region', { name: 'To label' }).getByRole('combobox').selectOption('unlabelled'),
    'the data set': () => page.getByLabel('Data set').selectOption('several'),
    'a tool': () => page.getByRole('button', { name: 'Invert' }).click(),
    'a layout': () => page.getByRole('button', { name: '1 × 2' }).click(),
    'one layout': () => page.getByRole('button', { name: '1 × 1' }).click(),
    'View mode': () => page.getByRole('button', { name: 'View', exact: true }).click(),
    'Label mode': () => page.getByRole('button', { name: 'Label', exact: true }).click(),
    'what opens and closes': () => panel.getByText('History', { exact: true }).click(),
    'how it is read': () => panel.getByText('How this data set is read').click(),
    'the level': () => setLevel(page, 'series'),
    'the level again': () => setLevel(page, 'study'),
    blinding: () => page.getByRole('checkbox', { name: 'Readers do not see each other’s labels' }).check(),
    'the quality': () => page.getByRole('button', { name: 'limited' }).click(),
    'the quality again': () => page.getByRole('button', { name: 'usable' }).click(),
    undo: () => page.getByRole('button', { name: 'Undo' }).click(),
    help: async () => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    },
    'help by its button': async () => {
      await page.getByRole('button', { name: 'Help (?)' }).click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
    },
    comment: async () => {
      await page.keyboard.press('n');
      await page.keyboard.press('Escape');
    },
    'the tab': async () => {
      await page.getByRole('tab', { name: 'Agreement' }).click();
      await page.getByRole('tab', { name: 'Read' }).click();
    },
  };
  for (const [name, choose] of Object.entries(choices)) {
    await pictureSeen(page);
    await choose();
    await onImages(name);
  }
  // A click on a row and a digit is that row's label; Enter goes on; a click on a thumbnail changes neither.
  await rows(page).nth(3).click();
  await pictureSeen(page);
  await page.keyboard.press('2');
  await labelled(page, 'labelled 1 of 4');
  expect(storedLabels(library)).toMatchObject([{ patient: 'ID-3', label: 'finding' }]);
  await nextCase(page);
  await page.getByRole('list', { name: 'Series' }).getByRole('button').nth(1).click();
  await pictureSeen(page);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 2 of 4');
  await nextCase(page);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 3 of 4');
  expect(storedLabels(library).map(({ patient }) => patient)).toEqual(['ID-3', 'ID-0', 'ID-1']);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('a comment that is being typed goes to the study for which it was typed, whatever comes into view', async () => {
  const { folder, library } = await severalImages();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await rows(page).nth(1).click();
  await pictureSeen(page);
  await page.keyboard.press('n');
  await page.keyboard.type('for the second');
  await rows(page).nth(2).click();
  await pictureSeen(page);
  expect(await page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('');
  await rows(page).nth(1).click();
  await expect
    .poll(async () => await page.getByRole('textbox', { name: 'Comment' }).inputValue())
    .toBe('for the second');
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('the report of an import comes however quick the import was, at once or when the library is opened again', async () => {
  const folder = temporaryFolder('quick');
  put(join(folder, 'one'), 'a.dcm', tinyDicom({ patient: 'P1', study: '1.1', instance: '1.1.1' }));
  put(join(folder, 'two'), 'b.dcm', tinyDicom({ patient: 'P2', study: '1.2', instance: '1.2.1' }));
  const opened = await launch();
  const { page, complaints, close } = opened;
  const settle = await settling(opened);
  await show(page, 'Library');
  await fillImport(opened, { folder: join(folder, 'one'), dataset: 'quick' });
  expect(await runImport(page)).toMatchObject({ imported: 1, total: 1 });
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await settle();
  await fillImport(opened, { folder: join(folder, 'two'), dataset: 'quick' });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByTestId('import-report').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  // A report that was seen does not come again.
  await show(page, 'Judge');
  await show(page, 'Library');
  await page.getByRole('button', { name: 'Import …' }).waitFor();
  expect(await page.getByTestId('import-report').count()).toBe(0);
  // One that ended while another screen was shown waits for the library.
  put(join(folder, 'three'), 'c.dcm', tinyDicom({ patient: 'P3', study: '1.3', instance: '1.3.1' }));
  await fillImport(opened, { folder: join(folder, 'three'), dataset: 'quick' });
  await page.evaluate(() => {
    const press = (name: string): void =>
      [...document.querySelectorAll('button')].find((button) => button.textContent?.trim() === name)?.click();
    press('Import');
    press('Judge');
  });
  await page
    .getByRole('heading', { name: 'Judge' })
    .or(page.getByText('no model', { exact: false }))
    .first()
    .waitFor();
  await show(page, 'Library');
  await page.getByTestId('import-report').waitFor();
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('in another library the pictures are its own: a label goes to the patient who is seen', async () => {
  const [a, b] = [await severalImages(), await severalImages(5)];
  const { page, complaints, close } = await launch({ library: a.library });
  await openReading(page);
  expect((await onThePicture(page)).patient).toBe('0');
  await page.evaluate(`window.sidelight.invoke('window.openLibrary', { folder: ${JSON.stringify(b.library)} })`);
  await page.getByText('Patient-0').waitFor({ state: 'detached' });
  await show(page, 'Library');
  await openReading(page);
  await addClass(page, 'normal');
  const { patient } = await onThePicture(page);
  expect(Number(patient)).toBeGreaterThanOrEqual(5);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 1 of 4');
  expect(storedLabels(b.library)).toMatchObject([{ patient: `ID-${patient}`, label: 'normal' }]);
  expect(storedLabels(a.library)).toEqual([]);
  await close();
  expect(complaints).toEqual([]);
  for (const { folder } of [a, b]) rmSync(folder, { recursive: true, force: true });
});

test('a comment belongs to its data set, and a key in a list that was left as it was changes nobody’s name', async () => {
  const { folder, library } = await severalImages(0, ['first', 'second']);
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await addClass(page, 'normal');
  await page.keyboard.press('n');
  await page.keyboard.type('of the second data set');
  await page.keyboard.press('Escape');
  await page.getByText('saved', { exact: true }).waitFor();
  const comment = page.getByRole('textbox', { name: 'Comment' });
  await page.getByLabel('Data set').selectOption('first');
  await pictureSeen(page);
  expect(await comment.inputValue()).toBe('');
  await page.getByLabel('Data set').selectOption('second');
  await pictureSeen(page);
  await expect.poll(async () => await comment.inputValue()).toBe('of the second data set');

  // A list that has the focus and was left as it was.
  await page.getByLabel('Data set').focus();
  await page.keyboard.press('f');
  expect(await page.getByLabel('Data set').inputValue()).toBe('second');
  await page.keyboard.press('1');
  await labelled(page, 'labelled 1 of 4');
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('a core that had to be started again brings the screen back to the same study', async () => {
  const { folder, library } = await severalImages(0, ['first', 'second']);
  const { app, page, close } = await launch({ library });
  await openReading(page);
  await page.getByLabel('Data set').selectOption('first');
  await rows(page).nth(2).click();
  const before = await onThePicture(page);
  const root = app.process().pid ?? 0;
  for (const pid of descendants(root, /core\/host\/host\.(ts|js)/)) process.kill(pid, 'SIGKILL');
  await page.getByText('Patient-').first().waitFor({ state: 'detached' });
  await page.getByRole('img', { name: /Viewport 1, image/ }).waitFor({ timeout: 60_000 });
  expect(await onThePicture(page)).toEqual(before);
  expect(await page.getByLabel('Data set').inputValue()).toBe('first');
  await close();
  rmSync(folder, { recursive: true, force: true });
});
