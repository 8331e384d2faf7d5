/** The screen "Classify" as its tests use it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { answerOpenDialog, answerSaveDialog } from './dialogs.ts';
import type { Opened } from './launch.ts';

/** Chooses a folder and a model, classifies, and waits for the results. */
export async function classifyFolder(
  { app, page }: Opened,
  { folder, model }: { readonly folder: string; readonly model: string },
): Promise<void> {
  const main = page.getByRole('main');
  await answerOpenDialog(app, [folder]);
  await main.getByLabel('Model').selectOption(model);
  await main.getByRole('button', { name: 'Classify studies …', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Classify studies' });
  await dialog.getByRole('button', { name: 'Folder …', exact: true }).click();
  await dialog.getByText(basename(folder), { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Classify', exact: true }).click();
  await main.getByRole('heading', { name: `Results of ${model}` }).waitFor({ timeout: 120_000 });
}

/** Saves the results that are shown and gives the rows of the file on the disk. */
export async function saveCsv({ app, page }: Opened, path: string): Promise<Record<string, string>[]> {
  await answerSaveDialog(app, path);
  await page.getByRole('main').getByRole('button', { name: 'CSV …' }).click();
  await page.getByText(`Saved: ${basename(path)}`).waitFor();
  return parse(readFileSync(path), { columns: true, bom: true }) as Record<string, string>[];
}
