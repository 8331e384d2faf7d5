/** Every screen with something on it, in each language, at 1024 by 768: no text is cut, nothing scrolls sideways; and in both themes no violation of A and AA. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { callFrom, runJob } from './support/calls.ts';
import { cut } from './support/fitting.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { settling } from './support/settled.ts';

test.each(['en', 'de'] as const)(
  'in %s and both themes every screen fits 1024 by 768 and is as accessible as A and AA ask',
  async (language) => {
    const { folder, library, studies } = await prepareLibrary({ models: ['m', 'a model with quite a long name'] });
    const { app, page, complaints, close } = await launch({ library, width: 1024, height: 768 });
    const settle = await settling({ app, page });
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
        await settle();
        wrong.push(...(await cut(page)).map((text) => `${where}: ${text}`));
        for (const theme of ['light', 'dark'] as const) {
          await callFrom(page, 'window.saveSettings', { theme });
          await page.locator(`html[data-theme=${theme}]`).waitFor();
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
