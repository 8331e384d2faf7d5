import type { ImportReport } from '../../contract/index.ts';
import { defaultTarget, frameRules, importOptionsSchema, targetFacts, targetKinds } from '../../contract/index.ts';
import { defineCommand, wordsArgument } from '../command.ts';
import { formatDuration, plural } from '../format.ts';
import { given, oneOf, optionalOneOf, requiredText, text, toggle } from '../options.ts';
import { problemLines } from '../problem-lines.ts';

const defaults = importOptionsSchema.parse({ paths: ['.'], dataset: 'D' });

export const command = defineCommand({
  name: 'import',
  summary: 'import studies and labels into a data set',
  description:
    'Reads folders, files, ZIP archives and DICOMDIR media: DICOM with or without extension, PNG, JPEG and TIFF pictures. ' +
    'Files are referenced where they are unless --copy is given; nothing is ever changed or sent anywhere. Files that ' +
    'cannot be used are named with the reason and the rest goes on. Run it again to continue a stopped import.',
  arguments: [{ syntax: '<path...>', help: 'folders, files, ZIP archives or DICOMDIR files' }],
  options: {
    dataset: requiredText('--dataset <name>', 'data set to add to; made when it does not exist'),
    labels: text(
      '--labels <file.csv>',
      'columns: one of path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, patientID; label; optional split (train, val, test)',
    ),
    copy: toggle('--copy', 'copy the files into the library instead of referencing them'),
    pseudonymise: toggle('--pseudonymise', 'keep patient IDs and paths out of the database (copies the files)'),
    frames: oneOf('--frames <rule>', 'frames of multi-frame instances to use', frameRules, defaults.frames),
    target: optionalOneOf(
      '--target <name>',
      `what is asked of an image; ${targetKinds.map((kind) => `${kind}: ${targetFacts[kind].meaning}`).join('; ')} (default of a new data set: ${defaultTarget})`,
      targetKinds,
    ),
    classes: text(
      '--classes <A,B,...>',
      'the names that a label may be, in their order, of a data set that is made; grades lowest first',
    ),
    reader: text('--reader <name>', `who gave these labels (default: ${defaults.reader})`),
  },
  examples: [
    {
      line: 'sidelight import /data/mammo --dataset mammo --labels labels.csv',
      why: 'a folder of studies with its labels',
    },
    {
      line: 'sidelight import study1.zip D:\\DICOMDIR --dataset mammo --copy',
      why: 'an archive and a CD, kept in the library',
    },
    {
      line: 'sidelight import /data/knees --dataset knees --labels kl.csv --target grade --classes 0,1,2,3,4',
      why: 'grades in an order; judged by how far off an answer is',
    },
  ],
  run: async (context, args, { classes, ...options }) => {
    const services = await context.services();
    const { importPaths } = await import('../../services/import/import.ts');
    const report = await importPaths(services, {
      paths: wordsArgument(args, 0),
      ...given(options),
      ...(classes === undefined ? {} : { classes: classes.split(',').map((name) => name.trim()) }),
    });
    return { json: report, lines: importLines(report) };
  },
});

function importLines(report: ImportReport): string[] {
  const { labels, splits } = report;
  return [
    `Imported ${report.imported} of ${plural(report.total, 'file')} into "${report.dataset}" in ${formatDuration(report.seconds)}` +
      ` (${report.alreadyThere} already there, ${plural(report.duplicate, 'duplicate')}, ${report.skipped} skipped).`,
    `The data set now has ${plural(report.patients, 'patient')}, ${plural(report.studies, 'study', 'studies')}, ` +
      `${plural(report.instances, 'instance')}.`,
    ...(labels.rows === 0
      ? []
      : [
          `Labels: ${plural(labels.rows, 'row')}, ${labels.applied} applied, ${labels.unchanged} unchanged, ` +
            `${labels.changed} changed, ${plural(labels.problems.length, 'problem')}.`,
          ...labels.problems.map(({ row, message }) => `  ${row === null ? '' : `row ${row}: `}${message}`),
        ]),
    ...(splits.train + splits.val + splits.test === 0
      ? []
      : [`Split given by the labels file: train ${splits.train}, val ${splits.val}, test ${splits.test}.`]),
    ...problemLines(report.problems),
    `Next: sidelight encode ${quoted(report.dataset)} --lpm NAME`,
  ];
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name}"`;
}
