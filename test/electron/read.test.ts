/** The screen "Read and label" in the real window: ten labels by keyboard, what survives, two readers, the picture, the keys. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { silentLogger } from '../../core/base/logger.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { openServices } from '../../core/services/session/open.ts';
import { writeStudies } from '../support/made-studies.ts';
import { rleImage } from '../support/rle-file.ts';
import { hasShared, sharedPath } from '../support/shared.ts';
import { put } from '../support/studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { addClass, addReader, labelled, nextCase, openReading, pictureSeen } from './support/reading.ts';
import { takeScreenshots } from './support/screenshot.ts';
import { settling } from './support/settled.ts';

/** A library with the data set `reading`: the given paths, or twelve made-up studies of six patients, none of them labelled. */
async function unlabelledLibrary(paths?: readonly string[]): Promise<{ folder: string; library: string }> {
  const folder = temporaryFolder('reading');
  const library = join(folder, 'library');
  if (paths === undefined) writeStudies(join(folder, 'studies'), 6);
  const { context, close } = await openServices({
    library,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
  await importPaths(context, { paths: [...(paths ?? [join(folder, 'studies')])], dataset: 'reading', frames: 'all' });
  await close();
  return { folder, library };
}

/** Mean grey level of the first canvas, as it is drawn now: what is asked for is drawn a frame later, on a busy machine some. */
async function brightness(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const canvas = document.querySelector('[role="img"] canvas') as HTMLCanvasElement;
    // Read from a copy: reading the page's own canvas again and again makes the browser complain.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    if (copy === null) throw new Error('no canvas to read from');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i] as number;
    return sum / (data.length / 4);
  });
}

/** Once the first canvas is drawn in the size that it has now. */
async function drawnAsLargeAsItIs(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { width, height, clientWidth, clientHeight } = document.querySelector(
      '[role="img"] canvas',
    ) as HTMLCanvasElement;
    return [clientWidth, clientHeight].every((side, i) => Math.round(side * devicePixelRatio) === [width, height][i]);
  });
}

