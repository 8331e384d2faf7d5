/** Models of findings and of numbers, trained, evaluated and asked: results files, what the library keeps, report and evidence. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { batchResults, exportResults } from '../../../../core/services/classification/results.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { setThreshold } from '../../../../core/services/evaluation/judge-settings.ts';
import { writeEvaluationReport } from '../../../../core/services/evaluation/report-write.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { modelByName, predictionsOf } from '../../../../core/store/index.ts';
import { hasFinding, labelFindings, labelNumbers, writeFindingStudies } from '../../../support/finding-studies.ts';
import { instanceId } from '../../../support/ids.ts';
import { openTestServices, writeTinyLpm } from '../../../support/made-studies.ts';

const patients = 60;
let folder: string;
let context: ServiceContext;
let close: () => Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-findings-'));
  writeFindingStudies(join(folder, 'studies'), patients);
  writeTinyLpm(join(folder, 'lpm'));
  ({ context, close } = await openTestServices(join(folder, 'library')));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'all' });
  labelFindings(context.library, patients);
  labelNumbers(context.library, patients);
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  // Without augmentation what the images differ in is learned by heart, which is all that is needed here.
  const base = {
    lpm: 'tiny',
    inputSize: 224,
    batch: 8,
    tokenRatio: 1,
    method: 'fpt+',
    augment: false,
    flip: false,
  } as const;
  await trainModel(context, { ...base, dataset: 'findings', name: 'f', lr: 1e-2, epochs: 40 });
  await trainModel(context, { ...base, dataset: 'numbers', name: 'n', lr: 1e-2, epochs: 30 });
  return async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
}, 600_000);

const rowsOf = (path: string) => parse(readFileSync(path), { bom: true, columns: true }) as Record<string, string>[];

test('findings: evaluated, reported, classified by image and study, kept with the thresholds that decided', async () => {
  const report = await evaluateModel(context, { model: 'f', split: 'test' });
  expect(report.image.perClass.map(({ name }) => name)).toEqual(['corner', 'foot']);
  expect(report.image.auc).toBeGreaterThan(0.6);
  const html = join(folder, 'f.html');
  await writeEvaluationReport(context, report, html);
  const page = readFileSync(html, 'utf8');
  for (const text of ['Each finding by itself', 'ROC curve of corner', 'mean over the findings']) {
    expect(page).toContain(text);
  }
  for (const text of ['What was taken for what', 'against the rest', 'NaN']) expect(page).not.toContain(text);

  const record = modelByName(context.library.db, 'f');
  const thresholds = record?.findings.map(({ threshold }) => threshold) ?? [];
  const out = join(folder, 'f.csv');
  const classified = await classifyPaths(context, { paths: [join(folder, 'studies')], model: 'f', out });
  const rows = rowsOf(out).filter(({ level }) => level !== 'file');
  expect(rows.filter(({ level }) => level === 'study')).toHaveLength(patients);
  for (const row of rows) {
    (['corner', 'foot'] as const).forEach((name, k) => {
      expect(Number(row[`threshold_${name}`])).toBe(thresholds[k]);
      const isPresent = Number(row[`probability_${name}`]) >= (thresholds[k] as number);
      expect(row[`decision_${name}`]).toBe(isPresent ? 'present' : 'absent');
    });
  }
  expect(classified.decisions).toEqual(
    ['corner', 'foot'].map((name) => {
      const present = (level: string) =>
        rows.filter((row) => row['level'] === level && row[`decision_${name}`] === 'present').length;
      return { name, images: present('image'), studies: present('study') };
    }),
  );
  const right = rows.filter(
    ({ level, patientID, decision_corner }) =>
      level === 'image' &&
      (decision_corner === 'present') === hasFinding(Number(patientID?.replace('F-', '')), 'corner'),
  );
  expect(right.length).toBeGreaterThan(0.6 * patients);

  const batch = classified.batchId ?? 0;
  const results = batchResults(context, { batch });
  expect(results.thresholds).toEqual(
    thresholds.map((threshold, k) => ({ className: ['corner', 'foot'][k], threshold })),
  );
  expect(results.studies.map(({ isPresent }) => isPresent[0])).toEqual(
    rows.filter(({ level }) => level === 'study').map((row) => row['decision_corner'] === 'present'),
  );
  // A threshold that is moved later decides later studies, not those of before.
  setThreshold(context, 'f', { threshold: 0.999999, thresholdClass: 'present' }, 'val', 'corner');
  const later = join(folder, 'later.csv');
  exportResults(context, { batch }, 'csv', later);
  expect(rowsOf(later).map(({ path: _, patientID: __, ...row }) => row)).toEqual(
    rowsOf(out)
      .filter(({ level }) => level !== 'file')
      .map(({ path: _, patientID: __, ...row }) => row),
  );
  const asPage = join(folder, 'later.html');
  exportResults(context, { batch }, 'html', asPage);
  expect(readFileSync(asPage, 'utf8')).toContain('Findings that are present');
  setThreshold(context, 'f', { threshold: thresholds[0] as number, thresholdClass: 'present' }, 'val', 'corner');
});

test('numbers: predicted in their unit, kept as numbers, with errors and a scatter in the report', async () => {
  const report = await evaluateModel(context, { model: 'n', split: 'test' });
  expect(report.image.figures[0]?.figure).toBe('absoluteError');
  const html = join(folder, 'n.html');
  await writeEvaluationReport(context, report, html);
  const page = readFileSync(html, 'utf8');
  for (const text of ['How far off the answers are', 'answer: size', 'upper limit of agreement'])
    expect(page).toContain(text);
  for (const text of ['ROC', 'sensitivity', 'NaN', 'What was taken']) expect(page).not.toContain(text);
  const out = join(folder, 'n.csv');
  const classified = await classifyPaths(context, { paths: [join(folder, 'studies')], model: 'n', out });
  expect([classified.decisions, classified.threshold]).toEqual([[], null]);
  const images = rowsOf(out).filter(({ level }) => level === 'image');
  const error = images.map(({ patientID, predicted_size }) =>
    Math.abs(Number(predicted_size) - (hasFinding(Number(patientID?.replace('F-', '')), 'corner') ? 40 : 10)),
  );
  expect(error.reduce((a, b) => a + b, 0) / error.length).toBeLessThan(12);
  const stored = predictionsOf(context.library.db, classified.batchId ?? 0);
  expect(stored.map(({ value }) => value)).toEqual(
    rowsOf(out).flatMap(({ predicted_size }) => (predicted_size === '' ? [] : [Number(predicted_size)])),
  );
  expect(stored.every(({ probabilities }) => probabilities.length === 0)).toBe(true);
  expect(batchResults(context, { batch: classified.batchId ?? 0 }).studies[0]).toMatchObject({
    probabilities: [],
    isPresent: [],
    confidence: null,
    isReferred: null,
  });
});

test('evidence is about one finding at a time; a number has none', async () => {
  const options = { model: 'f', instanceId: instanceId(2), frame: 0 };
  const report = await findEvidence(context, options);
  expect(report.classes).toEqual(['corner', 'foot']);
  expect(report.relevance).toHaveLength(2);
  expect(report.relevance.flatMap(({ all }) => all.patches).every(Number.isFinite)).toBe(true);
  expect(report.answer === 'none' || report.answer.split('; ').every((name) => report.classes.includes(name))).toBe(
    true,
  );
  await expect(findEvidence(context, { ...options, model: 'n' })).rejects.toThrow(/a number has none/);
});
