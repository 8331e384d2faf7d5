/** Every screen in German: no English is left over, nothing is cut off in the smallest window. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { progressStages } from '../../core/base/progress.ts';
import { madeCt } from '../support/made-readings.ts';
import { put } from '../support/studies.ts';
import { callFrom, runJob, waitForJob } from './support/calls.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { settling } from './support/settled.ts';
import { wordsOf } from './support/words.ts';

function texts(table: object): string[] {
  return Object.values(table).flatMap((value) =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? texts(value) : [],
  );
}

/** Texts on the page that are not marked as English, with labels and hints. */
async function shown(page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest('[lang=en], script, style, option')) continue;
      found.push(node.textContent.trim());
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      for (const name of ['aria-label', 'placeholder', 'title']) found.push(element.getAttribute(name) ?? '');
    }
    return found.filter((text) => text !== '');
  })()`);
}

/** Buttons and tabs whose text does not fit. */
async function cutOff(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll('button, [role=tab], nav button')]
    .filter((element) => element.offsetParent !== null && element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.textContent.trim())`);
}

test('in German no screen shows an English text or cuts one off at 1024 by 768', async () => {
  const { folder, library } = await prepareLibrary({ models: ['m'] });
  const { app, page, complaints, close } = await launch({ library, width: 1024, height: 768 });
  const settle = await settling({ app, page });
  const [en, de] = [await wordsOf('en'), await wordsOf('de')];
  const german = new Set(texts(de));
  const english = new Set(texts(en).filter((text) => !german.has(text)));
  await page.getByRole('navigation').getByRole('button').last().click();
  await page.getByRole('combobox').first().selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();

  const left: string[] = [];
  const cut: string[] = [];
  const look = async (where: string): Promise<void> => {
    await settle();
    left.push(...(await shown(page)).filter((text) => english.has(text)).map((text) => `${where}: ${text}`));
    cut.push(...(await cutOff(page)).map((text) => `${where}: ${text}`));
  };
  const names = await page.getByRole('navigation').getByRole('button').allTextContents();
  expect(names.length).toBeGreaterThan(7);
  for (const name of names) {
    await page.getByRole('navigation').getByRole('button', { name }).click();
    await look(name);
    for (const tab of await page.getByRole('main').getByRole('tab').all()) {
      if (await tab.isDisabled()) continue;
      await tab.click();
      await look(`${name}, ${await tab.textContent()}`);
    }
  }
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(left).toEqual([]);
  expect(cut).toEqual([]);
  expect(complaints).toEqual([]);
});

/** Days as they are shown, and things said in several of which there is one. */
async function daysAndOnes(page: Page): Promise<{ readonly days: string[]; readonly ones: string[] }> {
  const text = (await page.evaluate('document.body.innerText')) as string;
  const day =
    /\b\d{1,2}\.\s?(?:\d{1,2}\.|(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-zä]*\.?)\s?\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d{6}\b/g;
  const one =
    /(?<![\d.,–-]\s?)\b1 (?:Studien|Bildern?|Dateien|Patienten|Fällen?|Klassen|Modelle|Labels|Serien|Epochen|Trainings|Anfragen|Versionen)\b|\S+\((?:en|e|n|s)\)/g;
  return { days: text.match(day) ?? [], ones: text.match(one) ?? [] };
}

