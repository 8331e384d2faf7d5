/** The field case 33: pairs of classes as labs name them. Sensitivity is about the disease, or the report says which class and lets it be set. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, onTestFinished, test } from 'vitest';
import { evaluateLines } from '../../../core/cli/commands/evaluate.ts';
import { classifyPaths } from '../../../core/services/classification/classify.ts';
import { choosePositiveClass } from '../../../core/services/datasets/classes.ts';
import { checkDataset } from '../../../core/services/datasets/data-check.ts';
import { requireDataset } from '../../../core/services/datasets/dataset.ts';
import { evaluateModel } from '../../../core/services/evaluation/evaluate.ts';
import { modelCard } from '../../../core/services/evaluation/judge-card.ts';
import { judgeReport } from '../../../core/services/evaluation/judge-report.ts';
import { writeEvaluationReport } from '../../../core/services/evaluation/report-write.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { provideLpm } from '../../../core/services/lpm/bundled.ts';
import type { ServiceContext } from '../../../core/services/session/context.ts';
import { auditEvents, listDatasets, modelByName, runByName } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { openTestServices } from '../../support/made-studies.ts';
import { put } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { appErrorFrom } from '../../support/thrown.ts';

const name = '33-positive-class';
/** The disease of each labels file. */
const diseases = ['lesion', 'fracture', 'Effusion', 'COVID-19', 'auffällig', 'Karzinom', 'BI-RADS 5', 'Karzinom'];
const recipe = { method: 'linear', inputSize: 224, epochs: 2, batch: 4, lr: 1e-2 } as const;

async function services(): Promise<{ context: ServiceContext; home: string; lpm: string }> {
  const home = temporaryFolder();
  const { context, close } = await openTestServices(join(home, 'library'));
  onTestFinished(close);
  return { context, home, lpm: await provideLpm(context, 'embedded') };
}

/** Labels of the case under other names. */
function renamed(folder: string, normal: string, lesion: string): string {
  const text = readFileSync(casePath(name, 'labels-0.csv'), 'utf8');
  return put(folder, 'labels.csv', text.replaceAll('normal', normal).replaceAll('lesion', lesion));
}

