import {
  type ClassifyReport,
  classifyOptionsSchema,
  researchUseOnly,
  studyPoolings,
  targetFacts,
} from '../../contract/index.ts';
import { decisionWords } from '../../report/positive-class-words.ts';
import { defineCommand, wordsArgument } from '../command.ts';
import { formatDuration, formatTable, plural } from '../format.ts';
import { oneOf, requiredOutputFile, requiredText } from '../options.ts';
import { problemLines } from '../problem-lines.ts';
import { verdictLines } from '../verdict-lines.ts';

const defaults = classifyOptionsSchema.parse({ paths: ['.'], model: 'M', out: 'results.csv' });

export const command = defineCommand({
  name: 'classify',
  summary: 'classify new studies into a CSV file',
  description:
    'Reads folders, files, ZIP archives or DICOMDIR media and writes one row an image and one row a study: every class ' +
    'probability, the decision, the threshold and the class it is about, the positive class, the model and the LPM hash; and one row a file (level "file") that gave no answer, with status and reason. A model of several findings gives probability, decision and threshold of each; a model of numbers, the number. The model brings its own preprocessing. The file ' +
    'appears under its name only when it is complete.',
  arguments: [{ syntax: '<path...>', help: 'folders, files, ZIP archives or DICOMDIR files' }],
  options: {
    model: requiredText('--model <name>', 'name of the model (see: sidelight models)'),
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
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { classifyPaths } = await import('../../services/classification/classify.ts');
    const { isNoImage } = await import('../../services/files/no-image.ts');
    const report = await classifyPaths(services, { paths: wordsArgument(args, 0), ...options });
    const { modelVerdict } = await import('../../services/evaluation/judge-report.ts');
    const known = modelVerdict(services, report.model);
    const output = {
      json: { ...report, verdict: known, notice: researchUseOnly },
      lines: [...verdictLines(known), ...classifyLines(report)],
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
