import { expect, test } from 'vitest';
import { launch } from './support/launch.ts';

test('the window opens over an empty library, says so, and complains of nothing', async () => {
  const { page, complaints, close } = await launch();
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  expect(await page.getByText('Research use only. Not for diagnosis.').isVisible()).toBe(true);
  expect(await page.getByTestId('offline').textContent()).toBe('offline: 0 requests');
  await page.getByRole('button', { name: 'Jobs: 0' }).click();
  await page.getByText('Nothing runs.').waitFor();
  if (process.env['SCREENSHOT']) await page.screenshot({ path: process.env['SCREENSHOT'] });
  await close();
  expect(complaints).toEqual([]);
});