describe.skipIf(!hasCases)('which class is positive (needs the field cases)', () => {
  test('the eight pairs of the case: sensitivity is about the disease, the second class of the model', async () => {
    const { context, home, lpm } = await services();
    const paths = [casePath(name, 'images')];
    for (const [file, disease] of diseases.entries()) {
      const dataset = `case ${file}`;
      await importPaths(context, { paths, dataset, labels: casePath(name, `labels-${file}.csv`) });
      const trained = await trainModel(context, { dataset, lpm, ...recipe, name: dataset });
      const report = await evaluateModel(context, { model: dataset });
      expect([trained.positiveClass, report.positiveClass, report.classes[1]]).toEqual([disease, disease, disease]);
      expect([report.positiveClassSource, report.warnings]).toEqual(['recognised', []]);
      // Rows and columns of the confusion matrix have names, so this is sensitivity by definition.
      const count = (truth: number, decision: number): number => report.image.confusion[truth]?.[decision] ?? 0;
      expect(report.image.sensitivity).toBe(count(1, 1) / (count(1, 1) + count(1, 0)));
      expect(report.image.specificity).toBe(count(0, 0) / (count(0, 0) + count(0, 1)));
      expect(report.image).toMatchObject({ positiveClass: disease, thresholdClass: disease });
      const text = evaluateLines(report).join('\n');
      expect(text).toContain(`Positive class: “${disease}”`);
      for (const figure of ['sensitivity', 'specificity', 'precision, PPV', 'threshold']) {
        expect(text).toContain(`${figure} (“${disease}”)`);
      }
      expect(modelByName(context.library.db, dataset)).toMatchObject({
        positiveClass: disease,
        thresholdClass: disease,
      });
    }
    const page = join(home, 'report.html');
    await writeEvaluationReport(context, await evaluateModel(context, { model: 'case 2' }), page);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('sensitivity of “Effusion”');
    expect(html).toContain('<h3>Effusion against the rest</h3>');
    expect(html).not.toContain('<h3>No Finding against the rest</h3>');
  });

  test('names that mean the opposite of what they say are asked about, and what was said is in every place', async () => {
    const { context, home, lpm } = await services();
    const labels = renamed(home, 'flow', 'no flow');
    const paths = [casePath(name, 'images')];
    await importPaths(context, { paths, dataset: 'd', labels });
    const request = { dataset: 'd', inputSize: 224, flip: false, seed: 0 };
    const guessed = checkDataset(context, request);
    expect(guessed.findings.map(({ code }) => code)).toContain('positiveClassGuessed');
    expect([guessed.positiveClass, guessed.positiveClassSource]).toEqual(['no flow', 'alphabet']);

    await trainModel(context, { dataset: 'd', lpm, ...recipe, name: 'guessed' });
    const unsaid = await evaluateModel(context, { model: 'guessed' });
    expect([unsaid.positiveClass, unsaid.positiveClassSource]).toEqual(['no flow', 'alphabet']);
    expect(evaluateLines(unsaid).join('\n')).toContain('Warning: The names “flow” and “no flow” do not tell');
    expect(evaluateLines(unsaid).join('\n')).toMatch(/sensitivity \(“no flow”, not set by you\)/);
    const unsaidPage = join(home, 'guessed.html');
    await writeEvaluationReport(context, unsaid, unsaidPage);
    expect(readFileSync(unsaidPage, 'utf8')).toContain('“no flow” was chosen by the alphabet');

    // Said with the training, kept with the data set, carried to run and model.
    await trainModel(context, { dataset: 'd', lpm, ...recipe, name: 'said', positive: 'flow' });
    const [dataset] = listDatasets(context.library.db);
    expect([dataset?.positiveClass, dataset?.positiveClassSource]).toEqual(['flow', 'chosen']);
    expect(checkDataset(context, request).findings.map(({ code }) => code)).not.toContain('positiveClassGuessed');
    const model = modelByName(context.library.db, 'said');
    expect(model).toMatchObject({ positiveClass: 'flow', positiveClassSource: 'chosen', thresholdClass: 'flow' });
    expect(runByName(context.library.db, model?.run ?? '')?.settings.positive).toBe('flow');
    const report = await evaluateModel(context, { model: 'said' });
    expect(report).toMatchObject({ positiveClass: 'flow', positiveClassSource: 'chosen', warnings: [] });
    expect(report.image).toMatchObject({ positiveClass: 'flow', thresholdClass: 'flow' });
    const page = join(home, 'report.html');
    await writeEvaluationReport(context, report, page);
    expect(readFileSync(page, 'utf8')).toContain('“flow” is the positive class');
    expect(judgeReport(context, { model: 'said', split: 'test', pooling: 'mean' })?.model.positiveClass).toBe('flow');
    expect(modelCard(context, 'said').model).toMatchObject({ positiveClass: 'flow', positiveClassSource: 'chosen' });
    const out = join(home, 'results.csv');
    await classifyPaths(context, { paths, model: 'said', out });
    const rows = parse(readFileSync(out, 'utf8'), { bom: true, columns: true }) as Record<string, string>[];
    expect(new Set(rows.map((row) => `${row['positiveClass']} ${row['thresholdClass']}`))).toEqual(
      new Set(['flow flow']),
    );

    // The same command means the same run; a model of another choice is another.
    const again = await trainModel(context, { dataset: 'd', lpm, ...recipe, name: 'said', positive: 'flow' });
    expect([again.resumed, again.run]).toEqual([true, model?.run]);

    // Said of the model later: figures are about the other class, no decision changes.
    const turned = await evaluateModel(context, { model: 'said', positive: 'no flow' });
    expect(turned).toMatchObject({ positiveClass: 'no flow', positiveClassSource: 'chosen' });
    expect([turned.image.sensitivity, turned.image.specificity]).toEqual([
      report.image.specificity,
      report.image.sensitivity,
    ]);
    expect([turned.image.thresholdClass, turned.image.threshold]).toEqual(['flow', report.image.threshold]);
    expect(turned.image.confusion).toEqual(report.image.confusion);
    expect(auditEvents(context.library.db).at(-2)?.action).toBe('model.positiveClassChosen');

    const wrong = await appErrorFrom(evaluateModel(context, { model: 'said', positive: 'Flow' }));
    expect([wrong.code, wrong.action]).toEqual(['BAD_INPUT', 'Write it as it is written there: "flow".']);
    choosePositiveClass(context, requireDataset(context, 'd'), null);
    expect(listDatasets(context.library.db)[0]?.positiveClassSource).toBe('alphabet');
  });

  test('with the import it is said before anything is read, and wrong names are refused there', async () => {
    const { context, home } = await services();
    const labels = renamed(home, 'normal', 'lesion');
    const paths = [casePath(name, 'images')];
    const error = await appErrorFrom(importPaths(context, { paths, dataset: 'd', labels, positive: 'tumour' }));
    expect(error.message).toContain('"lesion"');
    expect(listDatasets(context.library.db)).toEqual([]);
    await importPaths(context, { paths, dataset: 'd', labels, positive: 'normal' });
    expect(listDatasets(context.library.db)[0]).toMatchObject({
      positiveClass: 'normal',
      positiveClassSource: 'chosen',
    });
  });

  test('a list of classes that is fixed keeps its order, and labels outside it are refused by row with the allowed ones', async () => {
    const { context, home, lpm } = await services();
    const labels = renamed(home, 'zero', 'alpha');
    const paths = [casePath(name, 'images')];
    const text = readFileSync(labels, 'utf8').trimEnd().split('\n');
    const typo = (text[1] ?? '').replace(/zero|alpha/, 'zerro');
    put(home, 'labels.csv', [text[0], typo, ...text.slice(2)].join('\n'));
    const report = await importPaths(context, { paths, dataset: 'd', labels, classes: ['zero', 'alpha'] });
    expect(report.labels.applied).toBe(text.length - 2);
    expect(report.labels.problems).toEqual([
      {
        row: 2,
        message: 'label "zerro" is none of the classes of this data set, whose list is fixed: "zero", "alpha"',
      },
    ]);
    expect(
      listDatasets(context.library.db)[0]
        ?.classes.map((row) => row.name)
        .sort(),
    ).toEqual(['alpha', 'zero']);
    expect((await trainModel(context, { dataset: 'd', lpm, ...recipe, name: 'm' })).classes).toEqual(['zero', 'alpha']);
    // Later, without naming the list again.
    const later = await importPaths(context, { paths, dataset: 'd', labels });
    expect(later.labels.problems).toHaveLength(1);
    const other = await appErrorFrom(importPaths(context, { paths, dataset: 'd', labels, classes: ['alpha', 'zero'] }));
    expect([other.code, other.message.includes('are fixed: "zero", "alpha"')]).toEqual(['BAD_INPUT', true]);
  });

  test.each([
    ['-1', 'tables of several findings'],
    ['1.0', 'tables of several findings'],
    ['Effusion|Mass', 'several findings'],
    [`"['a', 'b']"`, 'several'],
    ['nan', 'missing'],
  ])(
    'a label %s is the mark of another kind of file: refused with what it is, and no class is made',
    async (label, why) => {
      const { context, home } = await services();
      const labels = put(home, 'labels.csv', `path,label\nimages/00.dcm,normal\nimages/01.dcm,${label}\n`);
      const error = await appErrorFrom(
        importPaths(context, { paths: [casePath(name, 'images')], dataset: 'd', labels }),
      );
      expect([error.code, error.message.includes(why), error.action.length > 20]).toEqual([
        'LABELS_INVALID',
        true,
        true,
      ]);
      expect(listDatasets(context.library.db)).toEqual([]);
    },
  );
});
