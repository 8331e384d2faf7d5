/**
 * Every dialog at 1024 by 768, in each language and both themes: nothing is cut or scrolls sideways, its buttons are within reach, no violation of
 * A and AA. The dialogs are found in the page's sources: one that is not opened here fails the test.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';
import { violations } from './support/axe.ts';
import { callFrom, runJob, waitForJob } from './support/calls.ts';
import { answerOpenDialog } from './support/dialogs.ts';
import { cut, outOfReach } from './support/fitting.ts';
import { launch, type Opened } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { pictureSeen } from './support/reading.ts';
import { settling } from './support/settled.ts';
import { type Say, sayIn } from './support/words.ts';

interface Walker extends Pick<Opened, 'app' | 'page'> {
  readonly say: Say;
  /** A labels file that gives patients, and a few rows that say nothing. */
  readonly labels: string;
}

/** Shows a screen by its name in the language, and presses a button on it. */
async function go({ page, say }: Walker, screen: string): Promise<void> {
  // What was taken in is told once, by itself.
  if (await page.getByTestId('import-report').isVisible()) await page.keyboard.press('Escape');
  await page
    .locator('nav')
    .first()
    .getByRole('button', { name: say(`shell.screens.${screen}`), exact: true })
    .click();
}
const press = async ({ page, say }: Walker, ...word: readonly [string, ...unknown[]]): Promise<void> =>
  await page
    .getByRole('main')
    .getByRole('button', { name: say(...word), exact: true })
    .first()
    .click();

async function library(walker: Walker, view: 'studies' | 'datasets'): Promise<void> {
  await go(walker, 'library');
  await press(walker, `library.${view}`);
  if (view === 'datasets') {
    await walker.page.locator('main nav button', { hasText: 'discs' }).first().click();
    await walker.page.getByRole('heading', { name: 'discs', exact: true }).waitFor();
  } else await walker.page.getByRole('grid').getByRole('row').nth(2).waitFor();
}

async function judge(walker: Walker): Promise<void> {
  await go(walker, 'judge');
  await walker.page.getByLabel(walker.say('judge.model')).first().waitFor();
}

/** A dialog that is open, or what opens above the line of jobs. */
const shown = '[role=dialog], .tray';

/** By the file that holds the dialog, how it is opened. */
const dialogs: Readonly<Record<string, (walker: Walker) => Promise<void>>> = {
  'help/HelpPages.svelte': async (walker) => {
    await go(walker, 'judge');
    await walker.page.keyboard.press('F1');
  },
  'screens/library/NameDialog.svelte': async (walker) => {
    await library(walker, 'studies');
    await press(walker, 'library.addTo');
  },
  'screens/library/ImportDialog.svelte': async (walker) => {
    await library(walker, 'studies');
    await press(walker, 'library.import');
  },
  'screens/library/EraseDialog.svelte': async (walker) => {
    await library(walker, 'studies');
    await walker.page.getByRole('grid').getByRole('row').nth(2).click();
    await press(walker, 'erasure.button');
    await walker.page.getByTestId('stays').waitFor();
  },
  'screens/library/LabelsPreview.svelte': async (walker) => {
    const { app, page, say, labels } = walker;
    await library(walker, 'studies');
    await answerOpenDialog(app, [labels]);
    await press(walker, 'labels.button');
    await page.getByRole('combobox', { name: say('library.importDataset') }).fill('discs');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: say('labels.check') })
      .click();
    await page.getByTestId('labels-preview').waitFor();
    await page.getByTestId('labels-changes').waitFor();
  },
  'screens/library/ImportReport.svelte': async (walker) => {
    await library(walker, 'studies');
    await press(walker, 'library.showReport');
  },
  'screens/library/TakeBack.svelte': async (walker) => {
    await library(walker, 'studies');
    await walker.page.getByRole('grid').getByRole('row').nth(2).click();
    await press(walker, 'library.takeBack');
  },
  'screens/library/NewDataset.svelte': async (walker) => {
    await library(walker, 'datasets');
    await press(walker, 'library.newDataset');
  },
  'screens/library/ExportDialog.svelte': async (walker) => {
    await library(walker, 'datasets');
    await press(walker, 'library.export');
  },
  'screens/library/DeleteDataset.svelte': async (walker) => {
    await library(walker, 'datasets');
    await press(walker, 'round.edit.deleteDataset');
  },
  'screens/library/MergeClasses.svelte': async (walker) => {
    await library(walker, 'datasets');
    await press(walker, 'round.edit.merge');
  },
  'screens/read/KeysDialog.svelte': async (walker) => {
    await go(walker, 'read');
    await pictureSeen(walker.page);
    await press(walker, 'read.keysButton');
  },
  'screens/read/HelpDialog.svelte': async (walker) => {
    await go(walker, 'read');
    await pictureSeen(walker.page);
    await walker.page.keyboard.press('?');
  },
  'screens/train/TrainOn.svelte': async (walker) => {
    await go(walker, 'train');
    await walker.page.locator('main button', { hasText: 'one more' }).first().click();
    await press(walker, 'round.on.button');
  },
  'screens/judge/ModelEdit.svelte': async (walker) => {
    await judge(walker);
    await press(walker, 'round.edit.open');
  },
  'screens/judge/InUse.svelte': async (walker) => {
    await judge(walker);
    await press(walker, 'promotion.put');
  },
  'screens/judge/ThresholdPanel.svelte': async (walker) => {
    const { page, say } = walker;
    await judge(walker);
    await page.getByLabel(say('judge.split')).first().selectOption('test');
    const slider = page.getByRole('slider').first();
    const evaluate = page.getByRole('main').getByRole('button', { name: say('judge.evaluate'), exact: true });
    await slider.or(evaluate).first().waitFor();
    if (await evaluate.isVisible()) await evaluate.click();
    await slider.focus({ timeout: 60_000 });
    await page.keyboard.press('PageUp');
    await page.keyboard.press('ArrowLeft');
    await press(walker, 'judge.saveThreshold');
  },
  'screens/classify/Classify.svelte': async (walker) => {
    await go(walker, 'classify');
    await press(walker, 'classify.choose');
  },
  'screens/classify/Results.svelte': async (walker) => {
    await go(walker, 'classify');
    await press(walker, 'classify.deleteResults');
  },
  'screens/settings/LibraryPart.svelte': async (walker) => {
    const { page, say } = walker;
    await go(walker, 'settings');
    await page.getByRole('tab', { name: say('settings.sections.library') }).click();
    await press(walker, 'settings.backUp');
    await page.getByRole('main').getByText(say('settings.restore'), { exact: true }).first().click();
  },
  'app/JobTray.svelte': async ({ page }) => {
    await page.locator('.tray-button').click();
  },
};

