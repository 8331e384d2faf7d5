import { researchUseOnly, type Suspect, type SuspectReport, targetFacts } from '../../contract/index.ts';
import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { formatMeasure, formatTable, plural } from '../format.ts';
import { integer, outputFile } from '../options.ts';

const shownUnlessAsked = 20;

export const command = defineCommand({
  name: 'suspects',
  summary: 'labels that a model doubts, the strongest contradiction first',
  description:
    'Lists the cases whose label is contradicted by the out-of-fold answer of a model of folds (train --folds): by a network that did not learn from the case. ' +
    'Most of them are errors of the model or hard cases, some are errors of the labels: look at them, from the top. Nothing is changed here. ' +
    'A reader keeps or changes a label in the window (Judge, Labels to check); a label that was kept is not open again, and after the next training the list says ' +
    'with how many of the changed labels the new model agrees. A labels file with other labels (labels import) counts as changed, too.',
  arguments: [{ syntax: '<model>', help: 'name of a model that was trained with folds (see: sidelight models)' }],
  options: {
    limit: integer('--limit <n>', 'how many open labels are listed', shownUnlessAsked),
    csv: outputFile('--csv <file.csv>', 'also write all of them to a CSV file, with what became of each'),
  },
  examples: [
    { line: 'sidelight suspects mammo-cv', why: 'the twenty labels that are most worth a look' },
    { line: 'sidelight suspects mammo-cv --csv suspects.csv', why: 'all of them, to work through' },
  ],
  run: async (context, args, { limit, csv }) => {
    if (limit < 0) throw new UsageError(`--limit <n>: found "${limit}"; allowed: 0 or more.`);
    const services = await context.services();
    const { suspectReport } = await import('../../services/suspects/suspects.ts');
    const report = suspectReport(services, wordArgument(args, 0));
    const open = report.suspects.filter(({ state }) => state === 'open').slice(0, limit);
    const lines = suspectLines(report, open);
    if (csv !== undefined) {
      const { suspectsCsv } = await import('../../services/suspects/csv.ts');
      const { writeWholeFile } = await import('../../disk/index.ts');
      writeWholeFile(csv, suspectsCsv(report));
      lines.push(`List: ${csv}`);
    }
    const decided = report.suspects.filter(({ state }) => state !== 'open');
    return { json: { ...report, suspects: open, decided, notice: researchUseOnly }, lines };
  },
});

function suspectLines(report: SuspectReport, shown: readonly Suspect[]): string[] {
  const { isPerName, hasMarks } = targetFacts[report.target];
  const { model, dataset, version, labels, suspects, open, kept, changed, effect } = report;
  const doubted =
    suspects.length === 0
      ? 'none is contradicted'
      : `${suspects.length} are contradicted: ${open} open, ${kept} kept, ${changed} changed`;
  const isNumber = isPerName && !hasMarks;
  return [
    `Labels of "${dataset}" version ${version} beside the out-of-fold answers of "${model}": of ${plural(labels, 'label')}, ${doubted}.`,
    ...(effect === null
      ? []
      : [
          `Of ${plural(effect.changed, 'label')} changed after the list of "${effect.model}", the out-of-fold answer of "${model}" agrees with ${effect.agrees}.`,
        ]),
    ...(shown.length === 0
      ? []
      : [
          '',
          ...formatTable(
            [
              '#',
              ...(isPerName ? [isNumber ? 'quantity' : 'finding'] : []),
              'label',
              'answer',
              ...(isNumber ? [] : ['p(label)', 'p(answer)']),
              'doubt',
              'patient',
              'study',
              'images',
            ],
            shown.map((one) => [
              String(one.rank),
              ...(isPerName ? [one.question ?? ''] : []),
              one.label,
              one.answer,
              ...(isNumber ? [] : [formatMeasure(one.labelProbability), formatMeasure(one.answerProbability)]),
              formatMeasure(one.doubt),
              one.patientID,
              one.studyInstanceUID,
              String(one.images),
            ]),
          ),
          ...(open > shown.length ? [`and ${open - shown.length} more (--limit ${open}, or --csv FILE for all)`] : []),
          '',
          'A doubt is no proof: look at the case first (window: Judge, Labels to check). No label is changed by itself.',
        ]),
    researchUseOnly,
  ];
}
