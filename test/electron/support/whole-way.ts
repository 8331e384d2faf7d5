/**
 * The whole way in one library, by clicks and keys: first run with the demo set, real files, ten labels, a training whose engine
 * dies, judging, evidence, a folder classified into a CSV file, and the death of the application. Not bound to a test runner, so
 * that the same way can be gone in a network namespace of its own.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { demoSeed } from '../../../core/services/demo/demo.ts';
import { dateOf, patientIdOf } from '../../../core/services/demo/dicom-file.ts';
import { demoClasses, planStudies } from '../../../core/services/demo/plan.ts';
import { epochsOf, listModels, listRuns, openLibrary } from '../../../core/store/index.ts';
import { hasStrace } from '../../support/isolation.ts';
import { sharedPath } from '../../support/shared.ts';
import { childrenOf } from './attach.ts';
import { seriousViolations } from './axe.ts';
import { callFrom } from './calls.ts';
import { classifyFolder, saveCsv } from './classifying.ts';
import { fillImport, type ImportCounts, runImport } from './importing.ts';
import { type DeletionCheck, heatMap, judgeOn, openCell, runDeletionCheck } from './judging.ts';
import { launch, type Opened, temporaryFolder } from './launch.ts';
import { processesBelow } from './processes.ts';
import { labelled } from './reading.ts';
import { show } from './screens.ts';
import { takeScreenshots } from './screenshot.ts';
import {
  epochReached,
  killEngine,
  openTrain,
  planTraining,
  startTraining,
  trained,
  wentOnByItself,
} from './training.ts';

/** What the way leads to: equal wherever it is gone, to the last bit. */
export interface WholeWay {
  readonly imported: ImportCounts | null;
  readonly weights: string | undefined;
  /** Epochs trained, with their losses and AUCs. */
  readonly epochs: readonly unknown[];
  /** As they stand on the screen "Judge". */
  readonly figures: readonly string[];
  readonly check: DeletionCheck;
  /** Rows of the CSV file. */
  readonly results: readonly Readonly<Record<string, string>>[];
  /** What strace saw of sockets, of both times the application ran; empty where there is no strace. */
  readonly traces: readonly string[];
}

/** Large steps: the demo's findings are learnt in a minute. */
const settings = { Epochs: '30', 'Batch size': '8', 'Learning rate': '0.003' };
const epochs = Number(settings.Epochs);
const demoStudies = 120;
const realFiles = sharedPath('dicom');

/** @throws AssertionError where something is not as it should be */
export async function wholeWay(): Promise<WholeWay> {
  const folder = temporaryFolder('whole-way');
  const library = join(folder, 'library');
  const profile = join(folder, 'profile');
  const traces = hasStrace ? [join(folder, 'first.trace'), join(folder, 'second.trace')] : [];
  const violations: string[] = [];
  const look: Look = async (page, name, inView) => {
    violations.push(...(await seriousViolations(page)).map((line) => `${name}: ${line}`));
    await takeScreenshots(page, name, inView);
  };

  const first = await launch({ library, profile, ...(traces[0] === undefined ? {} : { trace: traces[0] }) });
  await makeDemo(first, look);
  const imported = await importReal(first, look);
  await labelTen(first, look);
  await train(first, look);
  const { figures, check } = await judge(first, look);
  const results = await classify(first, look, {
    folder: join(library, 'demo', 'to-classify'),
    csv: join(folder, 'results.csv'),
  });
  await show(first.page, 'Settings');
  await first.page.getByRole('main').getByRole('tab', { name: 'Library' }).click();
  await first.page.getByRole('button', { name: 'Back up now' }).click();
  await first.page
    .getByRole('button', { name: /^Restore the backup of/ })
    .first()
    .waitFor();
  await first.page.getByText(/^Backed up: /).waitFor();
  await look(first.page, 'settings');
  assert.equal(await first.page.getByTestId('offline').textContent(), 'offline: 0 requests');
  const before = await callFrom(first.page, 'datasets.list', {});
  await killApplication(first);

  const second = await launch({ library, profile, ...(traces[1] === undefined ? {} : { trace: traces[1] }) });
  await show(second.page, 'Read and label');
  await second.page.getByRole('combobox', { name: 'Data set' }).selectOption('demo');
  await labelled(second.page, `labelled ${demoStudies - 2} of ${demoStudies}`);
  assert.deepEqual(await callFrom(second.page, 'datasets.list', {}), before);
  await show(second.page, 'Classify');
  await second.page
    .getByRole('button', { name: /demo-fpt\+/ })
    .first()
    .click();
  await second.page.getByRole('heading', { name: 'Results of demo-fpt+' }).waitFor();
  await second.close();

  assert.deepEqual(violations, []);
  assert.deepEqual([...first.complaints, ...second.complaints], []);
  const opened = openLibrary(library, { mode: 'read' });
  const [run] = listRuns(opened.db);
  const done = {
    imported,
    weights: listModels(opened.db)[0]?.weightsHash,
    epochs: epochsOf(opened.db, run?.id ?? 0).map(({ epoch, trainLoss, valLoss, valAuc }) => ({
      epoch,
      trainLoss,
      valLoss,
      valAuc,
    })),
    figures,
    check,
    // Where a library is makes no result.
    results: results.map((row) => ({ ...row, path: row['path']?.replace(folder, '') ?? '' })),
    traces: traces.map((path) => readFileSync(path, 'utf8')),
  };
  opened.close();
  rmSync(folder, { recursive: true, force: true });
  assert.deepEqual(
    done.epochs.map(({ epoch }) => epoch),
    Array.from({ length: epochs }, (_, n) => n + 1),
  );
  return done;
}