test('every dialog that the page has is opened here', () => {
  const own = /<Modal\b|\b(?:Dialog|AlertDialog|Drawer|Popover)\.Content\b|<dialog\b|role="(?:alert)?dialog"/;
  const found = globSync('**/*.svelte', { cwd: join(repositoryRoot, 'renderer') })
    .filter((file) => own.test(readFileSync(join(repositoryRoot, 'renderer', file), 'utf8')))
    .map((file) => file.replaceAll('\\', '/'));
  expect(found.filter((file) => file !== 'components/Modal.svelte').sort()).toEqual(Object.keys(dialogs).sort());
});

test.each(['en', 'de'] as const)(
  'in %s and both themes every dialog fits 1024 by 768, with its buttons in reach, and is as accessible as A and AA ask',
  async (language) => {
    const { folder, library: path, studies } = await prepareLibrary({ models: ['m'] });
    const labels = join(folder, 'patients.csv');
    const rows = Array.from({ length: 16 }, (_, n) => {
      const p = n >> 1;
      return `studies/p${p}/s${n % 2}/image.dcm,${p % 2 ? 'disc' : 'normal'},given-${p}`;
    });
    writeFileSync(labels, ['path,label,patientID', ...rows, 'studies/gone.dcm,normal,given-9', ''].join('\n'));
    const opened = await launch({ library: path, width: 1024, height: 768 });
    const { app, page, complaints, close } = opened;
    const walker: Walker = { app, page, labels, say: await sayIn(language) };
    const settle = await settling(opened);
    await page.evaluate(() => localStorage.setItem('sidelight.acknowledged', 'yes'));
    await runJob(page, { kind: 'import', options: { paths: [studies], dataset: 'discs', labels } });
    await runJob(page, { kind: 'evaluate', options: { model: 'm', split: 'test' } });
    const training = { method: 'side-only', inputSize: 224, epochs: 1, batch: 4, name: 'one more' } as const;
    await runJob(page, { kind: 'train', options: { dataset: 'discs', lpm: 'tiny', ...training } });
    const started = await callFrom(page, 'classify.start', {
      model: 'm',
      paths: [join(studies, 'p0')],
      studyIds: [],
      addTo: null,
    });
    await waitForJob(page, started.id);
    await page.getByTestId('import-report').waitFor();
    // One that does not open is told with the others.
    page.setDefaultTimeout(20_000);
    const wrong: string[] = [];
    const titles = new Set<string>();
    for (const [file, open] of Object.entries(dialogs)) {
      await callFrom(page, 'window.saveSettings', { language, theme: 'dark' });
      const dialog = page.locator(shown);
      try {
        await open(walker);
        await dialog.waitFor();
      } catch (error) {
        wrong.push(`${language} ${file} does not open: ${error}`);
        await page.keyboard.press('Escape');
        continue;
      }
      titles.add((await dialog.getByRole('heading').first().textContent()) ?? '');
      await settle();
      const found = [...(await cut(page, shown)), ...(await outOfReach(page, shown))];
      wrong.push(...found.map((text) => `${language} ${file}: ${text}`));
      for (const theme of ['light', 'dark'] as const) {
        await callFrom(page, 'window.saveSettings', { theme });
        wrong.push(...(await violations(page)).map((text) => `${language} ${file}, ${theme}: ${text}`));
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await close();
    rmSync(folder, { recursive: true, force: true });
    expect(wrong).toEqual([]);
    // Each opened its own.
    expect(titles.size).toBe(Object.keys(dialogs).length);
    expect(complaints).toEqual([]);
  },
  600_000,
);
