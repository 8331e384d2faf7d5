/** Looking and measuring in the real window: one window for a series, order of slices, what keys answer, measures, cine, priors, mammograms. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { madeCt, madeImage, madeMammograms } from '../support/made-readings.ts';
import { openTestServices } from '../support/made-studies.ts';
import { put, tinyDicom } from '../support/studies.ts';
import { seriousViolations } from './support/axe.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { addClass, labelled, nextCase, openReading, pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';

async function libraryOf(
  files: readonly (readonly [string, Uint8Array])[],
): Promise<{ folder: string; library: string }> {
  const folder = temporaryFolder('looking');
  const library = join(folder, 'library');
  for (const [path, bytes] of files) put(join(folder, 'studies'), path, bytes);
  const { context, close } = await openTestServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'reading', frames: 'all' });
  await close();
  return { folder, library };
}

/** Where a place of a picture stands on the page: fitted into its viewport, in the middle of it, `aspect` heights of a pixel a width. */
async function placeOnPage(page: Page, n: number, size: number, aspect: number, x: number, y: number) {
  const box = await page.locator('[role="img"] canvas').nth(n).boundingBox();
  if (box === null) throw new Error('the viewport has no box');
  const scale = Math.min(box.width / size, box.height / (size * aspect));
  return {
    x: box.x + box.width / 2 + (x - size / 2) * scale,
    y: box.y + box.height / 2 + (y - size / 2) * scale * aspect,
  };
}

/** Red of a viewport's canvas at a place of the page, as it is drawn now: what is asked for is drawn a frame later, on a busy machine some. */
async function greyAt(page: Page, n: number, at: { x: number; y: number }): Promise<number> {
  return await page.evaluate(
    ({ n, at }) => {
      const canvas = document.querySelectorAll('[role="img"] canvas')[n] as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      if (copy === null) throw new Error('no canvas to read from');
      copy.drawImage(canvas, 0, 0);
      const box = canvas.getBoundingClientRect();
      const [x, y] = [at.x - box.x, at.y - box.y].map((value) => Math.floor(value * devicePixelRatio));
      return copy.getImageData(x as number, y as number, 1, 1).data[0] as number;
    },
    { n, at },
  );
}

