/** The screens Judge and Evidence over a small trained model, by keyboard and mouse. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLibrary } from '../../core/store/index.ts';
import { seriousViolations } from './support/axe.ts';
import { answerSaveDialog } from './support/dialogs.ts';
import { type JudgedLibrary, judgedLibrary } from './support/judged-library.ts';
import { heatMap, judgeOn, openCell, runDeletionCheck } from './support/judging.ts';
import { launch } from './support/launch.ts';
import { pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';

let prepared: JudgedLibrary;
beforeAll(async () => {
  prepared = await judgedLibrary();
}, 300_000);
afterAll(() => prepared.remove());

test('a model is judged: curves, threshold by keyboard, cases of a cell, comparison, referral, card', async () => {
  const { app, page, complaints, close } = await launch({ library: prepared.library });
  await show(page, 'Judge');
  await page.getByRole('img', { name: /ROC curve \(“plain”, not set by you\): AUC/ }).waitFor();
  expect(await page.getByLabel('Cases').first().inputValue()).toBe('val');
  await judgeOn(page, 'Validation');

  // Neither name says "disease": the alphabet chose, and every figure says for which class.
  await page.getByText('do not tell whether “plain” or “marked” is the positive class').waitFor();
  for (const figure of ['Sensitivity', 'Specificity', 'PPV at a prevalence of 10 %', 'NPV at a prevalence of 10 %']) {
    await page.getByText(`${figure} (“plain”, not set by you)`, { exact: true }).waitFor();
  }
  const slider = page.getByRole('slider', { name: 'Threshold for “plain”' });
  const before = Number(await slider.inputValue());
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('PageUp');
  expect(Number(await slider.inputValue())).toBeCloseTo(Math.min(1, before + 0.055), 3);
  await page.getByLabel(/Prevalence/).fill('2');
  await page.getByRole('button', { name: 'Store this threshold' }).click();
  await page.getByText('Threshold stored with the model').waitFor();
  await page.getByText(/^Kappa: −?\d/).waitFor();

  const cell = page.getByRole('button', { name: /cases labelled plain, answered plain/ });
  await openCell(page, cell);
  // The list follows the threshold, by whichever key it is moved: at the top of the scale no case is in the cell.
  const listed = page.getByRole('listitem', { name: /^Case \d+: labelled plain, answered plain$/ });
  expect(await listed.count()).toBeGreaterThan(0);
  await slider.focus();
  for (let press = 0; press < 20; press++) await page.keyboard.press('PageUp');
  await expect.poll(() => listed.count()).toBe(0);

  expect(await seriousViolations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Methods side by side' }).click();
  await page.getByRole('button', { name: 'Evaluate the missing ones' }).click();
  await page.getByRole('row', { name: /corner-linear.*\(−?\+?[\d.]+ …/ }).waitFor({ timeout: 60_000 });

  await page.getByRole('tab', { name: 'Subgroups' }).click();
  await page.getByRole('row', { name: /Modality: CR/ }).waitFor();
  await page.getByRole('columnheader', { name: 'Sensitivity (“plain”, not set by you)' }).waitFor();
  await page.getByRole('row', { name: /Manufacturer: MAKER A/ }).waitFor();

  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await page.getByRole('button', { name: 'Calibrate on the validation cases' }).click();
  await page.getByText('The model is calibrated.').waitFor();
  await page.getByRole('button', { name: 'Store this band' }).click();
  await page.getByText(/Stored with the model: answers with a probability of “plain” from/).waitFor();
  await page.getByLabel('Allowed error among the answered (%)').fill('50');
  await page.getByLabel('Allowed error among the answered (%)').press('Tab');
  await page.getByRole('button', { name: 'Find the rule' }).click();
  await page
    .getByText(/^Promised with 95 % certainty: at most 50\.0 % of the answered are wrong\. Found on 12 studies/)
    .first()
    .waitFor();

  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('heading', { name: 'Model card: corner' }).waitFor();
  const file = join(prepared.library, 'card.html');
  await answerSaveDialog(app, file);
  await page.getByRole('button', { name: 'Save as HTML' }).click();
  await page.getByText(`Saved: ${file}`).waitFor();
  const card = readFileSync(file, 'utf8');
  for (const text of [
    'Research use only. Not for diagnosis.',
    'Positive class: “plain”',
    'Sensitivity (“plain”, not set by you)',
    'by the alphabet',
    'Promised with 95 % certainty: at most 50',
  ]) {
    expect(card).toContain(text);
  }
  const pdf = join(prepared.library, 'card.pdf');
  await answerSaveDialog(app, pdf);
  await page.getByRole('button', { name: 'Save as PDF' }).click();
  await page.getByText(`Saved: ${pdf}`).waitFor();
  expect(existsSync(pdf)).toBe(true);

  // It was made with one thread, and is made again so, whatever the window takes.
  await page.getByText('It was not trained again from its record yet.').waitFor();
  await page.getByRole('button', { name: 'Measure it' }).click();
  await page.getByText(/^(Some|About)/).waitFor({ timeout: 60_000 });
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Train again from its record' }).click();
  await page.getByText(/: all [\d,]+ weights are equal, bit for bit\.$/).waitFor({ timeout: 120_000 });
  await page.getByText(/^Made again with onnxruntime .*, CPU, 1 thread, /).waitFor();

  await page.getByLabel('Cases').first().selectOption('test');
  await page.getByText('Every evaluation on the test cases is counted; opening it again is not.').waitFor();
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('evidence lies on the marker, the deletion check bears it out, and a model without prompts shows where the class token looked', async () => {
  const { page, complaints, close } = await launch({ library: prepared.library });
  await show(page, 'Evidence');
  await page.getByText('Attention is not proof.').waitFor();
  await page.getByLabel('Cases').selectOption('test');
  await page
    .getByRole('button', { name: /labelled marked/ })
    .first()
    .click();
  await page.getByRole('radio', { name: /marked/ }).waitFor();
  await page.getByText('Expert: layers and tokens').click();
  await page.getByText(/went to the class token/).waitFor();
  await page.getByRole('img', { name: 'Image with the evidence for marked laid over it' }).waitFor();
  // The prompts look most at the top right quarter, where the marker is.
  await page.getByLabel('What is shown').selectOption('attention');
  const { columns, rows, opacities } = await heatMap(page);
  const best = opacities.indexOf(Math.max(...opacities));
  const place = { x: ((best % columns) + 0.5) / columns, y: (Math.floor(best / columns) + 0.5) / rows };
  expect(place.x > 0.6 && place.x < 0.95 && place.y > 0.05 && place.y < 0.4).toBe(true);

  await page.getByLabel('What is shown').selectOption('relevance');
  await page.getByLabel('Hide', { exact: true }).selectOption('0.1');
  expect(['explains', 'unmoved']).toContain((await runDeletionCheck(page)).verdict);
  expect(await seriousViolations(page)).toEqual([]);

  await page.keyboard.press('h');
  await page.getByRole('button', { name: 'Show overlay (H)' }).waitFor();
  await page.getByLabel('Layer of the pre-trained model').selectOption({ index: 1 });
  await page.getByLabel('Model', { exact: true }).selectOption('corner-linear');
  await page.getByText('The class token of the pre-trained model looks, in its last block').waitFor();
  await page.getByRole('img', { name: /^Image with the evidence for (marked|plain) laid over it$/ }).waitFor();

  // It is wrong about many: these come first and say so, and each opens.
  const list = page.getByRole('complementary', { name: 'Images' });
  const listed = list.locator('button[data-state]');
  await list.getByText('The model was not evaluated on these cases').waitFor();
  await list.getByRole('button', { name: 'Evaluate in Judge' }).click();
  await judgeOn(page, 'Test');
  await show(page, 'Evidence');
  await page.getByLabel('Model', { exact: true }).selectOption('corner-linear');
  await page.getByLabel('Cases').selectOption('test');
  await list.getByText(/^\d+ wrong answers? to 12 images; they stand first\.$/).waitFor();
  const names = await listed.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('span:not([data-instance])')].map((part) => part.textContent).join(' ')),
  );
  const isWrong = names.map((name) => {
    const [, label, answer, mark] = /labelled (.+) answered (.+) (wrong|right)$/.exec(name) ?? [];
    expect([name, mark]).toEqual([name, label === answer ? 'right' : 'wrong']);
    return mark === 'wrong';
  });
  expect(isWrong.length).toBe(12);
  expect(isWrong.indexOf(false)).toBe(isWrong.filter(Boolean).length);
  expect(isWrong[0]).toBe(true);
  for (const k of [1, 11]) {
    await listed.nth(k).click();
    await page.getByRole('img', { name: /^Image with the evidence for (marked|plain) laid over it$/ }).waitFor();
    expect(await listed.nth(k).getAttribute('aria-current')).toBe('true');
    await page
      .getByRole('complementary', { name: 'Evidence' })
      .getByText(isWrong[k] ? 'wrong' : 'right', { exact: true })
      .waitFor();
  }

  // The part is chosen while the model's list is under way, which is of another part: the choice stands.
  await page.evaluate(() => {
    for (const [label, value] of [
      ['Model', 'corner'],
      ['Cases', 'train'],
    ] as const) {
      const name = [...document.querySelectorAll('label')].find((element) => element.textContent === label);
      const select = name?.control as HTMLSelectElement;
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
  await list.getByText('The model was not evaluated on these cases').waitFor();
  expect(await page.getByLabel('Cases').inputValue()).toBe('train');
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('from a case of Judge and from Evidence, Read shows that case and no other', async () => {
  const { page, complaints, close } = await launch({ library: prepared.library });
  const studyOf = (instance: string): string => {
    const opened = openLibrary(prepared.library, { mode: 'read' });
    const row = opened.db.get<{ study: number }>(
      'SELECT s.study_id AS study FROM instances i JOIN series s ON s.id = i.series_id WHERE i.id = :id',
      { id: Number(instance) },
    );
    opened.close();
    return `study ${row?.study}`;
  };
  const inView = async (): Promise<string | null> => {
    await pictureSeen(page);
    const row = page.getByRole('region', { name: 'To label' }).locator('button[aria-current="true"]');
    return await row.getAttribute('data-target');
  };
  await show(page, 'Judge');
  await judgeOn(page, 'Validation');
  await openCell(page, page.getByRole('button', { name: /cases labelled plain, answered plain/ }));
  const cases = page.getByRole('listitem', { name: /^Case \d+:/ });
  const count = Math.min(4, await cases.count());
  expect(count).toBeGreaterThan(1);
  const wanted: string[] = [];
  for (let k = 0; k < count; k++) {
    const study = studyOf((await cases.nth(k).locator('[data-instance]').getAttribute('data-instance')) ?? '');
    wanted.push(study);
    await cases.nth(k).getByRole('button', { name: 'Open', exact: true }).click();
    expect(await inView()).toBe(study);
    await show(page, 'Judge');
    await judgeOn(page, 'Validation');
    await openCell(page, page.getByRole('button', { name: /cases labelled plain, answered plain/ }));
  }
  expect(new Set(wanted).size).toBe(count);
  const all = await cases.count();
  await page.getByRole('button', { name: 'Open these in Read' }).click();
  await page.getByText(`${all} studies`, { exact: true }).waitFor();
  const listed = page.getByRole('region', { name: 'To label' }).getByRole('listitem').getByRole('button');
  expect(await listed.count()).toBe(all);
  expect(wanted).toContain(await inView());
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(async () => await listed.count()).toBeGreaterThan(all);

  await show(page, 'Evidence');
  await page.getByText('Attention is not proof.').waitFor();
  await page.getByLabel('Cases').selectOption('test');
  for (const k of [2, 0]) {
    const chosen = page.getByRole('button', { name: /labelled marked/ }).nth(k);
    const instance = await chosen.locator('[data-instance]').getAttribute('data-instance');
    await chosen.click();
    await page.getByRole('button', { name: 'Open in Read' }).click();
    expect(await inView()).toBe(studyOf(instance ?? ''));
    await show(page, 'Evidence');
    await page.getByLabel('Cases').selectOption('test');
  }
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('a model is put in use by a decision that is kept, and Classify takes it; shortcuts are checked', async () => {
  const { page, complaints, close } = await launch({ library: prepared.library });
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('corner');
  await judgeOn(page, 'Validation');
  await page.getByText('No model is in use for “marks” yet.').waitFor();
  await page.getByRole('button', { name: 'Put in use …' }).click();
  const dialog = page.getByRole('dialog');
  const evaluate = dialog.getByRole('button', { name: 'Evaluate on the test patients' });
  const verdict = dialog.getByRole('status');
  await verdict.or(evaluate).waitFor();
  if (await evaluate.isVisible()) await evaluate.click();
  // A fifth of sixty patients is too few to tell anything.
  await verdict.getByText('12 test patients are too few.').waitFor({ timeout: 120_000 });
  const put = dialog.getByRole('button', { name: 'Put in use', exact: true });
  expect(await put.isDisabled()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await dialog.getByLabel('Why it is put in use all the same').fill('There is no other yet.');
  await put.click();
  await page.getByText(/^In use for “marks” since .+ \(Reader 1\)\.$/).waitFor();
  await page.getByText('There is no other yet.').waitFor();

  await page.getByRole('tab', { name: 'Shortcuts' }).click();
  await page.getByRole('button', { name: 'Check for shortcuts' }).click();
  // Six images of each class among the validation cases.
  await page.getByText('as far as it could be told.').waitFor({ timeout: 120_000 });
  await page.getByRole('row', { name: /top right corner.*too few images or patients to tell/ }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);

  await show(page, 'Classify');
  await page.getByText('In use for “marks”.', { exact: true }).waitFor();
  expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('corner');
  await page.getByLabel('Model', { exact: true }).selectOption('corner-linear');
  await page.getByText('Not in use: for “marks” it is “corner”.').waitFor();
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('where the library is open for reading only, Evidence shows images and answers, and says that no evidence is computed', async () => {
  const other = openLibrary(prepared.library, { mode: 'write' });
  const { page, complaints, close } = await launch({ library: prepared.library });
  await page.getByRole('main').getByRole('button', { name: 'Open for reading only' }).click();
  await page.getByText('Open for reading only: nothing can be changed.').waitFor();
  const looks = (): number =>
    other.db.get<{ n: number }>(`SELECT count(*) AS n FROM jobs WHERE kind = 'evidence'`)?.n ?? 0;
  const before = looks();
  await show(page, 'Evidence');
  const side = page.getByRole('complementary', { name: 'Evidence' });
  await side.getByText('The library is open for reading only: no evidence is computed.').waitFor();
  const listed = page.getByRole('complementary', { name: 'Images' }).locator('button[data-state]');
  for (const k of [1, 0]) {
    await listed.nth(k).click();
    await page.getByRole('img', { name: 'The image', exact: true }).waitFor();
    expect(await listed.nth(k).getAttribute('aria-current')).toBe('true');
  }
  expect(looks()).toBe(before);
  expect(await page.locator('.notices').getByRole('alert').allTextContents()).toEqual([]);
  expect(await seriousViolations(page)).toEqual([]);
  await close();
  other.close();
  expect(complaints.filter((line) => !/40\d|50\d/.test(line))).toEqual([]);
}, 300_000);
