import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { openLibrary } from '../../core/store/index.ts';
import { addManyStudies } from '../support/many-studies.ts';
import { sharedPath } from '../support/shared.ts';
import { seriousViolations } from './support/axe.ts';
import { fillImport, runImport } from './support/importing.ts';
import { launch, temporaryFolder } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { show } from './support/screens.ts';
import { settling } from './support/settled.ts';

const realFiles = sharedPath('dicom');

const active = (page: Page) => page.getByRole('grid').getAttribute('aria-activedescendant');

describe('a library of 100,000 studies', () => {
  test('opens, scrolls, filters and is walked by keyboard, with a screenful of rows in the page', async () => {
    const folder = temporaryFolder('many');
    const many = openLibrary(folder, { mode: 'write' });
    addManyStudies(many, 100_000);
    many.close();
    const { page, complaints, close } = await launch({ library: folder });
    const matching = page.getByTestId('matching');
    await page.getByText('100,000 of 100,000 studies').waitFor();
    await page
      .getByRole('row', { name: /Chest PA|Mammography|CT thorax|MR knee|Hand/ })
      .first()
      .waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('100001');
    expect(await page.getByRole('row').count()).toBeLessThan(80);

    const frames = await scrollThrough(page);
    console.log(`scroll of 100,000 studies: ${JSON.stringify(frames)}`);
    expect(frames.rows).toBeLessThan(80);

    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('Home');
    expect(await active(page)).toMatch(/-0$/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await active(page)).toMatch(/-1$/);
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 studies selected').waitFor();
    await page.keyboard.press('End');
    expect(await active(page)).toMatch(/-99999$/);
    await page.keyboard.press('Space');
    await page.getByText('3 studies selected').waitFor();
    await page.keyboard.press('Control+a');
    await page.getByText('100,000 studies selected').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('PageUp');

    const asked = performance.now();
    await page.getByRole('searchbox', { name: 'Filter: Patient' }).fill('muller chi');
    await page.getByText(/^1,2\d\d of 100,000 studies$|^[\d,]+ of 100,000 studies$/).waitFor();
    await expect.poll(async () => await matching.textContent()).not.toBe('100,000 of 100,000 studies');
    console.log(`filter by name: ${Math.round(performance.now() - asked)} ms with the pause of typing`);
    await page.getByRole('gridcell', { name: 'Müller, Chiara' }).first().waitFor();
    await page.getByRole('combobox', { name: 'Filter: Modality' }).selectOption('MG');
    await expect
      .poll(async () => (await page.getByRole('gridcell', { name: 'MG', exact: true }).count()) > 5)
      .toBe(true);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText('100,000 of 100,000 studies').waitFor();
    await page.getByRole('button', { name: /^Accession/ }).click();
    await page.getByRole('gridcell', { name: 'A1000000' }).waitFor();
    await page.getByRole('combobox', { name: 'Data set' }).selectOption('reads');
    await page.getByText('33,334 of 100,000 studies').waitFor();

    expect(await seriousViolations(page)).toEqual([]);
    await grid.focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => await page.getByRole('button', { name: 'Read and label' }).getAttribute('aria-current'))
      .toBe('page');
    await close();
    rmSync(folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });
});

/**
 * Wheels through the list for three seconds, eight rows a frame. Frame times by the clock say as much about the machine's other work as about ours, so
 * the time that the page's main thread worked for a frame is printed beside them.
 */
async function scrollThrough(page: Page): Promise<{ median: number; p95: number; workPerFrame: number; rows: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const before = await worked();
  const { times, rows } = await page.evaluate(async () => {
    const grid = document.querySelector('[role="grid"]') as HTMLElement;
    const times: number[] = [];
    let rows = 0;
    let last = performance.now();
    const end = last + 3000;
    while (last < end) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      times.push(now - last);
      last = now;
      grid.scrollTop += 240;
      rows = Math.max(rows, document.querySelectorAll('[role="row"]').length);
    }
    return { times: times.sort((a, b) => a - b), rows };
  });
  const work = (await worked()) - before;
  await session.detach();
  const at = (share: number): number => Math.round(10 * (times[Math.floor(share * (times.length - 1))] ?? 0)) / 10;
  return { median: at(0.5), p95: at(0.95), workPerFrame: Math.round((10 * work) / times.length) / 10, rows };
}

