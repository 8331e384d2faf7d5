/** How a person gets about in the window. */
import type { Page } from 'playwright';

/** Presses a screen's name in the bar on the left. */
export async function show(page: Page, screen: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: screen, exact: true }).click();
}
