/** The screen "Read and label" as its tests use it. */
import type { Page } from 'playwright';
import { show } from './screens.ts';

/** Makes a data set of all studies of the library, which has so many; its findings, or what is measured, stand as `names` in the dialog's `field`. */
export async function makeDataset(
  page: Page,
  {
    studies,
    name,
    asks,
    field,
    names,
  }: Readonly<Record<'name' | 'names', string>> & {
    readonly studies: number;
    readonly asks: 'finding' | 'quantity';
    readonly field: string | RegExp;
  },
): Promise<void> {
  await page.getByText(new RegExp(`of ${studies} studies`)).waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Data sets' }).click();
  await page.getByRole('button', { name: 'New data set …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Data set' }).fill(name);
  await dialog.getByLabel('What is asked of an image').selectOption(asks);
  await dialog.getByRole('textbox', { name: field }).fill(names);
  await dialog.getByRole('button', { name: 'Create' }).click();
}

/** Opens the screen and waits for its first picture. */
export async function openReading(page: Page): Promise<void> {
  await show(page, 'Read and label');
  await page.getByRole('img', { name: /Viewport 1, image 1/ }).waitFor();
  await pictureSeen(page);
}

/** Once the picture of the item in view stands on the screen: only then can it be labelled. */
export async function pictureSeen(page: Page): Promise<void> {
  await page.locator('[role="img"][data-seen="true"]').first().waitFor();
}

/** Adds a class by its field, and leaves the field for the images. */
export async function addClass(page: Page, name: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'New class' });
  await field.fill(name);
  await field.press('Enter');
  await page.getByRole('group', { name: 'Class' }).getByRole('button', { name, exact: false }).first().waitFor();
  await field.press('Escape');
}

/** Adds a reader, who reads from then on, and leaves the field for the images. */
export async function addReader(page: Page, name: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'New reader' });
  await field.fill(name);
  await field.press('Enter');
  await field.press('Escape');
}

/** To the next item without a label, once its picture is there. */
export async function nextCase(page: Page): Promise<void> {
  await page.keyboard.press('Enter');
  await pictureSeen(page);
}

/** Once the panel says `text` of the progress, and that it is on the disk. */
export async function labelled(page: Page, text: string): Promise<void> {
  await page.getByTestId('progress').filter({ hasText: text }).waitFor();
  await page.getByText('saved', { exact: true }).waitFor();
}