type Look = (page: Page, name: string, inView?: Locator) => Promise<void>;

async function makeDemo({ page }: Opened, look: Look): Promise<void> {
  await page.getByRole('checkbox', { name: /research only/ }).check();
  await look(page, 'welcome');
  const begun = performance.now();
  await page.getByRole('button', { name: 'Make the demo set' }).click();
  await page.getByText(`${demoStudies} studies are in the library; without a label: 12.`).waitFor({ timeout: 240_000 });
  console.log(`the demo set took ${Math.round((performance.now() - begun) / 1000)} s`);
  await look(page, 'welcome-next');
  await page.getByRole('button', { name: 'See the studies' }).click();
  await page.getByText(`${demoStudies} of ${demoStudies} studies`).waitFor();
}

/** Null where the real files are not at hand. */
async function importReal(opened: Opened, look: Look): Promise<ImportCounts | null> {
  if (!existsSync(realFiles)) return null;
  const { page } = opened;
  await fillImport(opened, { folder: realFiles, dataset: 'real' });
  await look(page, 'library-import');
  const counts = await runImport(page);
  assert.ok(counts.imported > 100);
  assert.equal(counts.imported + counts.alreadyThere + counts.duplicate + counts.skipped, counts.total);
  await look(page, 'library-report');
  await page.keyboard.press('Escape');
  await page.getByRole('row').nth(6).click();
  await page.getByRole('complementary', { name: 'Study' }).locator('img').first().waitFor();
  await page.waitForTimeout(1500);
  await look(page, 'library');
  await page.getByRole('button', { name: 'Data sets' }).click();
  await page.getByRole('navigation', { name: 'Data sets' }).getByRole('button', { name: /demo/ }).click();
  await page.getByRole('heading', { name: 'demo' }).waitFor();
  await look(page, 'library-datasets');
  return counts;
}

/** Labels ten of the twelve studies that have none, by keyboard alone, as somebody who sees what is on them. */
async function labelTen({ page }: Opened, look: Look): Promise<void> {
  await show(page, 'Welcome');
  await page.getByRole('button', { name: 'Label', exact: true }).click();
  await page.getByRole('img', { name: /Viewport 1, image 1/ }).waitFor();
  const plans = planStudies(demoSeed, demoStudies);
  for (let n = 1; n <= 10; n++) {
    const shown = (await page.getByRole('img', { name: /Viewport 1, image 1/ }).textContent()) ?? '';
    const plan = plans.find((entry) => shown.includes(patientIdOf(entry)) && shown.includes(dayOf(entry.dayOffset)));
    assert.ok(plan !== undefined, `no study of the demo set is shown: ${shown}`);
    await page.keyboard.press(String(1 + demoClasses.indexOf(plan.label)));
    await labelled(page, `labelled ${demoStudies - 12 + n} of ${demoStudies}`);
    if (n === 10) continue;
    await page.keyboard.press('Enter');
    await page
      .getByRole('img', { name: /Viewport 1, image 1/ })
      .filter({ hasNotText: shown })
      .waitFor();
  }
  await look(page, 'read');
}

