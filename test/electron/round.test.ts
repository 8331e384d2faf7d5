/** From a wrong answer to a better model, by clicks and keys; names, deletion and its undo; what stays chosen; ends that are announced. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { writeMarkedStudies } from '../support/marked-studies.ts';
import { seriousViolations } from './support/axe.ts';
import { classifyFolder } from './support/classifying.ts';
import { answerOpenDialog } from './support/dialogs.ts';
import { type JudgedLibrary, judgedLibrary } from './support/judged-library.ts';
import { type LaunchOptions, launch, type Opened } from './support/launch.ts';
import { pictureSeen } from './support/reading.ts';
import { show } from './support/screens.ts';
import { trained } from './support/training.ts';
import { beginWalk, chooseByKeys, typeInto } from './support/walking.ts';

let prepared: JudgedLibrary;
let folder: string;
beforeAll(async () => {
  prepared = await judgedLibrary();
  folder = mkdtempSync(join(tmpdir(), 'sidelight-round-'));
}, 300_000);
afterAll(() => {
  prepared.remove();
  rmSync(folder, { recursive: true, force: true });
});

const open = new Set<Opened>();
/** The application, closed with the test whatever becomes of it: the library takes one at a time. */
async function opened(options: LaunchOptions): Promise<Opened> {
  const one = await launch(options);
  const own: Opened = {
    ...one,
    close: async () => {
      open.delete(own);
      await one.close();
    },
  };
  open.add(own);
  return own;
}
afterEach(async () => {
  for (const one of open) await one.close();
}, 90_000);

/** What the file manager was asked to show. */
async function shownFiles(app: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await app.evaluate(({ shell }) => {
    const seen: string[] = [];
    (globalThis as Record<string, unknown>)['shownFiles'] = seen;
    shell.showItemInFolder = (path: string) => {
      seen.push(path);
    };
  });
  return () => app.evaluate(() => (globalThis as Record<string, unknown>)['shownFiles'] as string[]);
}