describe('import', () => {
  test.skipIf(!existsSync(realFiles))(
    'of the real files ends with a report in which every file is accounted for (needs shared/dicom)',
    async () => {
      const opened = await launch();
      const { page, complaints, close } = opened;
      const settle = await settling(opened);
      await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
      await show(page, 'Library');
      await page.getByText('No studies yet').waitFor();
      await fillImport(opened, { folder: realFiles, dataset: 'real' });
      expect(await seriousViolations(page)).toEqual([]);
      const { imported, alreadyThere, duplicate, skipped, total } = await runImport(page);
      expect(imported + alreadyThere + duplicate + skipped).toBe(total);
      expect(imported).toBeGreaterThan(100);
      await page.getByText('Left out or worth a look, and why').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('row').nth(6).click();
      await page.getByRole('complementary', { name: 'Study' }).locator('img').first().waitFor();
      await settle();
      expect(await seriousViolations(page)).toEqual([]);
      await close();
      expect(complaints).toEqual([]);
    },
  );

  test('what is dropped on the screen stands in the dialog of the import', async () => {
    const prepared = await prepareLibrary({ patients: 6 });
    const { page, complaints, close } = await launch();
    await page.getByRole('heading', { name: 'Welcome to Sidelight' }).waitFor();
    await page.evaluate(() => localStorage.setItem('sidelight.acknowledged', 'yes'));
    await show(page, 'Library');
    await drop(page, join(prepared.studies, 'labels.csv'));
    await page.getByRole('dialog', { name: 'Import studies' }).waitFor();
    await page.getByText('labels.csv').waitFor();
    await page.keyboard.press('Escape');
    await close();
    rmSync(prepared.folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });
});

/** Drops a file on the screen as the system would: through a file input, whose files carry their paths. */
async function drop(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'dropped';
    input.hidden = true;
    document.body.append(input);
  });
  await page.locator('#dropped').setInputFiles(path);
  await page.evaluate(() => {
    const input = document.querySelector('#dropped') as HTMLInputElement;
    const data = new DataTransfer();
    for (const file of input.files ?? []) data.items.add(file);
    input.remove();
    document
      .querySelector('main > *')
      ?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
  });
}

describe('data sets', () => {
  test('are made from a selection, renamed, given classes in order, and lose studies again', async () => {
    const prepared = await prepareLibrary({ patients: 8 });
    const { page, complaints, close } = await launch({ library: prepared.library });
    await page.getByText(/of 8 studies|of 16 studies/).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('button', { name: 'Add to a data set …' }).click();
    await page.getByRole('combobox', { name: 'Data set' }).last().fill('pilot');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(/added to “pilot”/).waitFor();
    await page.getByRole('button', { name: 'Data sets' }).click();
    await page.getByRole('navigation', { name: 'Data sets' }).getByRole('button', { name: /pilot/ }).click();
    await page.getByRole('heading', { name: 'pilot' }).waitFor();
    for (const name of ['normal', 'disc']) {
      await page.getByRole('textbox', { name: 'New class' }).fill(name);
      await page.getByRole('button', { name: 'Add class' }).click();
    }
    await page.getByRole('button', { name: 'Move disc up' }).click();
    await page.getByRole('button', { name: 'Save classes' }).click();
    await page.getByText('Classes saved.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Name of class 1' }).inputValue()).toBe('disc');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pilot 2');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { name: 'pilot 2' }).waitFor();
    await page.getByRole('navigation', { name: 'Data sets' }).getByRole('button', { name: /discs/ }).click();
    await page.getByRole('heading', { name: 'discs' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page
      .getByRole('navigation', { name: 'Data sets' })
      .getByRole('button', { name: /pilot 2/ })
      .click();
    await page.getByRole('button', { name: 'Show its studies' }).click();
    await page.getByText(/^2 of/).waitFor();
    await page.getByRole('button', { name: 'Take out of “pilot 2”' }).click();
    await page.getByText(/^1 of/).waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText(/^2 of/).waitFor();
    await close();
    rmSync(prepared.folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });
});

describe('the first run', () => {
  test('asks for the acknowledgement, makes the demo set, and leads on to labelling and training', async () => {
    const { page, complaints, close, library } = await launch({ isConfirmed: false });
    const make = page.getByRole('button', { name: 'Make the demo set' });
    await make.waitFor();
    expect(await make.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: /research only/ }).check();
    expect(await make.isDisabled()).toBe(false);
    expect(await seriousViolations(page)).toEqual([]);
    // The button's own set takes a minute; a smaller one goes the same way.
    await page.evaluate(() =>
      window.sidelight.invoke('jobs.start', {
        kind: 'demo',
        options: { studies: 12, unlabelled: 3, unseen: 3, size: 128 },
      }),
    );
    await page.getByText('12 studies are in the library; without a label: 3.').waitFor({ timeout: 120_000 });
    expect(existsSync(join(library, 'demo', 'to-classify'))).toBe(true);
    expect(existsSync(join(library, 'demo', 'making'))).toBe(false);
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'See the studies' }).click();
    await page.getByText('12 of 12 studies').waitFor();
    await page
      .getByRole('gridcell', { name: /Synthetic, Patient|Synthetic/ })
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Labels' }).selectOption('unlabelled');
    await page.getByText('3 of 12 studies').waitFor();
    await close();
    expect(complaints).toEqual([]);
  });
});