async function train({ app, page }: Opened, look: Look): Promise<void> {
  await openTrain(page);
  await page.getByRole('combobox', { name: 'Data set' }).selectOption('demo');
  assert.match(await planTraining(page, settings), /^(About|Some) .+ to .+ on this machine/);
  await look(page, 'train');
  await startTraining(page);
  await epochReached(page, 3);
  killEngine(app);
  await wentOnByItself(page);
  await trained(page);
  await look(page, 'train-live');
}

async function judge({ page }: Opened, look: Look): Promise<Pick<WholeWay, 'figures' | 'check'>> {
  await page.getByRole('button', { name: 'Judge the model' }).click();
  await judgeOn(page, 'Validation');
  const figures = await page.getByRole('region', { name: 'Figures' }).locator('.item').allTextContents();
  const right = page.getByRole('button', { name: /^[1-9]\d* cases labelled (.+), answered \1$/ }).last();
  const item = await openCell(page, right);
  await look(page, 'judge');
  await page.getByRole('tab', { name: 'Calibration and referral' }).click();
  await look(page, 'judge-referral');
  await page.getByRole('tab', { name: 'Model card' }).click();
  await page.getByRole('heading', { name: /^Model card/ }).waitFor();
  await look(page, 'judge-card');

  await page.getByRole('tab', { name: 'Figures' }).click();
  await item.getByRole('button', { name: 'Evidence' }).click();
  const all = await heatMap(page);
  assert.ok(
    all.opacities.some((opacity) => opacity > 0),
    'no heat lies over the picture',
  );
  await page.getByText('Expert: layers and tokens').click();
  await page.getByLabel('Layer of the pre-trained model').selectOption({ index: 1 });
  assert.notDeepEqual((await heatMap(page)).opacities, all.opacities, 'a layer looks like all together');
  await page.getByLabel('Layer of the pre-trained model').selectOption({ index: 0 });
  const classes = page.getByRole('radio');
  const answer = await classes.evaluateAll((all) => all.findIndex((one) => (one as HTMLInputElement).checked));
  await classes.nth((answer + 1) % demoClasses.length).check();
  assert.notDeepEqual((await heatMap(page)).opacities, all.opacities, 'another class looks like the answer');
  await classes.nth(answer).check();
  const check = await runDeletionCheck(page);
  assert.ok(check.low <= check.random && check.random <= check.high);
  if (check.verdict === 'explains') assert.ok(check.highlighted > check.random);
  await look(page, 'evidence', page.getByText(/^The (highlight|answer hardly)/));
  return { figures, check };
}

async function classify(
  opened: Opened,
  look: Look,
  { folder, csv }: { readonly folder: string; readonly csv: string },
): Promise<Record<string, string>[]> {
  const { page } = opened;
  await show(page, 'Classify');
  await classifyFolder(opened, { folder, model: 'demo-fpt+' });
  const rows = await saveCsv(opened, csv);
  assert.equal(rows.filter((row) => row['level'] === 'study').length, 12);
  for (const row of rows) {
    const sum = Object.entries(row)
      .filter(([column]) => column.startsWith('probability_'))
      .reduce((total, [, value]) => total + Number(value), 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
    assert.equal(row['model'], 'demo-fpt+');
    assert.equal(row['notice'], 'Research use only. Not for diagnosis.');
  }
  await look(page, 'classify');
  return rows;
}

/** The application dies without a word, its core with it. */
async function killApplication({ app }: Opened): Promise<void> {
  const started = app.process();
  const gone = new Promise((resolve) => started.once('exit', resolve));
  const pid = started.pid ?? 0;
  const cores = processesBelow(pid, 'core/host/host');
  // Under strace the application is a child of what was started, which ends with the last that it watches.
  const main = hasStrace ? childrenOf(pid)[0] : pid;
  assert.ok(main !== undefined && cores.length > 0);
  for (const id of [main, ...cores]) process.kill(id, 'SIGKILL');
  await gone;
}

/** The day of a study as the window writes it in English: 25 Jun 2021. */
function dayOf(dayOffset: number): string {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(dateOf(dayOffset))?.map(Number) ?? [];
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
  return format.format(Date.UTC(year ?? 0, (month ?? 1) - 1, day));
}
