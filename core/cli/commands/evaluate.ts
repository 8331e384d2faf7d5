import {
  type EvaluateReport,
  evaluateOptionsSchema,
  researchUseOnly,
  splitNames,
  studyPoolings,
} from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatInterval, formatMeasure, formatTable, plural } from '../format.ts';
import { oneOf, text } from '../options.ts';
import { problemLines } from '../problem-lines.ts';

const defaults = evaluateOptionsSchema.parse({ model: 'M' });

export const command = defineCommand({
  name: 'evaluate',
  summary: 'judge a model on patients it never saw',
  description:
    'Computes AUC, sensitivity, specificity, calibration and more with 95 % intervals (bootstrap over patients), for images and ' +
    'for studies. The test split was set apart when the data set was frozen and took no part in training or choosing.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {
    split: oneOf('--split <name>', 'which patients', splitNames, defaults.split),
    studyPooling: oneOf(
      '--study-pooling <how>',
      'how images of a study are brought together',
      studyPoolings,
      defaults.studyPooling,
    ),
    report: text('--report <file.html>', 'also write a self-contained report with curves'),
  },
  examples: [
    { line: 'sidelight evaluate mammo-1', why: 'the locked test patients' },
    { line: 'sidelight evaluate mammo-1 --report mammo-1.html', why: 'with curves, to print or pass on' },
  ],
  run: async (context, args, { report: reportPath, ...options }) => {
    const services = await context.services();
    const { evaluateModel } = await import('../../services/evaluate.ts');
    const result = await evaluateModel(services, { model: wordArgument(args, 0), ...options });
    const lines = evaluateLines(result);
    if (reportPath !== undefined) {
      const { writeEvaluationReport } = await import('../../services/report-write.ts');
      await writeEvaluationReport(services, result, reportPath);
      lines.push(`Report: ${reportPath}`);
    }
    return { json: { ...result, notice: researchUseOnly }, lines };
  },
});

function evaluateLines(report: EvaluateReport): string[] {
  const { image, study } = report;
  const rows: [string, (block: EvaluateReport['image']) => string][] = [
    ['AUC (95 % interval)', (b) => formatInterval(b.auc, b.aucInterval)],
    ['accuracy', (b) => formatInterval(b.accuracy, b.accuracyInterval)],
    ['sensitivity', (b) => formatMeasure(b.sensitivity)],
    ['specificity', (b) => formatMeasure(b.specificity)],
    ['F1', (b) => formatMeasure(b.f1)],
    ['average precision', (b) => formatMeasure(b.averagePrecision)],
    ['kappa', (b) => formatMeasure(b.kappa)],
    ['Brier score', (b) => formatMeasure(b.brier)],
    ['calibration error', (b) => formatMeasure(b.calibrationError)],
    ['threshold', (b) => formatMeasure(b.threshold)],
  ];
  return [
    `Model "${report.model}" (${report.method}) on the ${report.split} patients of "${report.dataset}" version ${report.version}: ` +
      `${plural(image.patients, 'patient')}, ${plural(study.n, 'study', 'studies')}, ${plural(image.n, 'image')}.`,
    '',
    ...formatTable(
      ['', 'images', `studies (${report.studyPooling})`],
      rows.map(([name, value]) => [name, value(image), value(study)]),
    ),
    '',
    ...formatTable(
      ['class', 'images', 'AUC (95 % interval)', 'sensitivity', 'specificity'],
      image.perClass.map((c) => [
        c.name,
        String(c.n),
        formatInterval(c.auc, c.aucInterval),
        formatMeasure(c.sensitivity),
        formatMeasure(c.specificity),
      ]),
    ),
    '',
    'Decisions on images (rows: label, columns: decision)',
    ...formatTable(
      ['', ...report.classes],
      image.confusion.map((row, i) => [report.classes[i] ?? '', ...row.map(String)]),
    ),
    ...problemLines(report.problems),
    '',
    researchUseOnly,
  ];
}
