/** Figures name their class: models of today, models that were stored before anyone asked, and label files of labs end to end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelRecord } from '../../../../core/contract/index.ts';
import { batchResults, exportResults } from '../../../../core/services/classification/results.ts';
import { checkDataset } from '../../../../core/services/datasets/data-check.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { judgeAtThreshold, judgedCases } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { setReferBand, setThreshold } from '../../../../core/services/evaluation/judge-settings.ts';
import { evaluationBlocks } from '../../../../core/services/evaluation/metrics-block.ts';
import { Database } from '../../../../core/store/database.ts';
import {
  addBatch,
  addVersion,
  type Library,
  labelledInstances,
  modelByName,
  saveEvaluation,
} from '../../../../core/store/index.ts';
import { migrations } from '../../../../core/store/migrations/index.ts';
import { addModelRow, fillDataset, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Truth and probability of "Effusion" of each case: 3 of 4 effusions are found at 0.3, 5 of 6 others left alone. */
const cases = [
  ...[0.9, 0.6, 0.4, 0.2].map((p) => ({ label: 'Effusion', p })),
  ...[0.5, 0.25, 0.2, 0.15, 0.1, 0.05].map((p) => ({ label: 'No Finding', p })),
];

/** A model as the alphabet left it: the disease first, and a threshold on the probability of "No Finding". */
function olderModel(library: Library): ModelRecord {
  const classes = ['Effusion', 'No Finding'];
  const db = library.writer;
  fillDataset(
    library,
    cases.map(({ label }) => label),
  );
  const id = addModelRow(
    library,
    'older',
    classes,
    cases.map(({ label }) => classes.indexOf(label)),
  );
  db.run(`UPDATE models SET threshold = 0.7, threshold_class = 'No Finding' WHERE id = :id`, { id });
  const images = cases.map(({ p }, position) => ({
    position,
    logits: Float32Array.of(Math.log(p), Math.log(1 - p)),
  }));
  saveEvaluation(db, { modelId: id, split: 'test', images }, testTime);
  const record = modelByName(library.db, 'older');
  if (record === undefined) throw new Error('the model is there');
  return record;
}

const request = { model: 'older', split: 'test', pooling: 'mean' } as const;

