/** "Enough labels?" in the real window: a time before it begins, a curve with a table, a plot and a sentence; kept in the library. */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newestCurve, openLibrary } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { callFrom } from './support/calls.ts';
import { launch } from './support/launch.ts';
import { prepareLibrary } from './support/library.ts';
import { openTrain } from './support/training.ts';

test('a learning curve is promised, drawn, kept and told in words', async () => {
  const { folder, library } = await prepareLibrary({ patients: 24 });
  const { page, complaints, close } = await launch({ library });
  await openTrain(page);
  const section = page.locator('details').filter({ hasText: 'Enough labels?' });
  await section.locator('summary').click();
  await section.getByTestId('curve-promise').filter({ hasText: 'on this machine' }).waitFor({ timeout: 240_000 });
  await section.getByRole('button', { name: 'Draw the learning curve' }).click();
  await section.getByText('The learning curve is being drawn.').waitFor();
  await section.getByRole('button', { name: 'Stop' }).click();
  await section.getByRole('button', { name: 'Draw the learning curve' }).waitFor();
  // A smaller one than the button's, so that the test ends soon.
  const options = { dataset: 'discs', lpm: 'tiny', method: 'linear', inputSize: 224, repeats: 3, folds: 3 } as const;
  await callFrom(page, 'curve.start', { options, promise: null });
  const told = section.getByText(/^(\d+ more patients: AUC \+\d\.\d\d to \+\d\.\d\d\.|No forecast: .+)$/).last();
  await told.waitFor({ timeout: 400_000 });
  expect(await section.getByRole('rowheader', { name: 'AUC · Mean' }).isVisible()).toBe(true);
  expect(await section.getByRole('img', { name: 'AUC · Mean' }).isVisible()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  const report = await callFrom(page, 'curve.report', { dataset: 'discs' });
  await close();
  expect(complaints).toEqual([]);

  const kept = openLibrary(library, { mode: 'read' });
  expect(newestCurve(kept.db, 'discs')).toEqual(report);
  kept.close();
  expect(report?.patients).toBe(report?.more);
  rmSync(folder, { recursive: true, force: true });
}, 900_000);
