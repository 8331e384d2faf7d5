import { type ExportReport, exportDateModes, exportRetainOptions } from '../../contract/results/export.ts';
import { defineCommand, type OptionSpec, UsageError, wordsArgument } from '../command.ts';
import { formatDuration, plural } from '../format.ts';
import { given, oneOf, requiredText, text, toggle } from '../options.ts';
import { problemLines } from '../problem-lines.ts';

type Retain = (typeof exportRetainOptions)[number];

/** A list with commas, each word one of the closed list. */
const retain: OptionSpec<Retain[]> = {
  flags: '--retain <list>',
  help: `what to keep, with commas between: ${exportRetainOptions.join(', ')}`,
  fallback: [],
  mandatory: false,
  parse: (value) =>
    value.split(',').map((word) => {
      const known = exportRetainOptions.find((name) => name === word.trim());
      if (known === undefined) {
        throw new UsageError(`--retain: found "${word}"; allowed: ${exportRetainOptions.join(', ')}.`);
      }
      return known;
    }),
};

export const command = defineCommand({
  name: 'export',
  summary: 'export studies de-identified',
  description:
    'Writes DICOM files de-identified to the Basic Profile of DICOM PS3.15 Annex E into a new folder: names, IDs, dates, free ' +
    'text and private attributes are removed or replaced, UIDs and pseudonyms are the same in every export of one library. ' +
    'The pixels are not changed: files that may show burned-in text are listed, and a person must look at them. The folder ' +
    'appears under its name only when it is complete.',
  arguments: [{ syntax: '[path...]', help: 'folders, files or ZIP archives (or use --dataset)' }],
  options: {
    dataset: text('--dataset <name>', 'export the instances of this data set'),
    out: requiredText('--out <dir>', 'folder to make; it must not exist or be empty'),
    retain,
    dates: oneOf(
      '--dates <how>',
      'remove dates, keep them, or shift them by whole days per patient',
      exportDateModes,
      'remove',
    ),
    labels: toggle(
      '--labels',
      'also write labels.csv: the labels of the data set by the new UIDs, to be imported with the images',
    ),
    pseudonyms: text(
      '--pseudonyms <file.csv>',
      'columns patientID, pseudonym: your own names; other patients get theirs made',
    ),
  },
  examples: [
    { line: 'sidelight export --dataset mammo --out /data/share', why: 'a data set, basic profile' },
    {
      line: 'sidelight export /data/ct --out /data/trial --dates shift --retain patient,device',
      why: 'a folder, with true intervals between studies and what quantitative analysis needs',
    },
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { exportStudies } = await import('../../services/export/export.ts');
    const report = await exportStudies(services, { paths: wordsArgument(args, 0), ...given(options) });
    const output = { json: report, lines: exportLines(report) };
    if (report.exported > 0) return output;
    const { isNoImage } = await import('../../services/files/no-image.ts');
    const first = report.problems.find(({ code }) => !isNoImage(code));
    return {
      ...output,
      failure: {
        code: 'BAD_INPUT' as const,
        message: `Nothing was exported; ${plural(report.skipped, 'file')} could not be used.${first === undefined ? '' : ` Most frequent reason: ${first.message}`}`,
        action: first?.action ?? 'Name files, folders or ZIP archives that hold DICOM images.',
        retryable: false,
      },
    };
  },
});

/** Rows listed by number before the rest is counted. */
const rowsListed = 20;

function pseudonymLines({ pseudonyms }: ExportReport): string[] {
  if (pseudonyms === null) return [];
  const { unusedRows, madePatients } = pseudonyms;
  const more = unusedRows.length > rowsListed ? ` and ${unusedRows.length - rowsListed} more` : '';
  return [
    ...(madePatients === 0
      ? []
      : [
          `${plural(madePatients, 'patient')} not in your list of pseudonyms; one was made for each. Compare the IDs if that was not meant.`,
        ]),
    ...(unusedRows.length === 0
      ? []
      : [
          `Rows of your list whose patient is in none of these files: ${unusedRows.slice(0, rowsListed).join(', ')}${more}.`,
        ]),
  ];
}

function exportLines(report: ExportReport): string[] {
  return [
    `Exported ${report.exported} of ${plural(report.total, 'file')} in ${formatDuration(report.seconds)}: ` +
      `${plural(report.patients, 'patient')}, ${plural(report.studies, 'study', 'studies')} ` +
      `(${plural(report.duplicate, 'duplicate')}, ${report.skipped} skipped).`,
    `De-identified to the ${report.profile}. Pixels are unchanged.`,
    ...(report.labels === null ? [] : [`Labels: ${plural(report.labels, 'row')} in labels.csv.`]),
    ...pseudonymLines(report),
    ...report.warnings.flatMap((warning) => [
      `Look at ${plural(warning.count, 'file')}: ${warning.message}`,
      ...warning.files.slice(0, 3).map((name) => `      ${name}`),
    ]),
    ...problemLines(report.problems),
    ...(report.exported > 0 ? [`Folder: ${report.out} (export-report.json lists every file to look at)`] : []),
    report.notice,
  ];
}
