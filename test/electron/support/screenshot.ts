/** Pictures for the documentation, taken only when SIDELIGHT_SCREENSHOTS is set: they change with every font. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { repositoryRoot } from '../../support/shared.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
] as const;

/** `docs/images/<name>-1440.png` and `-1024.png` of what the window shows, without the notices at its edge; `inView` must be seen. */
export async function takeScreenshots(page: Page, name: string, inView?: Locator): Promise<void> {
  if (process.env['SIDELIGHT_SCREENSHOTS'] !== '1') return;
  const folder = join(repositoryRoot, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const notice = page.getByRole('button', { name: 'Dismiss' }).first();
  while (await notice.isVisible()) await notice.click();
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
    await inView?.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${name}-${size.width}.png`) });
  }
  await page.setViewportSize(sizes[0]);
}
