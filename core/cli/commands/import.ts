import { AppError } from '../../base/errors.ts';
import type { ImportReport } from '../../contract/index.ts';
import {
  defaultTarget,
  frameRules,
  importOptionsSchema,
  keyColumns,
  picturePatients,
  rowRules,
  targetFacts,
  targetKinds,
} from '../../contract/index.ts';
import { defineCommand, UsageError, wordsArgument } from '../command.ts';
import { formatDuration, plural } from '../format.ts';
import { labelLines, previewLines, refusedLines } from '../label-lines.ts';
import { noteLines } from '../note-lines.ts';
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
      `columns: one of ${keyColumns.join(', ')}; label; optional split (train, val, test); other names: docs/labels-files.md; ` +
        'patientID beside another of them gives the patient, whatever the header says',
    ),
    patients: optionalOneOf(
      '--patients <rule>',
      'patient of a picture that no column gives one: itself, its folder, or its name before the first "_"; named, it holds for ' +
        'pictures already there too (default: itself, unless class folders name patients)',
      picturePatients,
    ),
    preview: toggle('--preview', 'say what the labels file would do, and write nothing'),
    rows: oneOf(
      '--rows <which>',
      'rows of the labels file that must be right before a label is written: all of them; those that can be read, ' +
        'leaving out what matches nothing; or none, leaving out whatever is not usable',
      rowRules,
      defaults.rowRule,
    ),
    refused: text('--refused <file.csv>', 'save the rows from which nothing is taken, with the reason and their cells'),
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
      line: 'sidelight import /data/mammo --dataset mammo --labels labels.csv --preview',
      why: 'what would happen, before it does',
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
    const { preview, refused, rows: rowRule, frames, copy, ...rest } = options;
    const { labels, dataset, pseudonymise, reader, target } = rest;
    const named = classes === undefined ? {} : { classes: classes.split(',').map((name) => name.trim()) };
    const paths = wordsArgument(args, 0);
    if (labels === undefined && (preview || refused !== undefined))
      throw new UsageError('--preview and --refused are about a labels file: name it with --labels.');
    const about =
      labels === undefined ? null : { labels, dataset, paths, pseudonymise, ...named, ...given({ reader, target }) };
    const { previewLabels, saveRefusedRows } = await import('../../services/import/preview.ts');
    const saved = async (): Promise<string[]> =>
      about === null || refused === undefined
        ? []
        : refusedLines(await saveRefusedRows(services, { ...about, out: refused }), refused);
    if (preview && about !== null) {
      const found = await previewLabels(services, about);
      return { json: found, lines: [...previewLines(found), ...(await saved())] };
    }
    const { importPaths } = await import('../../services/import/import.ts');
    try {
      const report = await importPaths(services, { paths, rowRule, frames, copy, ...named, ...given(rest) });
      return { json: report, lines: [...importLines(report), ...(await saved())] };
    } catch (error) {
      // The rows that stopped it are what the list is wanted for.
      if (error instanceof AppError && error.code === 'LABELS_INVALID') await saved();
      throw error;
    }
  },
});

function importLines(report: ImportReport): string[] {
  return [
    `Imported ${report.imported} of ${plural(report.total, 'file')} into "${report.dataset}" in ${formatDuration(report.seconds)}` +
      ` (${report.alreadyThere} already there, ${plural(report.duplicate, 'duplicate')}, ${report.skipped} skipped).`,
    `The data set now has ${plural(report.patients, 'patient')}, ${plural(report.studies, 'study', 'studies')}, ` +
      `${plural(report.instances, 'instance')}.`,
    ...labelLines(report),
    ...noteLines(report.notes),
    ...problemLines(report.problems),
    `Next: sidelight encode ${quoted(report.dataset)} --lpm NAME`,
  ];
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name}"`;
}
