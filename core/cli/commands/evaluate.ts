import {
  type EvaluateReport,
  evaluateOptionsSchema,
  researchUseOnly,
  splitNames,
  studyPoolings,
  targetFacts,
  targetFigureWords,
} from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatInterval, formatMeasure, formatTable, plural } from '../format.ts';
import { given, oneOf, outputFile, text } from '../options.ts';
import { problemLines } from '../problem-lines.ts';

const defaults = evaluateOptionsSchema.parse({ model: 'M' });

export const command = defineCommand({
  name: 'evaluate',
  summary: 'judge a model on patients it never saw',
  description:
    'Computes AUC, sensitivity, specificity, calibration and more with 95 % intervals (bootstrap over patients, 2,000 resamples), for images and ' +
    'for studies. Sensitivity, specificity and precision of two classes are about the positive one, which is read from the names ' +
    '("fracture", not "no fracture") and named; a warning says when the names do not tell. With more classes they are means over classes. The test split was set apart when the data set was frozen and took no part in training or choosing.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {
    split: oneOf('--split <name>', 'which patients', splitNames, defaults.split),
    studyPooling: oneOf(
      '--study-pooling <how>',
      'how images of a study are brought together',
      studyPoolings,
      defaults.studyPooling,
    ),
    positive: text(
      '--positive <name>',
      'the class of two that figures are about, from now on and wherever this model is judged; no decision changes',
    ),
    report: outputFile('--report <file.html>', 'also write a self-contained report with curves'),
  },
  examples: [
    { line: 'sidelight evaluate mammo-1', why: 'the locked test patients' },
    { line: 'sidelight evaluate mammo-1 --report mammo-1.html', why: 'with curves, to print or pass on' },
    {
      line: 'sidelight evaluate flow-1 --positive "no flow"',
      why: 'names that do not tell which class is the disease',
    },
  ],
  run: async (context, args, { report: reportPath, ...options }) => {
    const services = await context.services();
    const { evaluateModel } = await import('../../services/evaluation/evaluate.ts');
    const result = await evaluateModel(services, { model: wordArgument(args, 0), ...given(options) });
    const lines = evaluateLines(result);
    if (reportPath !== undefined) {
      const { writeEvaluationReport } = await import('../../services/evaluation/report-write.ts');
      await writeEvaluationReport(services, result, reportPath);
      lines.push(`Report: ${reportPath}`);
    }
    return { json: { ...result, notice: researchUseOnly }, lines };
  },
});

/** What `evaluate` prints, one string a line. */
export function evaluateLines(report: EvaluateReport): string[] {
  const { image, study } = report;
  const about = report.positiveClass === null ? 'macro average' : `“${report.positiveClass}”`;
  const rows: [string, (block: EvaluateReport['image']) => string][] = [
    ['AUC (95 % interval)', (b) => formatInterval(b.auc, b.aucInterval)],
    ['accuracy', (b) => formatInterval(b.accuracy, b.accuracyInterval)],
    [`sensitivity (${about})`, (b) => formatMeasure(b.sensitivity)],
    [`specificity (${about})`, (b) => formatMeasure(b.specificity)],
    [`precision, PPV (${about})`, (b) => formatMeasure(b.precision)],
    [`F1 (${about})`, (b) => formatMeasure(b.f1)],
    [`average precision (${about})`, (b) => formatMeasure(b.averagePrecision)],
    ...kappaRows(report),
    ['Brier score', (b) => formatMeasure(b.brier)],
    ['calibration error', (b) => formatMeasure(b.calibrationError)],
    [
      `threshold${image.thresholdClass === null ? '' : ` (“${image.thresholdClass}”)`}`,
      (b) => formatMeasure(b.threshold),
    ],
  ];
  return [
    `Model "${report.model}" (${report.method}) on the ${report.split} patients of "${report.dataset}" version ${report.version}: ` +
      `${plural(image.patients, 'patient')}, ${plural(study.n, 'study', 'studies')}, ${plural(image.n, 'image')}.`,
    ...positiveLines(report),
    '',
    ...formatTable(
      ['', 'images', `studies (${report.studyPooling})`],
      rows.map(([name, value]) => [name, value(image), value(study)]),
    ),
    '',
    ...formatTable(
      [
        `${targetFacts[report.target].noun[0]} against the rest`,
        'images',
        'AUC (95 % interval)',
        'sensitivity',
        'specificity',
      ],
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

/** The figures that the target has beside the others; of targets that do not have it, kappa alone. */
function kappaRows({ classes, image }: EvaluateReport): [string, (block: EvaluateReport['image']) => string][] {
  if (image.figures.length === 0) {
    const name = classes.length > 2 ? 'kappa (quadratic, in the order of the classes below)' : 'kappa';
    return [[name, (b) => formatMeasure(b.kappa)]];
  }
  return image.figures.map(({ figure }) => [
    `${targetFigureWords[figure]} (95 % interval)`,
    (b) => {
      const own = b.figures.find((one) => one.figure === figure);
      return formatInterval(own?.value, own?.interval);
    },
  ]);
}

/** Whom the figures are about, before any figure. */
function positiveLines({ classes, positiveClass, warnings }: EvaluateReport): string[] {
  const other = classes.find((name) => name !== positiveClass) ?? '';
  const meaning =
    positiveClass === null
      ? 'Sensitivity and specificity are means over classes, each against the rest (macro average); the second table has each class.'
      : `Positive class: “${positiveClass}” (sensitivity: share of “${positiveClass}” found; specificity: share of “${other}” left alone).`;
  return [meaning, ...warnings.map((warning) => `Warning: ${warning}`)];
}