describe('a model stored with the disease first', () => {
  test('its record says whom figures and threshold are about, and keeps its order', () => {
    expect(olderModel(temporaryLibrary())).toMatchObject({
      classes: ['Effusion', 'No Finding'],
      positiveClass: 'Effusion',
      positiveClassSource: 'recognised',
      threshold: 0.7,
      thresholdClass: 'No Finding',
    });
  });

  test('evaluate: sensitivity is the share of effusions found with the decisions that the model always made', () => {
    const library = temporaryLibrary();
    olderModel(library);
    const context = testContext(library);
    const { image: block } = evaluationBlocks(context, request);
    expect(block).toMatchObject({
      positiveClass: 'Effusion',
      sensitivity: 3 / 4,
      specificity: 5 / 6,
      precision: 3 / 4,
      threshold: 0.7,
      thresholdClass: 'No Finding',
      confusion: [
        [3, 1],
        [1, 5],
      ],
    });
  });

  test('Judge and the card: the same figures, each with its class', () => {
    const library = temporaryLibrary();
    olderModel(library);
    const context = testContext(library);
    const set = requireSet(context, request);
    const at = judgeAtThreshold(set, { level: 'study', classIndex: 0, threshold: 0.3, prevalence: 0.1 });
    expect([at.className, at.sensitivity.value, at.specificity.value]).toEqual(['Effusion', 3 / 4, 5 / 6]);
    expect(at.confusion).toEqual([
      [3, 1],
      [1, 5],
    ]);
    at.confusion.forEach((row, truth) => {
      row.forEach((n, decision) => {
        expect(judgedCases(set, 'study', { classIndex: 0, threshold: 0.3, truth, decision }).length).toBe(n);
      });
    });
    const report = judgeReport(context, request);
    expect(report?.study.accuracy.value).toBe(8 / 10);
    expect(report?.study.coverage[0]?.band.className).toBe('No Finding');
    const [study] = modelCard(context, 'older').results;
    expect([study?.sensitivity?.value, study?.specificity?.value]).toEqual([3 / 4, 5 / 6]);
    expect(() => judgeAtThreshold(set, { level: 'study', classIndex: 2, threshold: 0.3, prevalence: 0.1 })).toThrow(
      '2 classes',
    );
  });

  test('a new threshold says its class; one for a class that the model lacks is refused; a band keeps its own class', () => {
    const library = temporaryLibrary();
    olderModel(library);
    const context = testContext(library);
    const band = { className: 'No Finding', low: 0.6, high: 0.8 };
    setReferBand(context, 'older', band);
    expect(setThreshold(context, 'older', { threshold: 0.45, thresholdClass: 'Effusion' }, 'val')).toMatchObject({
      threshold: 0.45,
      thresholdClass: 'Effusion',
      referBand: band,
    });
    const [study] = modelCard(context, 'older').results;
    expect([study?.sensitivity?.value, study?.specificity?.value]).toEqual([2 / 4, 5 / 6]);
    const wrong = () => setThreshold(context, 'older', { threshold: 0.45, thresholdClass: 'effusion' }, 'val');
    expect(wrong).toThrow('"effusion" is neither');
    expect(() => setReferBand(context, 'older', { ...band, className: null })).toThrow('no class was named');
    const referred = judgedCases(requireSet(context, request), 'image', { classIndex: 0, threshold: 0.45 });
    expect(
      referred
        .filter((c) => c.isReferred)
        .map((c) => c.probabilities[0]?.toFixed(2))
        .sort(),
    ).toEqual(['0.25', '0.40']);
  });

  test('results of earlier batches keep the threshold that decided them, with its class', () => {
    const library = temporaryLibrary();
    const { id: modelId } = olderModel(library);
    const context = testContext(library);
    const prediction = {
      level: 'study' as const,
      studyInstanceUID: '1.2.3.0',
      sopInstanceUID: null,
      frame: null,
      images: 1,
      probabilities: [0.4, 0.6],
      decision: 'Effusion',
      threshold: 0.7,
      thresholdClass: 'No Finding',
      contentHash: null,
    };
    const batch = addBatch(library.writer, { jobId: null, modelId, predictions: [prediction] }, testTime);
    setThreshold(context, 'older', { threshold: 0.9, thresholdClass: 'Effusion' }, 'val');
    const results = batchResults(context, { batch });
    expect(results.thresholds).toEqual([{ className: 'No Finding', threshold: 0.7 }]);
    expect(results.positiveClass).toBe('Effusion');
    const folder = temporaryFolder();
    exportResults(context, { batch }, 'csv', join(folder, 'r.csv'));
    const [header = '', row = ''] = readFileSync(join(folder, 'r.csv'), 'utf8').split('\n');
    const cells = new Map(header.split(',').map((name, i) => [name, row.split(',')[i]]));
    expect([cells.get('threshold'), cells.get('thresholdClass'), cells.get('decision')]).toEqual([
      '0.7',
      'No Finding',
      'Effusion',
    ]);
    exportResults(context, { batch }, 'html', join(folder, 'r.html'));
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain('“No Finding” from a probability of 0.700 on');
  });

  test('a library from before keeps every threshold with the class it was chosen for', () => {
    const library = temporaryLibrary();
    const { id: modelId } = olderModel(library);
    const db = library.writer;
    const path = join(library.folder, 'sidelight.sqlite');
    db.run(`UPDATE models SET refer_low = 0.6, refer_high = 0.8, threshold_class = NULL WHERE id = :modelId`, {
      modelId,
    });
    db.run(`INSERT INTO batches (id, job_id, model_id, created_at) VALUES (1, NULL, :modelId, :now)`, {
      modelId,
      now: testTime,
    });
    db.run(
      `INSERT INTO predictions (batch_id, level, study_instance_uid, images, decision, threshold)
       VALUES (1, 'study', '1.2', 1, 'Effusion', 0.7), (1, 'study', '1.3', 1, 'Effusion', NULL)`,
      {},
    );
    library.close();
    const database = Database.open(path, { readonly: false });
    onTestFinished(() => database.close());
    for (const column of [
      'models DROP COLUMN threshold_class',
      'models DROP COLUMN refer_class',
      'predictions DROP COLUMN threshold_class',
    ]) {
      database.execute(`ALTER TABLE ${column}`);
    }
    migrations.find(({ number }) => number === 160)?.up(database);
    expect(database.all('SELECT threshold, threshold_class, refer_class FROM models', {})).toEqual([
      { threshold: 0.7, threshold_class: 'No Finding', refer_class: 'No Finding' },
    ]);
    expect(database.all('SELECT threshold, threshold_class FROM predictions ORDER BY id', {})).toEqual([
      { threshold: 0.7, threshold_class: 'No Finding' },
      { threshold: null, threshold_class: null },
    ]);
  });

  test('a data set keeps the order of classes that its newest version has, so that equal content stays one version', () => {
    const library = temporaryLibrary();
    const labels = ['Effusion', 'No Finding'].flatMap((label) => Array.from({ length: 4 }, () => label));
    const { datasetId } = fillDataset(library, labels);
    const classes = ['Effusion', 'No Finding'];
    const rows = labelledInstances(library.db, datasetId);
    const images = rows.map(({ instanceId, patientId, studyId, label }) => ({
      ...{ instanceId, frame: 0, patientId, studyId, split: 'train' as const },
      classIndex: classes.indexOf(label ?? ''),
    }));
    addVersion(library.writer, { datasetId, contentHash: '0'.repeat(64), seed: 0, classes, images }, testTime);
    expect(freezeDataset(testContext(library), { dataset: 'demo' }).classes).toEqual(classes);
  });
});

test('names that do not tell are said before training, too', () => {
  const library = temporaryLibrary();
  fillDataset(library, ['adenoma', 'carcinoma', 'adenoma', 'carcinoma']);
  const check = checkDataset(testContext(library), { dataset: 'demo', inputSize: 64, flip: false, seed: 0 });
  const found = check.findings.find(({ code }) => code === 'positiveClassGuessed');
  expect([found?.severity, found?.values]).toEqual(['serious', { name: 'carcinoma', other: 'adenoma' }]);
});