test('in German every day is written in one form, and of one thing no screen says several', async () => {
  const { folder, library } = await prepareLibrary();
  put(
    folder,
    'one.dcm',
    madeCt('1.2.99.1', 'ONE', { studyDate: '20240131', patientBirthDate: '19610203' })[0]?.[1] ?? '',
  );
  const { app, page, complaints, close } = await launch({ library, width: 1024, height: 768 });
  const settle = await settling({ app, page });
  const training = { lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4 };
  await runJob(page, { kind: 'train', options: { ...training, dataset: 'discs', name: 'm' } });
  await runJob(page, { kind: 'evaluate', options: { model: 'm', split: 'test' } });
  await runJob(page, { kind: 'import', options: { paths: [join(folder, 'one.dcm')], dataset: 'eins' } });
  await callFrom(page, 'classify.start', { model: 'm', paths: [join(folder, 'one.dcm')], studyIds: [], addTo: null });
  await callFrom(page, 'window.saveSettings', { language: 'de' });
  const days: string[] = [];
  const ones: string[] = [];
  const look = async (where: string): Promise<void> => {
    await settle();
    const found = await daysAndOnes(page);
    days.push(...found.days.map((day) => `${where}: ${day}`));
    ones.push(...found.ones.map((one) => `${where}: ${one}`));
  };
  const main = page.getByRole('main');
  const navigation = page.locator('nav').first().getByRole('button');
  await page.getByTestId('import-report').waitFor();
  await page.getByText('Bibliothek', { exact: true }).first().waitFor();
  await look('import report');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  for (const name of await navigation.allTextContents()) {
    await navigation.getByText(name.trim(), { exact: true }).click();
    await look(name.trim());
    for (const tab of await main.getByRole('tab').all()) {
      if (await tab.isDisabled()) continue;
      await tab.click();
      await look(`${name.trim()}, ${(await tab.textContent())?.trim()}`);
    }
  }
  // The study in full, and the data set of one study.
  await page.getByRole('button', { name: 'Bibliothek', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'ONE' }).first().click();
  await look('study');
  expect(days.filter((day) => day.startsWith('study')).length).toBeGreaterThan(1);
  await main.getByRole('button', { name: 'Datensätze', exact: true }).click();
  for (const name of ['eins', 'discs']) {
    await page.locator('main nav button', { hasText: name }).click();
    await look(name);
  }
  await close();
  rmSync(folder, { recursive: true, force: true });
  expect(days.length).toBeGreaterThan(5);
  expect(days.filter((day) => !/: \d{2}\.\d{2}\.\d{4}$/.test(day))).toEqual([]);
  expect(ones).toEqual([]);
  expect(complaints).toEqual([]);
});

/** From now on notes every line of the tray about a running or failed job, however short it is there. */
async function watchTray(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.trayLines = [];
    const look = () => {
      for (const line of document.querySelectorAll('.tray li')) {
        const parts = [...line.querySelectorAll('strong, .state, p')].map((part) => {
          const copy = part.cloneNode(true);
          for (const english of copy.querySelectorAll('[lang=en]')) english.remove();
          return copy.textContent.replace(/\\s+/g, ' ').trim();
        });
        window.trayLines.push(...parts);
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  })()`);
}

test('in German the tray says in German what an import, an encoding, a training and a failure are at', async () => {
  const { folder, library, studies } = await prepareLibrary();
  const { page, complaints, close } = await launch({ library });
  const de = (await wordsOf('de')) as { core: { stages: Record<string, string>; units: Record<string, string> } };
  await page.getByRole('navigation').getByRole('button').last().click();
  await page.getByRole('combobox').first().selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  await page.locator('.tray-button').click();
  await page.locator('.tray').waitFor();
  await watchTray(page);

  const stages = new Set<string>();
  await page.exposeFunction('noteStage', (stage: string) => stages.add(stage));
  await page.evaluate(
    `window.sidelight.on('jobs.changed', ({ stage }) => { if (stage !== null) window.noteStage(stage); })`,
  );
  await runJob(page, { kind: 'import', options: { paths: [studies], dataset: 'again', copy: true } });
  await runJob(page, { kind: 'encode', options: { dataset: 'discs', lpm: 'tiny', inputSize: 224 } });
  await runJob(page, {
    kind: 'train',
    options: { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, name: 'm' },
  });
  const { id } = await callFrom(page, 'jobs.start', {
    kind: 'import',
    options: { paths: [join(folder, 'gone')], dataset: 'again' },
  });
  expect((await waitForJob(page, id)).error?.code).toBe('FILE_NOT_FOUND');
  await page.getByText('Eine Datei oder ein Ordner ist nicht da.').waitFor();
  const lines = [...new Set((await page.evaluate('window.trayLines')) as string[])];
  await close();
  rmSync(folder, { recursive: true, force: true });

  expect([...stages]).toEqual(expect.arrayContaining(['importing', 'encoding', 'training']));
  for (const stage of ['importing', 'encoding', 'training']) {
    expect(lines.some((line) => line.startsWith(`${de.core.stages[stage]}: `))).toBe(true);
  }
  // "Training" is the German word for the job too, but not for what it is at.
  const english = [
    ...Object.values(progressStages).map((stage) => `${stage}: `),
    ' images',
    ' files',
    ' steps',
    'Check the path',
  ];
  expect(lines.filter((line) => english.some((text) => line.includes(text)))).toEqual([]);
  expect(complaints).toEqual([]);
});
