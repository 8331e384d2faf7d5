/** The screen "Read and label" as its tests use it. */
import type { Page } from 'playwright';
import { show } from './screens.ts';

/** Opens the screen and waits for its first picture. */
export async function openReading(page: Page): Promise<void> {
  await show(page, 'Read and label');
  await page.getByRole('img', { name: /Viewport 1, image 1/ }).waitFor();
}

/** Once the panel says `text` of the progress, and that it is on the disk. */
export async function labelled(page: Page, text: string): Promise<void> {
  await page.getByTestId('progress').filter({ hasText: text }).waitFor();
  await page.getByText('saved', { exact: true }).waitFor();
}