async function draw(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

/** The number before the unit of the measure drawn last. */
async function measuredText(page: Page): Promise<{ value: number; text: string }> {
  const text = (await page.getByTestId('measure').last().textContent()) ?? '';
  return { value: Number.parseFloat(text.replace(',', '')), text };
}

test('a CT without a window keeps one, its slices lie in order, keys that can do nothing say so, a length is the one of PixelSpacing', async () => {
  const { folder, library } = await libraryOf([
    ...madeCt('1.2.826.0.1.3680043.10.1', 'A', { studyDate: '20240131', studyDescription: 'Chest' }),
    ...madeCt('1.2.826.0.1.3680043.10.2', 'A', { studyDate: '20220228', studyDescription: 'Chest before' }),
    ...madeCt('1.2.826.0.1.3680043.10.3', 'A', { studyDate: '20250301', studyDescription: 'Chest after' }),
  ]);
  const { page, complaints, close } = await launch({ library });
  await openReading(page);

  // Rows say the day and what was examined.
  const rows = page.getByRole('region', { name: 'To label' }).getByRole('button');
  const current = page.locator('[data-target][aria-current="true"]');
  await current.filter({ hasText: '31 Jan 2024 · Chest' }).waitFor();
  expect(await rows.filter({ hasText: '28 Feb 2022 · Chest before' }).count()).toBe(1);

  // Slices from the feet to the head, whatever their UIDs; 40 HU is the same grey on each: (40 - 39.5) / 399 + 0.5 of 255.
  const middle = await placeOnPage(page, 0, 64, 2, 32, 32);
  for (const [index, position] of ['10.0', '20.0', '30.0'].entries()) {
    await page.getByRole('img', { name: `image ${index + 1} of 3` }).waitFor();
    await pictureSeen(page);
    expect(await page.getByTestId('slice-position').textContent()).toBe(`Position ${position} mm`);
    expect(await page.getByTestId('window').textContent()).toBe('W 400 L 40 HU');
    await expect.poll(() => greyAt(page, 0, middle)).toBe(128);
    await page.keyboard.press('ArrowDown');
  }
  expect(await page.getByTestId('no-window').textContent()).toBe('no own window');

  // What a key could not do stands at the images.
  const hint = page.getByTestId('hint');
  await hint.filter({ hasText: 'No further image in this series.' }).waitFor();
  await page.keyboard.press('7');
  await hint.filter({ hasText: '7 stands for no class: there is none yet.' }).waitFor();
  await page.keyboard.press('z');
  await hint.filter({ hasText: 'Z does nothing here. ? lists all keys.' }).waitFor();
  await page.keyboard.press('Shift+1');
  await hint.filter({ hasText: 'Window preset 1 means nothing for this image.' }).waitFor();

  // 24 columns of 0.25 mm and 16 rows of 0.5 mm: 6 and 8 mm, so 10 mm.
  await page.keyboard.press('Home');
  await page.keyboard.press('d');
  const at = (x: number, y: number) => placeOnPage(page, 0, 64, 2, x, y);
  await draw(page, await at(10, 10), await at(34, 26));
  const length = await measuredText(page);
  expect(length.text).toMatch(/^\d+\.\d mm$/);
  expect(Math.abs(length.value - 10)).toBeLessThanOrEqual(0.1);
  // It stays on its place of the picture when that is turned, mirrored and enlarged.
  for (const key of ['r', 'h', '+']) await page.keyboard.press(key);
  expect((await measuredText(page)).text).toBe(length.text);
  expect(await page.getByTestId('mirrored').textContent()).toBe('mirrored');
  // Escape puts the tool away first, and then brings the picture back.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByTestId('mirrored').count()).toBe(0);
  // An arm of 24 columns (6 mm) and one of 24 columns and 12 rows (6 and 6 mm): 45 degrees in the patient, 26.6 in pixels.
  await page.keyboard.press('a');
  for (const [x, y] of [
    [40, 40],
    [16, 40],
    [40, 52],
  ] as const) {
    const point = await at(x, y);
    await page.mouse.click(point.x, point.y);
  }
  const angle = await measuredText(page);
  expect(angle.text).toMatch(/^\d+\.\d°$/);
  expect(Math.abs(angle.value - 45)).toBeLessThanOrEqual(0.7);
  // On another slice there is none of it; Delete takes the last one away.
  await page.keyboard.press('ArrowDown');
  await page.getByRole('img', { name: 'image 2 of 3' }).waitFor();
  await expect.poll(() => page.getByTestId('measure').count()).toBe(0);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => page.getByTestId('measure').count()).toBe(2);
  await page.keyboard.press('Delete');
  await expect.poll(() => page.getByTestId('measure').count()).toBe(1);
  await page.keyboard.press('Escape');

  // The newest earlier study of the patient stands beside; a key still labels the one that is read.
  await page.keyboard.press('p');
  const prior = page.getByRole('region', { name: 'Another study of this patient' });
  await prior.getByRole('img', { name: /Other study, image 1 of 3/ }).waitFor();
  expect(await prior.getByRole('combobox').locator('option:checked').textContent()).toBe(
    'earlier, 28 Feb 2022 · CT · Chest before',
  );
  expect(await prior.getByRole('combobox').locator('option').allTextContents()).toEqual([
    'earlier, 28 Feb 2022 · CT · Chest before',
    'later, 1 Mar 2025 · CT · Chest after',
  ]);
  await prior.getByText('28 Feb 2022', { exact: true }).waitFor();
  await prior.locator('canvas').click();
  expect(await seriousViolations(page)).toEqual([]);
  await addClass(page, 'normal');
  await page.keyboard.press('1');
  await labelled(page, 'labelled 1 of 3');
  await current.filter({ hasText: '31 Jan 2024' }).filter({ hasText: 'normal' }).waitFor();
  await page.keyboard.press('9');
  await hint.filter({ hasText: '9 stands for no class: this data set has 1 class.' }).waitFor();
  // The next case has priors of its own: of 2025 the newest earlier one is the case before.
  for (let k = 0; k < 2; k++) {
    await nextCase(page);
    await page.keyboard.press('1');
    await labelled(page, `labelled ${k + 2} of 3`);
  }
  await current.filter({ hasText: '1 Mar 2025' }).waitFor();
  expect(await prior.getByRole('combobox').locator('option:checked').textContent()).toBe(
    'earlier, 31 Jan 2024 · CT · Chest',
  );
  // After the last label training is offered.
  await page.getByRole('complementary', { name: 'Labels' }).getByRole('button', { name: 'Train a model' }).click();
  await page
    .getByRole('navigation', { name: 'Main' })
    .locator('[aria-current="page"]')
    .filter({ hasText: 'Train' })
    .waitFor();
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

test('mammograms hang two by two, lengths at the detector and in pixels say so, cine plays at its rate, pixels are drawn as chosen, the open case is in view', async () => {
  const mammograms = '1.2.826.0.1.3680043.11.1';
  const run = madeImage({
    study: '1.2.826.0.1.3680043.11.2',
    patientID: 'B',
    modality: 'XA',
    rows: 8,
    columns: 8,
    frames: 5,
    instance: 1,
    // The right half is white on every frame, the left half black.
    value: (x) => (x < 4 ? 0 : 1000),
    says: { frameTime: '40', windowCenter: '500', windowWidth: '1001' },
  });
  const others = Array.from({ length: 40 }, (_, n) => {
    const study = `1.2.826.0.1.3680043.12.${n + 1}`;
    return [
      `others/${n}.dcm`,
      tinyDicom({ patient: `C${n}`, study, instance: `${study}.1.1`, hasWindow: true }),
    ] as const;
  });
  const { folder, library } = await libraryOf([...madeMammograms(mammograms, 'M'), ['run/1.dcm', run], ...others]);
  const { app, page, complaints, close } = await launch({ library });
  await openReading(page);

  await page.getByRole('button', { name: '2 × 2' }).click();
  await expect.poll(() => page.locator('[role="img"][data-seen="true"]').count()).toBe(4);
  // The right breast on the left, CC above. Levels of 200 to 800 under a window of 0 to 1000: level / 1000 of 255.
  const grey = async (n: number) => await greyAt(page, n, await placeOnPage(page, n, 32, 1, 16, 16));
  for (const [n, level] of [200, 400, 600, 800].entries()) {
    await expect.poll(async () => Math.abs((await grey(n)) - (255 * level) / 1000)).toBeLessThanOrEqual(1);
  }
  // 20 columns of 0.1 mm, at the detector.
  await page.keyboard.press('d');
  await draw(page, await placeOnPage(page, 0, 32, 1, 6, 16), await placeOnPage(page, 0, 32, 1, 26, 16));
  const atDetector = await measuredText(page);
  expect(atDetector.text).toContain(' mm at the detector; smaller in the patient');
  expect(Math.abs(atDetector.value - 2)).toBeLessThanOrEqual(0.1);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '1 × 1' }).click();

  // A run of five frames, 40 ms each; it has no spacing.
  await page.keyboard.press('Control+ArrowDown');
  await page.getByRole('img', { name: 'image 1 of 5' }).waitFor();
  await pictureSeen(page);
  await page.keyboard.press('d');
  await draw(page, await placeOnPage(page, 0, 8, 1, 1, 2), await placeOnPage(page, 0, 8, 1, 4, 6));
  const inPixels = await measuredText(page);
  expect(inPixels.text).toMatch(/^\d+\.\d px$/);
  expect(Math.abs(inPixels.value - 5)).toBeLessThanOrEqual(0.1);
  await page.keyboard.press('Delete');
  await page.keyboard.press('Escape');
  // A quarter of a pixel right of the edge between black and white: white by pixels, three quarters of it drawn bilinearly.
  const edge = await placeOnPage(page, 0, 8, 1, 4.25, 2.5);
  await expect.poll(() => greyAt(page, 0, edge)).toBe(255);
  await page.keyboard.press('s');
  await expect.poll(async () => Math.abs((await greyAt(page, 0, edge)) - 0.75 * 255)).toBeLessThanOrEqual(5);
  await page.keyboard.press('s');
  await expect.poll(() => greyAt(page, 0, edge)).toBe(255);
  await page.getByRole('button', { name: 'How enlarged pixels are drawn: nearest' }).waitFor();

  await page.keyboard.press('c');
  expect(await page.getByTestId('playing').textContent()).toContain('25.0 / s');
  for (const n of [3, 1]) await page.getByRole('img', { name: `image ${n} of 5` }).waitFor();
  await page.getByRole('spinbutton', { name: 'Images per second' }).fill('5');
  await page.getByRole('spinbutton', { name: 'Images per second' }).press('Enter');
  await page.getByTestId('playing').filter({ hasText: '5.0 / s' }).waitFor();
  await page.getByRole('group', { name: 'Read and label' }).focus();
  await page.keyboard.press('c');
  await expect.poll(() => page.getByTestId('playing').count()).toBe(0);

  // The last case, left and opened again: it stands in view of the list, whatever came above the list meanwhile.
  const list = page.locator('.list');
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.getByRole('region', { name: 'To label' }).getByRole('button').last().click();
  await pictureSeen(page);
  await page.keyboard.press('c');
  await page.getByTestId('hint').filter({ hasText: 'This series has one image' }).waitFor();
  await show(page, 'Library');
  await openReading(page);
  const row = page.locator('[data-target][aria-current="true"]');
  await row.waitFor();
  const inView = async () => {
    const [inner, outer] = await Promise.all([row.boundingBox(), list.boundingBox()]);
    if (inner === null || outer === null) return false;
    return inner.y >= outer.y - 1 && inner.y + inner.height <= outer.y + outer.height + 1;
  };
  await expect.poll(inView).toBe(true);
  // Also when the list becomes lower around it.
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 620));
  await expect.poll(() => page.evaluate(() => innerHeight)).toBeLessThan(800);
  await expect.poll(inView).toBe(true);
  await close();
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
