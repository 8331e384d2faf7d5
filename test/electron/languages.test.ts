/** Every screen in German: no English is left over, nothing is cut off in the smallest window. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../support/shared.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';

/** The page's words belong to a project with the types of a browser; taken as they come. */
async function words(language: 'en' | 'de'): Promise<Record<string, object>> {
  const file = join(repositoryRoot, 'renderer', 'i18n', language, 'index.ts');
  return ((await import(file)) as Record<string, Record<string, object>>)[language] ?? {};
}

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
  const { page, complaints, close } = await launch({ library, width: 1024, height: 768 });
  const [en, de] = [await words('en'), await words('de')];
  const german = new Set(texts(de));
  const english = new Set(texts(en).filter((text) => !german.has(text)));
  await page.getByRole('navigation').getByRole('button').last().click();
  await page.getByRole('combobox').first().selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();

  const left: string[] = [];
  const cut: string[] = [];
  const look = async (where: string): Promise<void> => {
    await page.waitForTimeout(600);
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
