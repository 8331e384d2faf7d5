/** The Judge screen over a small trained model, by keyboard and mouse. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JudgedLibrary, judgedLibrary } from './support/judged-library.ts';
import { launch } from './support/launch.ts';

let prepared: JudgedLibrary;
beforeAll(async () => {
  prepared = await judgedLibrary();
}, 300_000);
afterAll(() => prepared.remove());

test('a model is judged: curves, threshold by keyboard, cases of a cell, comparison, referral, card', async () => {
  const { app, page, complaints, close } = await launch({ library: prepared.library });
  await page.getByRole('button', { name: 'Judge' }).click();
  await page.getByRole('heading', { name: 'Judge' }).waitFor();
  await page.getByRole('img', { name: /ROC curve: AUC/ }).waitFor();
  expect(await page.getByLabel('Cases').first().inputValue()).toBe('val');

  const slider = page.getByRole('slider', { name: /Threshold for/ });
  const before = Number(await slider.inputValue());
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('PageUp');
  expect(Number(await slider.inputValue())).toBeCloseTo(Math.min(1, before + 0.055), 3);
  await page.getByLabel(/Prevalence/).fill('2');
  await page.getByRole('button', { name: 'Store this threshold' }).click();
  await page.getByText('Threshold stored with the model').waitFor();

  await page.getByRole('button', { name: /cases labelled plain, answered plain/ }).click();
  await page.getByRole('listitem', { name: /Case 1: labelled plain, answered plain/ }).waitFor();

  const axe = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(
    axe.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => [v.id, v.nodes[0]?.html]),
  ).toEqual([]);
  await shot('judge');

  await page.getByRole('tab', { name: 'Methods side by side' }).click();
  await page.getByRole('button', { name: 'Evaluate the missing ones' }).click();
  await page.getByRole('row', { name: /corner-linear.*\(−?\+?[\d.]+ …/ }).waitFor({ timeout: 60_000 });

  await page.getByRole('tab', { name: 'Subgroups' }).click();
  await page.getByRole('row', { name: /Modality: CR/ }).waitFor();

  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await page.getByRole('button', { name: 'Calibrate on the validation cases' }).click();
  await page.getByText('The model is calibrated.').waitFor();
  await page.getByRole('button', { name: 'Store this band' }).click();
  await page.getByText(/Stored with the model: answers from/).waitFor();
  await shot('judge-referral');

  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('heading', { name: 'Model card: corner' }).waitFor();
  const file = join(prepared.library, 'card.html');
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
  }, file);
  await page.getByRole('button', { name: 'Save as HTML' }).click();
  await page.getByText(`Saved: ${file}`).waitFor();
  expect(readFileSync(file, 'utf8')).toContain('Research use only. Not for diagnosis.');
  const pdf = join(prepared.library, 'card.pdf');
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
  }, pdf);
  await page.getByRole('button', { name: 'Save as PDF' }).click();
  await page.getByText(`Saved: ${pdf}`).waitFor();
  expect(existsSync(pdf)).toBe(true);
  await shot('judge-card');

  await page.getByLabel('Cases').first().selectOption('test');
  await page.getByText('Every look at the test cases is recorded.').waitFor();
  await close();
  expect(complaints).toEqual([]);

  async function shot(name: string): Promise<void> {
    if (process.env['SIDELIGHT_SCREENSHOTS'] !== '1') return;
    for (const [width, height] of [
      [1440, 900],
      [1024, 768],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `docs/images/${name}-${width}.png` });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }
}, 300_000);
