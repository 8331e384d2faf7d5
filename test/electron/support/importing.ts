/** The dialog "Import studies" and the report at its end, by clicks. */
import type { Page } from 'playwright';
import { answerOpenDialog } from './dialogs.ts';
import type { Opened } from './launch.ts';

/** Opens the dialog on the screen "Library" and fills it in. */
export async function fillImport(
  { app, page }: Opened,
  { folder, dataset }: { readonly folder: string; readonly dataset: string },
): Promise<void> {
  await answerOpenDialog(app, [folder]);
  await page.getByRole('button', { name: 'Import …' }).click();
  await page.getByRole('button', { name: 'Add folder …' }).click();
  await page.getByRole('combobox', { name: 'Into data set' }).fill(dataset);
}

export interface ImportCounts {
  readonly imported: number;
  readonly alreadyThere: number;
  readonly duplicate: number;
  readonly skipped: number;
  /** Files looked at. */
  readonly total: number;
}

/** Presses "Import" in the dialog, waits for the report, and gives what stands in it; the report stays open. */
export async function runImport(page: Page): Promise<ImportCounts> {
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const report = page.getByTestId('import-report');
  await report.waitFor({ timeout: 240_000 });
  const counts = (await report.locator('dd').allTextContents()).map((text) => Number(text.replaceAll(',', '')));
  const [imported = 0, alreadyThere = 0, duplicate = 0, skipped = 0] = counts;
  const total = Number(
    (await page.getByText(/files? looked at/).textContent())?.match(/^[\d,]+/)?.[0].replace(',', ''),
  );
  return { imported, alreadyThere, duplicate, skipped, total };
}
