import {
  type ComparisonReport,
  comparedParts,
  compareOptionsSchema,
  comparisonRecipeMeaning,
  comparisonRecipes,
  methods,
  researchUseOnly,
} from '../../contract/index.ts';
import { comparisonNotes, lpmShare, untrainedWords } from '../../report/comparison-words.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatCount, formatDuration, formatInterval, formatTable } from '../format.ts';
import { methodsOf } from '../methods-option.ts';
import { decimal, given, integer, list, lpmName, oneOf, outputFile } from '../options.ts';

const defaults = compareOptionsSchema.parse({ dataset: 'D' });

export const command = defineCommand({
  name: 'compare',
  summary: 'fine-tuning methods side by side on a data set',
  description:
    'Makes the table of the papers on your own data: of each method its learnable parameters, the memory of training, the time of an epoch, the AUC on test ' +
    'patients with an interval over trainings and patients, and the scores PPE and PME (docs/comparison.md). Memory and time are measured first; ' +
    'methods that do not fit stand in the table with what was measured, and are not trained. All trainings are one job with one promise of time; the same ' +
    'command after a stop or a crash goes on, and after the end shows the table again. Test patients are answered once, when all trainings have ended. ' +
    'The models stay in the library.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    lpm: lpmName(defaults.lpm),
    methods: list('--methods <names>', `which, with commas between: ${methods.join(', ')} (default: all)`),
    seeds: integer('--seeds <n>', 'trainings of each method, which differ in their random numbers', defaults.seeds),
    recipe: oneOf(
      '--recipe <which>',
      comparisonRecipes.map((name) => `${name}: ${comparisonRecipeMeaning[name]}`).join('; '),
      comparisonRecipes,
      defaults.recipe,
    ),
    epochs: integer('--epochs <n>', "epochs in place of the recipe's", undefined),
    lpmEpochs: integer(
      '--lpm-epochs <n>',
      'the same for methods that run the LPM in every epoch, as full fine-tuning does',
      undefined,
    ),
    evaluateOn: oneOf(
      '--evaluate-on <part>',
      'test: test patients, once, at the end; val: validation patients, whose figures flatter, while you still change things',
      comparedParts,
      defaults.evaluateOn,
    ),
    hours: decimal(
      '--hours <h>',
      'promised time that all trainings together may take; 0 measures memory and time and trains nothing',
      defaults.hours,
    ),
    memoryMb: decimal('--memory-mb <mb>', 'memory that a training may take (default: what is free)', undefined),
    batch: integer('--batch <n>', 'images a step', defaults.batch),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    csv: outputFile('--csv <file.csv>', 'also write the table as CSV'),
    report: outputFile(
      '--report <file.html>',
      'also write a self-contained report with AUC against memory and parameters',
    ),
  },
  examples: [
    { line: 'sidelight compare mammo --hours 0', why: 'memory and time of every method, nothing trained' },
    {
      line: 'sidelight compare mammo --methods fpt+,linear,attentive,side-only --report methods.html',
      why: 'the quick methods, three trainings each',
    },
    {
      line: 'sidelight compare mammo --lpm vit-base --recipe published --hours 48 --csv methods.csv',
      why: 'all, for two days',
    },
    { line: 'sidelight compare mammo --lpm vit-base --input-size 1024', why: 'the table at 1,024 pixels' },
  ],
  run: async (context, args, { csv, report: html, methods: named, ...options }) => {
    const asked = {
      dataset: wordArgument(args, 0),
      ...given(options),
      ...(named === undefined ? {} : { methods: methodsOf('--methods', named) }),
    };
    const services = await context.services();
    const { compareMethods } = await import('../../services/jobs/compare.ts');
    const report = await compareMethods(services, asked);
    const { writeComparison } = await import('../../services/comparison/write.ts');
    const lines = comparisonLines(report);
    if (csv !== undefined) {
      writeComparison(report, 'csv', csv);
      lines.push(`Table: ${csv}`);
    }
    if (html !== undefined) {
      writeComparison(report, 'html', html);
      lines.push(`Report: ${html}`);
    }
    return { json: { ...report, notice: researchUseOnly }, lines: [...lines, '', researchUseOnly] };
  },
});

/** What `compare` prints, one string a line. */
export function comparisonLines(report: ComparisonReport): string[] {
  const about = (isEstimated: boolean, text: string): string => (isEstimated ? `~ ${text}` : text);
  const score = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
  return [
    `Methods on "${report.dataset}" version ${report.version}, LPM "${report.lpm}" at ${report.inputSize} px (comparison ${report.id}).`,
    '',
    ...formatTable(
      ['method', 'learnable', 'of the LPM', 'memory', 'of full', 'an epoch', 'AUC (95 %)', 'PPE', 'PME'],
      report.methods.map((row) => [
        row.method,
        formatCount(row.learnable),
        lpmShare(row.learnableShare),
        row.memoryMb === null ? '–' : about(row.isMemoryEstimated, `${formatCount(Math.round(row.memoryMb))} MB`),
        row.memoryShare === null ? '–' : lpmShare(row.memoryShare),
        row.epochSeconds === null ? '–' : about(row.isEpochEstimated, formatDuration(row.epochSeconds)),
        row.state === 'trained' ? formatInterval(row.auc, row.aucInterval) : untrainedWords(row),
        score(row.ppe),
        score(row.pme),
      ]),
    ),
    '',
    ...comparisonNotes(report),
  ];
}
