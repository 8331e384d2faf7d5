/** Grades in an order, from import to results: what is asked is said once, and judged by how far off an answer is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../../../../core/base/random.ts';
import { evaluateLines } from '../../../../core/cli/commands/evaluate.ts';
import { evaluateReportSchema } from '../../../../core/contract/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { writeEvaluationReport } from '../../../../core/services/evaluation/report-write.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { listDatasets, modelByName, versionById } from '../../../../core/store/index.ts';
import { openTestServices, writePlate, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** In their order, which is not that of the alphabet; nobody has the one in the middle. */
const grades = ['none', 'mild', 'doubtful', 'severe'];
const given = ['none', 'mild', 'severe'];
const size = 64;

/** A patient a study, as bright as its grade is high. */
function writeGrades(folder: string, patients: number): string {
  const rows = ['patientID,label'];
  for (let p = 0; p < patients; p++) {
    const grade = given[p % given.length] as string;
    const random = Random.seeded(p);
    const level = 500 + 900 * grades.indexOf(grade);
    const pixels = Uint16Array.from({ length: size * size }, () =>
      Math.round(Math.max(0, level + 250 * random.normal())),
    );
    const uid = `1.2.826.0.1.3680043.10.999.77.${p}`;
    mkdirSync(join(folder, `p${p}`), { recursive: true });
    writeFileSync(
      join(folder, `p${p}`, 'image.dcm'),
      writePlate({ uid, patientID: `G-${p}`, modality: 'CR', size, pixels }),
    );
    rows.push(`G-${p},${grade}`);
  }
  const labels = join(folder, 'labels.csv');
  writeFileSync(labels, `${[...rows, 'G-0,worst'].join('\n')}\n`);
  return labels;
}

test('grades are imported in their order, trained, judged by distance and classified', async () => {
  const home = temporaryFolder();
  const folder = join(home, 'studies');
  const labels = writeGrades(folder, 45);
  writeTinyLpm(join(home, 'lpm'));
  const { context, close } = await openTestServices(join(home, 'library'));
  onTestFinished(close);
  const { name: lpm } = await addLpm(context, { path: join(home, 'lpm') });
  const { db } = context.library;
  const options = { paths: [folder], dataset: 'knees', labels, target: 'grade' as const };

  await expect(importPaths(context, options)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('none were named'),
  });
  expect(listDatasets(db)).toEqual([]);

  const imported = await importPaths(context, { ...options, classes: grades });
  expect(imported.labels).toMatchObject({ applied: 45 });
  expect(imported.labels.problems.map(({ row }) => row)).toEqual([47]);
  expect(imported.labels.problems[0]?.message).toContain('"worst" is no grade of this data set');
  expect(listDatasets(db)).toMatchObject([{ name: 'knees', target: 'grade' }]);

  await expect(importPaths(context, { ...options, target: 'class' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('one class out of several'),
  });
  await expect(importPaths(context, { ...options, classes: grades.toReversed() })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('"none", "mild"'),
  });

  const check = checkDataset(context, { dataset: 'knees', inputSize: 224, flip: false, seed: 0 });
  expect(check.classes.map(({ name }) => name)).toEqual(grades);
  // A grade that nobody has is no reason not to train.
  expect(check.findings.filter(({ severity }) => severity === 'blocks')).toEqual([]);

  const recipe = { dataset: 'knees', lpm, method: 'linear', inputSize: 224, epochs: 12, batch: 8, lr: 3e-2 } as const;
  const training = await trainModel(context, { ...recipe, name: 'knees' });
  expect(training).toMatchObject({ target: 'grade', classes: grades });
  expect(versionById(db, 1)).toMatchObject({ target: 'grade', classes: grades });
  expect(modelByName(db, 'knees')).toMatchObject({ target: 'grade', positiveClass: null, threshold: null });
  // By kappa itself: the loss is one minus that of probabilities, 1 where chance is.
  const byKappa = await trainModel(context, { ...recipe, name: 'by kappa', criterion: 'kappa' });
  const [first, last] = [byKappa.epochs[0]?.valLoss ?? 0, byKappa.epochs.at(-1)?.valLoss ?? 1];
  expect(last).toBeLessThan(first);
  expect(last).toBeLessThan(0.1);
  expect(byKappa.weightsHash).not.toBe(training.weightsHash);
  await expect(
    trainModel(context, { ...recipe, method: 'full', name: 'parts', criterion: 'kappa' }),
  ).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: 'The criterion kappa needs the whole batch of 8 at once; found 2 images at a time.',
  });

  const report = evaluateReportSchema.parse(await evaluateModel(context, { model: 'knees' }));
  const { confusion, figures } = report.image;
  // By definition, from the table of labels and decisions.
  const cells = confusion.flatMap((row, truth) =>
    row.map((n, decision) => ({ n, distance: Math.abs(truth - decision) })),
  );
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const meanDistance = cells.reduce((sum, cell) => sum + cell.n * cell.distance, 0) / n;
  expect(figures.map(({ figure }) => figure)).toEqual(['kappaQuadratic', 'meanAbsoluteError']);
  const [kappa, error] = figures;
  expect(error?.value).toBeCloseTo(meanDistance, 12);
  expect(kappa?.value).toBe(report.image.kappa);
  expect(kappa?.value).toBeGreaterThan(0.5);
  for (const { value, interval } of figures) {
    // Where every decision is right no draw of patients changes a figure, and none has an interval.
    if (meanDistance === 0) expect(interval).toBeNull();
    if (interval === null) continue;
    expect(interval?.[0]).toBeLessThanOrEqual(value as number);
    expect(interval?.[1]).toBeGreaterThanOrEqual(value as number);
  }

  // One number, wherever it stands.
  const text = evaluateLines(report).join('\n');
  expect(text).toContain('kappa (quadratic weights) (95 % interval)');
  expect(text).toContain('grade against the rest');
  const judged = judgeReport(context, { model: 'knees', split: 'test', pooling: 'mean' });
  expect(judged?.image.figures.map(({ estimate }) => estimate.value)).toEqual(figures.map(({ value }) => value));
  const card = modelCard(context, 'knees').results.find(({ level }) => level === 'image');
  expect(card?.figures.map(({ estimate }) => estimate.interval)).toEqual(figures.map(({ interval }) => interval));
  const page = join(home, 'report.html');
  await writeEvaluationReport(context, report, page);
  expect(readFileSync(page, 'utf8')).toContain('mean absolute error, in grades, images');

  const out = join(home, 'results.csv');
  await classifyPaths(context, { paths: [folder], model: 'knees', out });
  const [header = '', row = ''] = readFileSync(out, 'utf8').split('\n');
  expect(header).toContain(`images,${grades.map((name) => `probability_${name}`).join(',')},decision`);
  expect(grades).toContain(row.split(',')[header.split(',').indexOf('decision')]);
});
