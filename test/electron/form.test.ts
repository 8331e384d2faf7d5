/** Every screen with something on it, in each language, at 1024 by 768: no text is cut, nothing scrolls sideways; and in both themes no violation of A and AA. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { callFrom, runJob } from './support/calls.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';

/**
 * Elements whose text does not fit: hidden or shortened without a title that says it whole, or reaching out of the element; and what can be scrolled
 * sideways, which is right for a wide table with a name and a tab stop alone.
 */
async function cut(page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const found = [];
    const name = (element) => element.tagName.toLowerCase() + '.' + [...element.classList].filter((c) => !c.startsWith('svelte-')).join('.');
    for (const element of document.body.querySelectorAll('*')) {
      if (element.closest('svg, option, .visually-hidden, [aria-hidden=true]') || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const beyond = element.scrollWidth - element.clientWidth;
      if (beyond <= 1 || element.clientWidth === 0) continue;
      const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
      const isTable = element.tabIndex === 0 && element.hasAttribute('aria-label') | element.hasAttribute('aria-labelledby');
      if (scrolls) {
        if (!isTable) found.push(name(element) + ' scrolls sideways by ' + beyond);
        continue;
      }
      const hasOwnText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
      const isHidden = style.overflowX !== 'visible';
      if (!hasOwnText && !(isHidden && ['BUTTON', 'SELECT', 'INPUT'].includes(element.tagName))) continue;
      if (isHidden && element.closest('[title]')) continue;
      found.push(name(element) + ': ' + element.textContent.trim().replace(/\\s+/g, ' ').slice(0, 80));
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  })()`);
}

test.each(['en', 'de'] as const)(
  'in %s and both themes every screen fits 1024 by 768 and is as accessible as A and AA ask',
  async (language) => {
    const { folder, library, studies } = await prepareLibrary({ models: ['m', 'a model with quite a long name'] });
    const { page, complaints, close } = await launch({ library, width: 1024, height: 768 });
    await runJob(page, { kind: 'evaluate', options: { model: 'm', split: 'test' } });
    await callFrom(page, 'classify.start', { model: 'm', paths: [join(studies, 'p0')], studyIds: [], addTo: null });
    const wrong: string[] = [];
    const navigation = page.locator('nav').first().getByRole('button');
    await callFrom(page, 'window.saveSettings', { language, theme: 'dark' });
    const count = await navigation.count();
    for (let i = 0; i < count; i++) {
      await navigation.nth(i).click();
      const screen = `${language} ${(await navigation.nth(i).textContent())?.trim()}`;
      const look = async (where: string): Promise<void> => {
        await page.waitForTimeout(400);
        wrong.push(...(await cut(page)).map((text) => `${where}: ${text}`));
        for (const theme of ['light', 'dark'] as const) {
          await callFrom(page, 'window.saveSettings', { theme });
          wrong.push(...(await violations(page)).map((text) => `${where}, ${theme}: ${text}`));
        }
      };
      await look(screen);
      for (const tab of await page.getByRole('main').getByRole('tab').all()) {
        if (await tab.isDisabled()) continue;
        await tab.click();
        await look(`${screen}, ${(await tab.textContent())?.trim()}`);
      }
      const views = page.getByRole('main').locator('.views button[aria-pressed=false]');
      if ((await views.count()) > 0) {
        await views.first().click();
        await page.locator('main nav button', { hasText: 'discs' }).click();
        await look(`${screen}, second view`);
      }
    }
    await close();
    rmSync(folder, { recursive: true, force: true });
    expect(wrong).toEqual([]);
    expect(complaints).toEqual([]);
  },
);
