import {
  type ClassifyReport,
  classifyOptionsSchema,
  researchUseOnly,
  studyPoolings,
  targetFacts,
} from '../../contract/index.ts';
import { decisionWords } from '../../report/positive-class-words.ts';
import { defineCommand, UsageError, wordsArgument } from '../command.ts';
import { formatDuration, formatTable, plural } from '../format.ts';
import { oneOf, requiredOutputFile, text } from '../options.ts';
import { problemLines } from '../problem-lines.ts';
import { verdictLines } from '../verdict-lines.ts';

const defaults = classifyOptionsSchema.parse({ paths: ['.'], model: 'M', out: 'results.csv' });

export const command = defineCommand({
  name: 'classify',
  summary: 'classify new studies into a CSV file',
  description:
    'Reads folders, files, ZIP archives or DICOMDIR media and writes one row an image and one row a study: every class ' +
    'probability, the decision, the threshold and the class it is about, the positive class, the model and the LPM hash; and one row a file (level "file") that gave no answer, with status and reason. A model of several findings gives probability, decision and threshold of each; a model of numbers, the number. The model brings its own preprocessing. Without --model it is the one in use (sidelight promote): for the data set of --in-use, or the only one. The file ' +
    'appears under its name only when it is complete.',
  arguments: [{ syntax: '<path...>', help: 'folders, files, ZIP archives or DICOMDIR files' }],
  options: {
    model: text('--model <name>', 'name of the model (see: sidelight models); the one in use where it is left out'),
    inUse: text('--in-use <dataset>', 'instead of --model: the model in use for this data set'),
    out: requiredOutputFile('--out <file.csv>', 'file to write'),
    studyPooling: oneOf(
      '--study-pooling <how>',
      'how images of a study are brought together',
      studyPoolings,
      defaults.studyPooling,
    ),
  },
  examples: [
    { line: 'sidelight classify /data/new --model mammo-1 --out results.csv', why: 'a folder of new studies' },
    { line: 'sidelight classify /data/new --in-use mammo --out results.csv', why: 'with the model in use for mammo' },
  ],
  run: async (context, args, { model: named, inUse, ...options }) => {
    if (named !== undefined && inUse !== undefined) {
      throw new UsageError(
        '--model and --in-use: found both; allowed: one of them. --in-use takes the model in use for that data set.',
      );
    }
    const services = await context.services();
    const { classifyPaths } = await import('../../services/classification/classify.ts');
    const { isNoImage } = await import('../../services/files/no-image.ts');
    const { modelInUse } = await import('../../services/promotion/promote.ts');
    const taken = named === undefined ? modelInUse(services, inUse) : null;
    const model = named ?? (taken as NonNullable<typeof taken>).model;
    const report = await classifyPaths(services, { paths: wordsArgument(args, 0), model, ...options });
    const { modelVerdict } = await import('../../services/evaluation/judge-report.ts');
    const known = modelVerdict(services, report.model);
    const lines = [
      ...(taken === null
        ? []
        : [`Model in use for "${taken.dataset}": "${taken.model}" (since ${taken.at.slice(0, 10)}).`]),
      ...verdictLines(known),
      ...classifyLines(report),
    ];
    const output = {
      json: { ...report, isModelInUse: taken !== null, verdict: known, notice: researchUseOnly },
      lines,
    };
    if (report.images > 0) return output;
    const first = report.problems.find(({ code }) => !isNoImage(code));
    const message =
      first === undefined
        ? `Nothing was classified: ${report.failed === 0 ? 'there is no file' : `${plural(report.failed, 'file')}, none of them an image`}.`
        : `Nothing was classified; ${plural(report.failed, 'file')} could not be used. Most frequent reason: ${first.message}`;
    const action =
      first?.action ?? 'Name a folder, a file or a ZIP archive that holds DICOM, PNG, JPEG or TIFF images.';
    return { ...output, failure: { code: 'BAD_INPUT' as const, message, action, retryable: false } };
  },
});

function classifyLines(report: ClassifyReport): string[] {
  return [
    `Classified ${plural(report.images, 'image')} of ${plural(report.studies, 'study', 'studies')} with "${report.model}" in ` +
      `${formatDuration(report.seconds)}; ${report.failed} failed.`,
    // Of numbers nothing is decided.
    ...(report.decisions.length === 0
      ? []
      : formatTable(
          [targetFacts[report.target].hasMarks ? 'present' : 'decision', 'images', 'studies'],
          report.decisions.map((d) => [d.name, String(d.images), String(d.studies)]),
        )),
    `Decision: ${decisionWords(report)}.`,
    ...problemLines(report.problems),
    ...(report.out === null ? [] : [`Results: ${report.out}`]),
    researchUseOnly,
  ];
}