test('classifying and exporting announce their end; what classifying made is kept apart, and choices last over a restart', async () => {
  const window = await opened({ library: prepared.library });
  const { app, page, complaints, close } = window;
  const fresh = join(folder, 'fresh');
  writeMarkedStudies(fresh, 4);
  const seen = await shownFiles(app);
  await show(page, 'Classify');
  await page.getByLabel('Model', { exact: true }).waitFor();
  await classifyFolder(window, { folder: fresh, model: 'corner' });
  await show(page, 'Settings');
  await page.getByRole('button', { name: 'Open results' }).click();
  await page.getByRole('heading', { name: 'Results of corner' }).waitFor();

  // Newer than "marks", made by classifying: no screen chooses it by itself.
  await show(page, 'Read and label');
  await pictureSeen(page);
  expect(await page.getByLabel('Data set').first().inputValue()).toBe('marks');
  await page.getByRole('region', { name: 'To label' }).locator('button[data-target]').nth(5).click();
  await pictureSeen(page);
  const chosen = page.getByRole('region', { name: 'To label' }).locator('button[aria-current="true"]');
  const before = await chosen.getAttribute('data-target');
  await show(page, 'Train');
  expect(await page.getByLabel('Data set').first().inputValue()).toBe('marks');
  const apart = page.getByLabel('Data set').first().locator('optgroup[label="Made by classifying"] option');
  await expect.poll(() => apart.count()).toBe(1);
  await show(page, 'Library');
  // Of the images that were taken in the library tells once.
  await page.getByTestId('import-report').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Data sets', exact: true }).click();
  await page.getByRole('heading', { name: 'marks', exact: true }).waitFor();
  await page.getByText('Made by classifying').waitFor();

  await answerOpenDialog(app, [folder]);
  await page.getByRole('button', { name: 'Export de-identified …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Choose …').click();
  await dialog.getByText(/marks-\d{8}T\d{4}/).waitFor();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByText('Exported: 60 studies').waitFor({ timeout: 120_000 });
  await page
    .locator('.notice', { hasText: 'Exported: 60 studies' })
    .getByRole('button', { name: 'Show in folder' })
    .click();
  await expect.poll(async () => (await seen()).length).toBe(1);
  const [out = ''] = await seen();
  expect(out.startsWith(folder) && existsSync(out)).toBe(true);
  // A path that it did not write is not shown.
  const refused = await page.evaluate(`window.sidelight.invoke('window.showFile', { path: '/etc/hosts' })`);
  expect(refused).toMatchObject({ ok: false });

  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('corner-linear');
  await page
    .getByText(/Data set|data set “marks”|has not been evaluated/)
    .first()
    .waitFor();
  await show(page, 'Read and label');
  await pictureSeen(page);
  expect(await chosen.getAttribute('data-target')).toBe(before);
  await close();

  const again = await opened({ library: prepared.library });
  await pictureSeen(again.page);
  expect(
    await again.page
      .getByRole('region', { name: 'To label' })
      .locator('button[aria-current="true"]')
      .getAttribute('data-target'),
  ).toBe(before);
  await show(again.page, 'Judge');
  await expect.poll(() => again.page.getByLabel('Model').first().inputValue()).toBe('corner-linear');
  await again.close();
  expect([...complaints, ...again.complaints]).toEqual([]);
}, 300_000);

test('the round by clicks and keys alone: a wrong answer, its case, its label, the next one, trained again, compared, put in use', async () => {
  const { page, complaints, close } = await opened({ library: prepared.library, width: 1024, height: 768 });
  const walk = beginWalk(page, 'round');
  await show(page, 'Judge');
  const model = page.getByLabel('Model').first();
  await model.locator('option').first().waitFor({ state: 'attached' });
  await chooseByKeys(model, 'corner-linear');
  await chooseByKeys(page.getByLabel('Cases').first(), 'Validation');
  await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
  const cases = page.getByRole('listitem', { name: /^Case \d+: labelled/ });
  await cases.first().waitFor({ timeout: 120_000 });
  const wrong = await cases.count();
  expect(wrong).toBeGreaterThan(1);
  await walk.step('judge');
  await page.getByRole('region', { name: 'Cases' }).scrollIntoViewIfNeeded();
  await walk.step('mistakes');
  await cases.first().getByRole('button', { name: 'Open', exact: true }).click();
  await pictureSeen(page);
  expect(await page.getByLabel('Data set').first().inputValue()).toBe('marks');
  await page.getByText(`Wrong answer 1 of ${wrong}`).waitFor();
  await walk.step('wrong-answer');
  const bar = page.getByRole('region', { name: 'Cases from Judge' });
  const said = /labelled (.+), answered (.+?)(?:Next|$)/.exec((await bar.textContent()) ?? '');
  const other = said?.[1] === 'plain' ? 'marked' : 'plain';
  await page.getByRole('group', { name: 'Class' }).getByRole('button', { name: other }).click();
  await page.getByText('saved', { exact: true }).waitFor();
  await walk.step('label-changed');
  expect(await seriousViolations(page)).toEqual([]);
  await page.keyboard.press('w');
  await page.getByText(`Wrong answer 2 of ${wrong}`).waitFor();
  await pictureSeen(page);
  await walk.step('next-wrong');
  // What was said of one patient is not said beside the picture of another.
  await expect.poll(() => bar.textContent()).toMatch(/labelled .+, answered/);
  await page.getByRole('region', { name: 'To label' }).locator('li button:not([aria-current="true"])').first().click();
  await expect.poll(() => bar.textContent()).not.toMatch(/labelled/);
  await page.getByText(`Wrong answer 2 of ${wrong}`).waitFor();
  await page.keyboard.press('j');

  // Where one was: the same cases, the one that was looked at last under the keys.
  await cases.nth(1).waitFor();
  await expect
    .poll(() => page.evaluate(`document.activeElement?.closest('[data-case]')?.getAttribute('data-case')`))
    .toBe('1');
  expect(await page.getByLabel('Cases').first().inputValue()).toBe('val');
  await page.getByText('Since “corner-linear” was trained: 1 label changed.').scrollIntoViewIfNeeded();
  await walk.step('back-in-judge');
  await page.getByRole('button', { name: 'Train again with the changed labels' }).click();
  await trained(page);
  await page.getByRole('heading', { name: 'corner-linear-2' }).waitFor();
  await walk.step('trained-again');
  await page.getByRole('button', { name: 'Judge the model' }).click();
  const pair = page.getByRole('region', { name: 'Trained again from “corner-linear”' });
  await pair.getByRole('button', { name: 'Compare with “corner-linear”' }).click();
  // A fifth of sixty patients is too few to tell anything.
  await pair
    .getByRole('status')
    .getByText(/12 test patients/)
    .waitFor({ timeout: 120_000 });
  await pair.scrollIntoViewIfNeeded();
  expect(await seriousViolations(page)).toEqual([]);
  await walk.step('compared');
  await page.getByRole('button', { name: 'Put in use …' }).click();
  const dialog = page.getByRole('dialog');
  const put = dialog.getByRole('button', { name: 'Put in use', exact: true });
  await put.waitFor();
  expect(await put.isDisabled()).toBe(true);
  const reason = 'The label was wrong, and there is no other model in use.';
  await typeInto(page, dialog.getByLabel('Why it is put in use all the same'), reason);
  await walk.step('put-in-use');
  await put.click();
  await page.getByText(/^In use for “marks” since .+ \(Reader 1\)\.$/).waitFor();
  await page.getByText(reason).waitFor();
  await walk.step('in-use');
  walk.end();

  // An evaluation is counted, another look at it is not.
  for (let looks = 0; looks < 2; looks++) {
    await page.getByLabel('Cases').first().selectOption('val');
    await page.getByLabel('Cases').first().selectOption('test');
    await page.getByText('Evaluated on the test cases once.').waitFor();
  }
  // From where it ended, one epoch further: another model, which names it.
  await show(page, 'Train');
  await page.getByRole('button', { name: /^corner-linear-2/ }).click();
  await page.getByRole('button', { name: 'Train on …' }).click();
  await page.getByLabel('More epochs').fill('1');
  await page.getByRole('button', { name: 'Train on', exact: true }).click();
  await page.getByRole('heading', { name: 'corner-linear-3' }).waitFor({ timeout: 120_000 });
  await trained(page);
  await page.getByRole('button', { name: 'Judge the model' }).click();
  await page.getByRole('region', { name: 'Trained on from “corner-linear-2”' }).waitFor();
  await close();
  expect(complaints).toEqual([]);
}, 300_000);

test('models and data sets are renamed and deleted with what goes and stays said, and come back; classes become one and are taken apart', async () => {
  const { page, complaints, close } = await opened({ library: prepared.library });
  await show(page, 'Judge');
  await page.getByLabel('Model').first().selectOption('corner-linear');
  // Besides the two of the library those that a test before has trained.
  const models = page.getByLabel('Model').first().locator('option');
  const all = await models.allTextContents();
  expect(all.length).toBeGreaterThan(1);
  const edit = page.getByRole('button', { name: 'Rename or delete …' });
  const dialog = page.getByRole('dialog');
  await edit.click();
  await dialog.getByLabel('Name').fill('guessing');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect.poll(() => page.getByLabel('Model').first().inputValue()).toBe('guessing');
  await edit.click();
  await dialog.getByText('Data set “marks” with its labels').waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('“guessing” is deleted.').waitFor();
  await expect.poll(() => page.getByLabel('Model').first().inputValue()).not.toBe('guessing');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => page.getByLabel('Model').first().inputValue()).toBe('guessing');

  await show(page, 'Library');
  await page.getByRole('button', { name: 'Data sets', exact: true }).click();
  await page.getByRole('heading', { name: 'marks', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Make part of another …' }).click();
  await dialog.getByText(/labels that count and say “.+” will say/).waitFor();
  await dialog.getByRole('button', { name: 'Make it part' }).click();
  const classes = page.getByRole('region', { name: 'Classes' }).locator('ol li');
  const merges = page.getByRole('region', { name: 'Made part of others' });
  await merges.waitFor();
  await expect.poll(() => classes.count()).toBe(1);
  await merges.getByRole('button', { name: /apart again/ }).click();
  await expect.poll(() => classes.count()).toBe(2);

  await page.getByRole('main').getByRole('button', { name: 'Delete …' }).click();
  await dialog.getByText(/models \(.*corner.*\)/).waitFor();
  await dialog.getByText('Its 60 studies, in the library and in other data sets.').waitFor();
  const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
  expect(await remove.isDisabled()).toBe(true);
  expect(await seriousViolations(page)).toEqual([]);
  await dialog.getByLabel('To delete it, type its name: marks').fill('marks');
  // What Train measures by itself is nothing to wait for.
  const measuring = { kind: 'measure', options: { dataset: 'marks', lpm: 'tiny', method: 'partial' } };
  const { value } = (await page.evaluate((job) => sidelight.invoke('jobs.start', job), measuring)) as {
    value: { readonly id: number; readonly isStoppable: boolean };
  };
  expect(value.isStoppable).toBe(true);
  await remove.click();
  await page.getByText('“marks” is deleted.').waitFor();
  await expect
    .poll(() => page.evaluate((id) => sidelight.invoke('jobs.get', { id }), value.id))
    .toMatchObject({ value: { state: 'cancelled', isCleared: true } });
  await show(page, 'Judge');
  await page.getByText('There is no trained model yet.').waitFor();
  // The notice went with its screen; what was deleted can be brought back from the list of it.
  await show(page, 'Library');
  await page.getByRole('button', { name: 'Data sets', exact: true }).click();
  await page.getByText(/^Deleted/).click();
  await page.getByRole('button', { name: 'Bring “marks” back' }).click();
  await page.getByText('“marks” is back.').waitFor();
  await show(page, 'Judge');
  const renamed = all.map((text) => text.replace(/corner-linear(?!-)/, 'guessing'));
  await expect.poll(async () => (await models.allTextContents()).toSorted()).toEqual(renamed.toSorted());
  await close();
  expect(complaints).toEqual([]);
}, 300_000);
