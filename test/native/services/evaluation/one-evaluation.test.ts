/** One model evaluated three ways, by the command line, its report and Judge: every figure that two of them show is the same number. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EvaluateReport, evaluateReportSchema, type StudyPooling } from '../../../../core/contract/index.ts';
import { requireSet } from '../../../../core/services/evaluation/evaluated-set.ts';
import { judgeAtThreshold } from '../../../../core/services/evaluation/judge.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { compareModels } from '../../../../core/services/evaluation/judge-compare.ts';
import { judgeReport } from '../../../../core/services/evaluation/judge-report.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openLibrary } from '../../../../core/store/index.ts';
import { runCommand } from '../../../support/command.ts';
import { openTestServices, writeTinyLpm } from '../../../support/made-studies.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';

let folder: string;
let library: string;
const levels = ['image', 'study'] as const;

/**
 * Patients with two studies of five images each, told apart by brightness, and not always: 400 test images, so that cases times
 * classes are 800. In one test study an image is labelled otherwise than the rest.
 */
function writeCases(): string {
  const rows = ['sopInstanceUID,label,split'];
  for (let p = 0; p < 56; p++) {
    const split = p < 8 ? 'train' : p < 16 ? 'val' : 'test';
    for (let k = 0; k < 10; k++) {
      const study = `1.2.40.${p}.${k < 5 ? 1 : 2}`;
      const instance = `${study}.${k}`;
      const grey = 500 + ((p * 1370 + k * 610) % 2000) + (p % 2 === 0 ? 0 : 800);
      put(folder, `studies/${p}-${k}.dcm`, tinyDicom({ patient: `P${p}`, study, instance, grey, hasWindow: true }));
      const isSick = p % 2 === 1 || (p === 20 && k === 0);
      rows.push(`${instance},${isSick ? 'lesion' : 'normal'},${split}`);
    }
  }
  return put(folder, 'labels.csv', `${rows.join('\n')}\n`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-one-'));
  library = join(folder, 'library');
  const labels = writeCases();
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(library);
  try {
    await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'greys', labels });
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const base = {
      dataset: 'greys',
      lpm: 'tiny',
      inputSize: 224,
      method: 'linear',
      epochs: 40,
      batch: 16,
      lr: 3e-2,
    } as const;
    await trainModel(context, { ...base, name: 'm' });
  } finally {
    await close();
  }
  return () => rmSync(folder, { recursive: true, force: true });
}, 300_000);

function evaluated(pooling: StudyPooling): { readonly report: EvaluateReport; readonly html: string } {
  const file = join(folder, `${pooling}.html`);
  const { json } = runCommand({ library }, 'evaluate', 'm', '--study-pooling', pooling, '--report', file);
  const { notice: _, ...report } = json;
  return { report: evaluateReportSchema.parse(report), html: readFileSync(file, 'utf8') };
}

function judging(): ServiceContext {
  const opened = openLibrary(library, { mode: 'write' });
  onTestFinished(() => opened.close());
  return testContext(opened);
}

/** What `evaluate` and Judge both tell of images or of studies. */
function shared(report: EvaluateReport): unknown {
  return levels.map((level) => {
    const block = report[level];
    return {
      n: block.n,
      patients: block.patients,
      auc: { value: block.auc, interval: block.aucInterval },
      accuracy: { value: block.accuracy, interval: block.accuracyInterval },
      averagePrecision: block.averagePrecision,
      brier: block.brier,
      calibrationError: block.calibrationError,
      classes: block.perClass.map(({ name, n, auc, aucInterval, averagePrecision }) => {
        return { name, n, auc: { value: auc, interval: aucInterval }, averagePrecision };
      }),
    };
  });
}

function sharedByJudge(context: ServiceContext, pooling: StudyPooling): unknown {
  const report = judgeReport(context, { model: 'm', split: 'test', pooling });
  return levels.map((level) => {
    const own = report?.[level];
    return {
      n: own?.n,
      patients: own?.patients,
      auc: own?.auc,
      accuracy: own?.accuracy,
      averagePrecision: own?.averagePrecision.value,
      brier: own?.brier,
      calibrationError: own?.calibrationError,
      classes: own?.classes.map(({ name, n, auc, averagePrecision }) => ({ name, n, auc, averagePrecision })),
    };
  });
}

