/** Going through the window as a person does, by clicks and keys alone, with a picture and a sentence for every step. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

/** Chooses an option of a list, which begins so: its letters lead to it. */
export async function chooseByKeys(list: Locator, option: string): Promise<void> {
  await list.pressSequentially(option);
  await expect
    .poll(() => list.evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.text.split(' · ')[0]))
    .toBe(option);
}

/** Puts the cursor into a field, empties it and types. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await field.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

export interface Walk {
  /** Notes a step by its name; where SIDELIGHT_SCREENSHOTS is 1, `docs/window/<walk>/<n>-<name>.png` is taken of it. */
  step(name: string): Promise<void>;
  /** Compares the steps with the pictures of `docs/window/<walk>.md` and their files, and prints how long it took. */
  end(): void;
}

/** Begins a walk, which has a page of its own. */
export function beginWalk(page: Page, walk: string): Walk {
  const folder = join(repositoryRoot, 'docs', 'window', walk);
  const began = performance.now();
  const steps: string[] = [];
  return {
    step: async (name) => {
      const file = `${steps.length + 1}-${name}.png`;
      steps.push(file);
      if (process.env['SIDELIGHT_SCREENSHOTS'] !== '1') return;
      mkdirSync(folder, { recursive: true });
      // With the small pictures that are in view, and without what is still moving.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('[data-instance]')].every((box) => {
          const { top, bottom } = box.getBoundingClientRect();
          return bottom < 0 || top > innerHeight || box.childElementCount > 0;
        }),
      );
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, file), animations: 'disabled' });
    },
    end: () => {
      console.log(`The ${walk}, ${steps.length} steps: ${((performance.now() - began) / 1000).toFixed(1)} s.`);
      const text = readFileSync(`${folder}.md`, 'utf8');
      const shown = [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = '']) => path);
      expect(shown).toEqual(steps.map((file) => `${walk}/${file}`));
      expect(steps.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    },
  };
}