test('ten studies are labelled by keyboard alone; undo, exclude and a comment; all of it survives a kill and a restart', async () => {
  const { folder, library } = await unlabelledLibrary();
  const first = await launch({ library });
  const { page } = first;
  await openReading(page);
  await addClass(page, 'normal');
  await addClass(page, 'disc');
  for (let n = 1; n <= 10; n++) {
    await page.keyboard.press(n % 2 === 0 ? '2' : '1');
    await labelled(page, `labelled ${n} of 12`);
    if (n < 10) await nextCase(page);
  }
  await page.keyboard.press('Control+z');
  await labelled(page, 'labelled 9 of 12');
  await page.keyboard.press('Control+y');
  await labelled(page, 'labelled 10 of 12');
  await pictureSeen(page);
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'exclude', pressed: true }).waitFor();
  await page.keyboard.press('n');
  await page.keyboard.type('two discs?');
  await page.keyboard.press('Escape');
  await page.getByText('saved', { exact: true }).waitFor();
  // Shift with a digit is a window preset in Label mode and sets no class.
  await page.keyboard.press('Shift+0');
  await labelled(page, 'labelled 10 of 12');
  await nextCase(page);
  await page.keyboard.press('1');
  await labelled(page, 'labelled 11 of 12');
  expect(await seriousViolations(page)).toEqual([]);
  // The moment the panel says "saved" the label must be on the disk: no farewell of any kind.
  const { pid } = first.app.process();
  process.kill(pid as number, 'SIGKILL');
  await first.close().catch(() => undefined);

  const second = await launch({ library });
  await openReading(second.page);
  await labelled(second.page, 'labelled 11 of 12');
  // The case that was in view is in view again.
  await second.page.keyboard.press('Control+ArrowLeft');
  await second.page.getByRole('button', { name: 'exclude', pressed: true }).waitFor();
  expect(await second.page.getByRole('textbox', { name: 'Comment' }).inputValue()).toBe('two discs?');
  await second.close();
  expect([...first.complaints, ...second.complaints]).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('two readers are blinded, which the header says with what is left for each; they differ on one study; who decides is not told who said what', async () => {
  const { folder, library } = await unlabelledLibrary();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await addClass(page, 'normal');
  await addClass(page, 'disc');
  const sitting = page.getByTestId('sitting');
  await sitting.getByText('Reader 1 reads studies: 12 of 12 remain.').waitFor();
  const read = async (digits: string): Promise<void> => {
    for (const [n, digit] of [...digits].entries()) {
      await page.keyboard.press(digit);
      await labelled(page, `labelled ${n + 1} of 12`);
      if (n + 1 < digits.length) await nextCase(page);
    }
  };
  await page.getByRole('group', { name: 'Read and label' }).focus();
  await page.keyboard.press('Control+ArrowUp');
  await pictureSeen(page);
  await read('112211');
  await sitting.getByText('Reader 1 reads studies: 6 of 12 remain.').waitFor();
  await addReader(page, 'Dr. Weiss');
  await labelled(page, 'labelled 0 of 12');
  await sitting.getByText('Dr. Weiss reads studies without seeing what others say: 12 of 12 remain.').waitFor();
  for (let k = 0; k < 6; k++) await page.keyboard.press('Control+ArrowLeft');
  await pictureSeen(page);
  await read('112221');
  await page.getByRole('tab', { name: 'Agreement' }).click();
  // Five of six equal; chance (3*4 + ... )/36: first reader 4 and 2, second 3 and 3, so kappa = (5/6 - 1/2) / (1/2).
  await page.getByTestId('kappa').filter({ hasText: '0.67' }).waitFor();
  expect(await page.getByTestId('to-adjudicate').textContent()).toBe('1');
  expect(await page.getByTestId('said').allTextContents()).toEqual(['normal · disc']);
  const heads = await page.getByRole('columnheader').allTextContents();
  expect(heads.filter((head) => /Reader 1|Dr\. Weiss/.test(head))).toEqual([]);
  expect(await seriousViolations(page)).toEqual([]);
  await takeScreenshots(page, 'agreement');
  await page.getByRole('button', { name: /Decide disc/ }).click();
  await page.getByTestId('to-adjudicate').filter({ hasText: '0' }).waitFor();

  // Who has labelled nothing is shown no difference before they say that they only decide.
  await page.getByRole('tab', { name: 'Read', exact: true }).click();
  await addReader(page, 'Dr. Schwarz');
  await sitting.getByText('Dr. Schwarz reads studies without seeing what others say: 12 of 12 remain.').waitFor();
  await page.getByRole('tab', { name: 'Agreement' }).click();
  await page.getByTestId('held-back').getByText('1 more case is held back').waitFor();
  expect(await page.getByTestId('said').count()).toBe(0);
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'I decide and do not label' }).click();
  await page.getByTestId('said').filter({ hasText: 'normal · disc' }).waitFor();
  expect(await page.getByTestId('held-back').count()).toBe(0);
  await page.getByRole('tab', { name: 'Read', exact: true }).click();
  await page.getByRole('combobox', { name: 'Reader' }).selectOption('Dr. Weiss');
  await sitting.getByText('Dr. Weiss reads studies without seeing what others say: 6 of 12 remain.').waitFor();

  // The list of the library tells the reader their own labels alone, and says so.
  await page.getByRole('button', { name: 'Library', exact: true }).click();
  await page.getByRole('combobox', { name: 'Data set' }).selectOption('reading');
  await page.getByTestId('labels-held-back').getByText('only your own').waitFor();
  await page.getByRole('combobox', { name: 'Labels' }).selectOption('labelled');
  await page.getByTestId('matching').filter({ hasText: '6 of 12' }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await openReading(page);
  await sitting.getByText('Dr. Weiss reads studies').waitFor();

  // Seeing what others say does not make their cases one's own: what is left, and "next", stay those of the reader.
  await page.getByRole('tab', { name: 'Read', exact: true }).click();
  await page.getByText('How this data set is read').click();
  await page.getByRole('checkbox', { name: 'Readers do not see each other’s labels' }).uncheck();
  await sitting.getByText('Dr. Weiss reads studies and sees what others say: 6 of 12 remain.').waitFor();
  await page.getByRole('combobox', { name: 'Reader' }).selectOption('Reader 1');
  await sitting.getByText('Reader 1 reads studies and sees what others say: 6 of 12 remain.').waitFor();
  await page.getByRole('combobox', { name: 'Reader' }).selectOption('Dr. Schwarz');
  await sitting.getByText('Dr. Schwarz reads studies and sees what others say: 12 of 12 remain.').waitFor();
  const rows = page.getByRole('region', { name: 'To label' }).locator('button[data-target]');
  await rows.first().click();
  await pictureSeen(page);
  await nextCase(page);
  // Two others have labelled it.
  expect(await rows.nth(1).getAttribute('aria-current')).toBe('true');
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ['first', 'a.dcm', 'b.dcm'],
  ['last', 'b.dcm', 'a.dcm'],
])(
  'of two files of one SOP Instance UID the sound one is shown, when the damaged one comes %s',
  async (_, broken, whole) => {
    const files = temporaryFolder('damaged');
    // Black above and white below: nothing of it is drawn from a file that ends in the middle.
    const pixel = (i: number) => (i < 128 ? 0 : 255);
    put(
      files,
      broken,
      rleImage('1.9.1.1', pixel, (frame) => frame.subarray(0, 100)),
    );
    put(files, whole, rleImage('1.9.1.1', pixel));
    const { folder, library } = await unlabelledLibrary([files]);
    const { page, complaints, close } = await launch({ library });
    await openReading(page);
    await expect.poll(() => brightness(page)).toBeGreaterThan(30);
    await close();
    expect(complaints).toEqual([]);
    for (const used of [files, folder]) rmSync(used, { recursive: true, force: true });
  },
);