test.each(['mean', 'max'] as const)(
  'studies pooled by the %s: the command line, its report and Judge say the same',
  (pooling) => {
    const { report, html } = evaluated(pooling);
    expect([report.image.n, report.study.n, report.image.patients]).toEqual([400, 79, 40]);
    const context = judging();
    expect(sharedByJudge(context, pooling)).toEqual(shared(report));

    const three = (value: number | null): string => (value ?? Number.NaN).toFixed(3);
    for (const { auc, aucInterval } of [report.image, report.study]) {
      const [low = null, high = null] = aucInterval ?? [];
      expect(html).toContain(`${three(auc)}<br><small>${three(low)} – ${three(high)}</small>`);
    }
    const { calibrationError, brier } = report.image;
    expect(html).toContain(`expected calibration error ${three(calibrationError)}, Brier score ${three(brier)}`);

    // The strip above Judge's curves, with the slider where it stands when a model is opened.
    const set = requireSet(context, { model: 'm', split: 'test', pooling });
    const classIndex = report.classes.indexOf(report.image.thresholdClass ?? '');
    for (const level of levels) {
      const block = report[level];
      const at = judgeAtThreshold(set, { level, classIndex, threshold: block.threshold ?? 0.5, prevalence: 0.1 });
      expect(at.accuracy).toEqual({ value: block.accuracy, interval: block.accuracyInterval });
      expect([at.sensitivity.value, at.specificity.value]).toEqual([block.sensitivity, block.specificity]);
      expect([at.confusion, at.kappa]).toEqual([block.confusion, block.kappa]);
      const [row] = compareModels(context, { model: 'm', split: 'test', pooling, level });
      expect(row?.auc).toEqual({ value: block.auc, interval: block.aucInterval });
    }
    const mixed = report.problems.filter(({ code }) => code === 'LABELS_INVALID');
    expect(mixed.map(({ count }) => count)).toEqual([
      judgeReport(context, { model: 'm', split: 'test', pooling })?.mixedStudies,
    ]);
  },
);

test('the model card says what evaluate says of studies pooled by the mean', () => {
  const { report } = evaluated('mean');
  for (const { level, ...row } of modelCard(judging(), 'm').results.filter(({ split }) => split === 'test')) {
    const block = report[level];
    expect(row).toMatchObject({ n: block.n, patients: block.patients });
    expect(row.auc).toEqual({ value: block.auc, interval: block.aucInterval });
    expect(row.accuracy).toEqual({ value: block.accuracy, interval: block.accuracyInterval });
    expect([row.sensitivity?.value, row.specificity?.value]).toEqual([block.sensitivity, block.specificity]);
  }
});

/** Which intervals are kept of the evaluation on the test images. */
const keptParts = ({ library: { db } }: ServiceContext): string[] =>
  db
    .all<{ part: string }>(
      `SELECT i.part FROM evaluation_intervals i JOIN evaluations e ON e.id = i.evaluation_id WHERE e.split = 'test' ORDER BY i.part`,
    )
    .map(({ part }) => part);

test('intervals are kept with the evaluation: Judge reads them, and computes the same ones where they are not there', () => {
  const { report } = evaluated('mean');
  const kept = judging();
  const parts = keptParts(kept);
  expect(parts).toEqual([
    'image, decisions',
    'image, ranking',
    'study mean, decisions',
    'study mean, ranking',
    'verdict, image, pairs',
    'verdict, study mean, pairs',
  ]);
  kept.library.writer.run(`UPDATE evaluation_intervals SET intervals = '[0.25,0.75]' WHERE part = 'image, decisions'`);
  const accuracy = () => judgeReport(kept, { model: 'm', split: 'test', pooling: 'mean' })?.image.accuracy.interval;
  expect(accuracy()).toEqual([0.25, 0.75]);
  kept.library.close();

  const anew = judging();
  anew.library.writer.run(`DELETE FROM evaluation_intervals`);
  expect(sharedByJudge(anew, 'mean')).toEqual(shared(report));
  expect(keptParts(anew)).toEqual(parts);
});

test('of other cases nothing is kept: after a patient is gone, the figures are those of who is left', () => {
  evaluated('mean');
  const context = judging();
  const db = context.library.writer;
  db.run(`DELETE FROM evaluation_images WHERE position % 2 = 0`);
  const after = sharedByJudge(context, 'mean');
  db.run(`DELETE FROM evaluation_intervals`);
  context.library.close();
  expect(sharedByJudge(judging(), 'mean')).toEqual(after);
});
