import {
  type EvaluateReport,
  englishVerdictSentences,
  evaluateOptionsSchema,
  evaluationParts,
  isNoBetterThanGuessing,
  type LimitsOfAgreementView,
  researchUseOnly,
  studyPoolings,
  targetFacts,
  targetFigureWords,
} from '../../contract/index.ts';
import { decisionRule, namedPositive } from '../../report/positive-class-words.ts';
import { referralLines } from '../../report/referral-words.ts';
import { mainVerdict } from '../../report/words.ts';
import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { formatInterval, formatMeasure, formatTable, plural } from '../format.ts';
import { decimal, given, oneOf, outputFile, text, toggle } from '../options.ts';
import { problemLines } from '../problem-lines.ts';

const defaults = evaluateOptionsSchema.parse({ model: 'M' });

export const command = defineCommand({
  name: 'evaluate',
  summary: 'judge a model on patients it never saw',
  description:
    'Computes AUC, sensitivity, specificity, calibration and more with 95 % intervals (bootstrap over patients, 2,000 resamples), for images and ' +
    'for studies; those of cross-validation are wider, because out-of-fold answers know of each other. Sensitivity, specificity and precision of two classes are about the positive one, which is read from the names ' +
    '("fracture", not "no fracture") and named; a warning says when the names do not tell. With more classes they are means over classes. Of several findings each is judged by itself, on the images where it is known, and means are over those that are present in some and absent in others; ' +
    'of numbers it is told how far off they are. The test split was set apart when the data set was frozen and took no part in training or choosing.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {
    split: oneOf(
      '--split <name>',
      'which patients; cross-validation: those of training and validation, each answered by the network of a model of folds (train --folds) that did not learn from them',
      evaluationParts,
      defaults.split,
    ),
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
    refer: decimal(
      '--refer <share>',
      'sets anew which answers go to a reader, and keeps that rule with the model: the fewest for which, with 95 % certainty, at most this share of the other answers is wrong (0.05 for 5 %). Found on the out-of-fold answers of a model of folds, else on the validation cases',
      undefined,
    ),
    shortcuts: toggle(
      '--shortcuts',
      'also check whether the answers hang on a corner, on what lies outside the body, or on the device',
    ),
    report: outputFile('--report <file.html>', 'also write a self-contained report with curves'),
  },
  examples: [
    { line: 'sidelight evaluate mammo-1', why: 'the locked test patients' },
    { line: 'sidelight evaluate mammo-1 --report mammo-1.html', why: 'with curves, to print or pass on' },
    { line: 'sidelight evaluate mammo-1 --shortcuts', why: 'whether it reads markers instead of findings' },
    {
      line: 'sidelight evaluate mammo-cv --split cross-validation --refer 0.05',
      why: 'which answers to refer so that at most 5 % of the others are wrong',
    },
    {
      line: 'sidelight evaluate flow-1 --positive "no flow"',
      why: 'names that do not tell which class is the disease',
    },
  ],
  run: async (context, args, { report: reportPath, shortcuts: isChecked, ...options }) => {
    const { split } = options;
    if (isChecked && split === 'cross-validation') {
      throw new UsageError(
        '--shortcuts answers images again: give a split of images that the model did not learn from, such as --split test.',
      );
    }
    const services = await context.services();
    const { evaluateModel } = await import('../../services/evaluation/evaluate.ts');
    const result = await evaluateModel(services, { model: wordArgument(args, 0), ...given(options) });
    const lines = evaluateLines(result);
    if (reportPath !== undefined) {
      const { writeEvaluationReport } = await import('../../services/evaluation/report-write.ts');
      await writeEvaluationReport(services, result, reportPath);
      lines.push(`Report: ${reportPath}`);
    }
    const next = nextLines(result);
    if (!isChecked) return { json: { ...result, notice: researchUseOnly }, lines: [...lines, ...next] };
    const { checkShortcuts } = await import('../../services/shortcuts/shortcuts.ts');
    const { shortcutLines } = await import('../shortcut-lines.ts');
    const shortcuts = await checkShortcuts(services, {
      model: result.model,
      ...(split === 'cross-validation' ? {} : given({ split })),
    });
    lines.push('', ...shortcutLines(shortcuts), ...next);
    return { json: { ...result, shortcuts, notice: researchUseOnly }, lines };
  },
});

/** What `evaluate` prints, one string a line. */
export function evaluateLines(report: EvaluateReport): string[] {
  const { image, study } = report;
  const { isPerName, hasMarks } = targetFacts[report.target];
  const rows = isPerName ? (hasMarks ? findingRows() : quantityRows(report)) : classRows(report);
  return [
    `Model "${report.model}" (${report.method}) on the ${report.split} patients of "${report.dataset}" version ${report.version}: ` +
      `${plural(image.patients, 'patient')}, ${plural(study.n, 'study', 'studies')}, ${plural(image.n, 'image')}.`,
    '',
    ...verdictLines(report),
    '',
    ...(isPerName ? report.warnings.map((warning) => `Warning: ${warning}`) : positiveLines(report)),
    '',
    ...formatTable(
      ['', 'images', `studies (${report.studyPooling})`],
      rows.map(([name, value]) => [name, value(image), value(study)]),
    ),
    ...(isPerName ? [] : classTable(report)),
    ...(hasMarks ? findingTables(report) : []),
    ...behindBlank(referralLines(report)),
    ...problemLines(report.problems),
    '',
    researchUseOnly,
  ];
}

/** What the model is for, where anything shows that its answers are better than guessing. */
function nextLines({ model, study, image }: EvaluateReport): string[] {
  const verdict = mainVerdict(study, image);
  return verdict === null || isNoBetterThanGuessing(verdict)
    ? []
    : [`Next: sidelight classify FOLDER --model "${model}" --out results.csv`];
}