test('dragging changes window and level, keys invert, turn and reset, layouts change, a taken key is refused by name', async () => {
  const { folder, library } = await unlabelledLibrary();
  const { page, complaints, close } = await launch({ library });
  await openReading(page);
  await expect.poll(() => brightness(page)).toBeGreaterThan(0);
  const start = await brightness(page);
  const changed = async (from: number): Promise<number> => Math.abs((await brightness(page)) - from);
  const box = await page.getByRole('img').first().boundingBox();
  if (box === null) throw new Error('the viewport has no box');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const drag = async (dx: number, dy: number): Promise<void> => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + dx, y + dy, { steps: 5 });
    await page.mouse.up();
  };
  const before = await page.getByTestId('window').textContent();
  await drag(0, 150);
  await expect.poll(() => brightness(page)).toBeLessThan(start - 2);
  await drag(120, 0);
  await expect.poll(() => page.getByTestId('window').textContent()).not.toBe(before);
  await page.keyboard.press('Escape');
  await expect.poll(() => brightness(page)).toBeCloseTo(start, 5);
  await page.keyboard.press('i');
  await expect.poll(() => changed(start)).toBeGreaterThan(2);
  await page.keyboard.press('r');
  await page.keyboard.press('+');
  await page.keyboard.press('Escape');
  await expect.poll(() => brightness(page)).toBeCloseTo(start, 5);
  await page.keyboard.press('g');
  await page.getByRole('button', { name: '1 × 2', pressed: true }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys of the reading room' }).waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Keys' }).click();
  await page.getByRole('button', { name: 'Change the key of Invert' }).click();
  await page.keyboard.press('r');
  await page.getByRole('alert').filter({ hasText: 'R is the key of “Rotate right”' }).waitFor();
  await page.keyboard.press('q');
  await page
    .getByRole('row', { name: /Invert/ })
    .getByText('Q')
    .waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('g');
  await page.keyboard.press('g');
  // One picture again, which is drawn larger than the two were.
  await page.getByRole('button', { name: '1 × 1', pressed: true }).waitFor();
  await drawnAsLargeAsItIs(page);
  const upright = await brightness(page);
  // That nothing happens cannot be waited for; were it to come late, the next key would bring the picture back.
  await page.keyboard.press('i');
  expect(await brightness(page)).toBeCloseTo(upright, 5);
  await page.keyboard.press('q');
  await expect.poll(() => changed(upright)).toBeGreaterThan(2);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!hasShared)(
  'real CT, MR and CR studies are shown, side by side and scrolled (needs the real files)',
  async () => {
    const data = ['pydicom-data/693_UNCR.dcm', 'pydicom-data/MR2_UNCR.dcm', 'pydicom-data/RG1_J2KI.dcm'];
    const { folder, library } = await unlabelledLibrary([
      ...data.map((path) => sharedPath('dicom', ...path.split('/'))),
      sharedPath('dicom', 'pydicom-3.0.2-wheel', 'test_files', 'dicomdirtests'),
    ]);
    const { app, page, complaints, close } = await launch({ library });
    const settle = await settling({ app, page });
    await openReading(page);
    await addClass(page, 'normal');
    await addClass(page, 'finding');
    await page.keyboard.press('1');
    await page.keyboard.press('Control+ArrowDown');
    await settle();
    await pictureSeen(page);
    await page.keyboard.press('Control+ArrowDown');
    const series = page.getByRole('list', { name: 'Series' }).getByRole('button');
    for (let k = 0; k < 12 && (await series.count()) < 3; k++) {
      await page.keyboard.press('Control+ArrowRight');
      await settle();
    }
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await page.getByRole('img', { name: /Viewport 3, image 1/ }).waitFor();
    await close();
    expect(complaints).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  },
);
