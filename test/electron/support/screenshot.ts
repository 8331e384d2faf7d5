/** Pictures for the documentation, taken only when SIDELIGHT_SCREENSHOTS is set: they change with every font. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { repositoryRoot } from '../../support/shared.ts';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
] as const;

/** `docs/images/<name>-1440.png` and `-1024.png` of what the window shows. */
export async function takeScreenshots(page: Page, name: string): Promise<void> {
  if (process.env['SIDELIGHT_SCREENSHOTS'] !== '1') return;
  const folder = join(repositoryRoot, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${name}-${size.width}.png`) });
  }
  await page.setViewportSize(sizes[0]);
}