const behindBlank = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines]);

/** What the figures mean, before any of them: of studies; of images too where that is another verdict. */
function verdictLines({ image, study }: EvaluateReport): string[] {
  const main = mainVerdict(study, image);
  if (main === null) return [];
  const isOther = image.verdict !== null && main !== image.verdict && image.verdict.kind !== main.kind;
  const said = (unit: string, [head = '', ...rest]: readonly string[]): string[] => [`${unit}: ${head}`, ...rest];
  return [
    ...said(main === image.verdict ? 'Images' : 'Studies', englishVerdictSentences(main)),
    ...(isOther && image.verdict !== null ? said('Images', englishVerdictSentences(image.verdict).slice(0, 1)) : []),
  ];
}

/** A figure by its name, read from a block. */
type FigureRow = readonly [name: string, value: (block: EvaluateReport['image']) => string];

function classRows(report: EvaluateReport): FigureRow[] {
  const about = namedPositive(report) ?? 'macro average';
  return [
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
      `threshold${report.image.thresholdClass === null ? '' : ` (“${report.image.thresholdClass}”)`}`,
      (b) => formatMeasure(b.threshold),
    ],
  ];
}

function classTable({ image, target, classes }: EvaluateReport): string[] {
  return [
    '',
    `Each ${targetFacts[target].noun[0]} at the decision of the model (${decisionRule(image)})`,
    ...formatTable(
      [
        `${targetFacts[target].noun[0]} against the rest`,
        'images',
        'answered',
        'AUC (95 % interval)',
        'sensitivity',
        'specificity',
        'precision',
      ],
      image.perClass.map((c) => [
        c.name,
        String(c.n),
        String(c.answered ?? 0),
        formatInterval(c.auc, c.aucInterval),
        formatInterval(c.sensitivity, c.sensitivityInterval),
        formatInterval(c.specificity, c.specificityInterval),
        formatInterval(c.precision, c.precisionInterval),
      ]),
    ),
    '',
    'Decisions on images (rows: label, columns: decision)',
    ...formatTable(
      ['', ...classes],
      image.confusion.map((row, i) => [classes[i] ?? '', ...row.map(String)]),
    ),
  ];
}

/** Means over the findings that can be judged; what they are worth, the tables below say. */
function findingRows(): FigureRow[] {
  const judged = ({ perClass }: EvaluateReport['image']): string =>
    `${perClass.filter(({ unjudged }) => unjudged === undefined).length} of ${perClass.length}`;
  return [
    ['findings that can be judged', judged],
    ['mean AUC (95 % interval)', (b) => formatInterval(b.auc, b.aucInterval)],
    ['mean average precision', (b) => formatMeasure(b.averagePrecision)],
    ['mean sensitivity', (b) => formatMeasure(b.sensitivity)],
    ['mean specificity', (b) => formatMeasure(b.specificity)],
    ['right answers to what is known', (b) => formatInterval(b.accuracy, b.accuracyInterval)],
    ['mean Brier score', (b) => formatMeasure(b.brier)],
  ];
}

function findingTables({ image, study, studyPooling }: EvaluateReport): string[] {
  const table = (unit: string, { perClass }: EvaluateReport['image']): string[] => [
    '',
    ...formatTable(
      [
        `finding, in ${unit}`,
        'known',
        'present',
        'AUC (95 % interval)',
        'average precision',
        'sensitivity',
        'specificity',
        'threshold',
      ],
      perClass.map((c) => [
        c.name,
        String(c.known ?? 0),
        String(c.n),
        formatInterval(c.auc, c.aucInterval),
        formatMeasure(c.averagePrecision),
        formatMeasure(c.sensitivity),
        formatMeasure(c.specificity),
        formatMeasure(c.threshold),
      ]),
    ),
  ];
  return [...table('images', image), ...table(`studies (${studyPooling})`, study)];
}

function quantityRows({ image }: EvaluateReport): FigureRow[] {
  const limit = (name: keyof LimitsOfAgreementView): FigureRow[1] => {
    return ({ agreement }) => formatInterval(agreement?.[name].value, agreement?.[name].interval);
  };
  return [
    ...figureRows(image),
    ['bias: answer minus label, on average', limit('bias')],
    ['95 % of the differences lie above', limit('low')],
    ['95 % of the differences lie below', limit('high')],
  ];
}

/** The figures that the target has beside the others; of targets that do not have it, kappa alone. */
function kappaRows({ classes, image }: EvaluateReport): FigureRow[] {
  if (image.figures.length > 0) return figureRows(image);
  const name = classes.length > 2 ? 'kappa (quadratic, in the order of the classes below)' : 'kappa';
  return [[name, (b) => formatMeasure(b.kappa)]];
}

function figureRows({ figures }: EvaluateReport['image']): FigureRow[] {
  return figures.map(({ figure }) => [
    `${targetFigureWords[figure]} (95 % interval)`,
    (b) => {
      const own = b.figures.find((one) => one.figure === figure);
      return formatInterval(own?.value, own?.interval);
    },
  ]);
}

/** Whom the figures are about, before any figure. */
function positiveLines(report: EvaluateReport): string[] {
  const { classes, positiveClass, warnings } = report;
  const other = classes.find((name) => name !== positiveClass) ?? '';
  const meaning =
    positiveClass === null
      ? 'Sensitivity and specificity are means over classes, each against the rest (macro average); the second table has each class.'
      : `Positive class: ${namedPositive(report)} (sensitivity: share of “${positiveClass}” found; specificity: share of “${other}” left alone).`;
  return [meaning, ...warnings.map((warning) => `Warning: ${warning}`)];
}
