import { AppError, type SerialisedError } from '../../base/errors.ts';
import type { FileOfImport, ImportReport, NamedFile } from '../../contract/index.ts';
import {
  defaultTarget,
  frameRules,
  importOptionsSchema,
  jobIdOf,
  keyColumns,
  picturePatients,
  rowRules,
  targetFacts,
  targetKinds,
} from '../../contract/index.ts';
import { isNoImage } from '../../services/files/no-image.ts';
import { defineCommand, UsageError, wordsArgument } from '../command.ts';
import { formatDuration, plural } from '../format.ts';
import { folderClassesLines, isOfUse, labelLines, labelsFailure, previewLines, refusedLines } from '../label-lines.ts';
import { noteLines } from '../note-lines.ts';
import { given, list, oneOf, optionalOneOf, outputFile, requiredText, text, toggle } from '../options.ts';
import { problemLines } from '../problem-lines.ts';
import { readingOptions, withoutReading } from '../reading-options.ts';

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
        'patientID beside another of them gives the patient, whatever the header says; files of public sets: docs/label-profiles.md',
    ),
    patients: optionalOneOf(
      '--patients <rule>',
      'patient of a picture that no column gives one: itself, its folder, or its name before the first "_"; named, it holds for ' +
        'pictures already there too (default: itself, unless class folders or folders called patient00001 name patients)',
      picturePatients,
    ),
    preview: toggle('--preview', 'say what the labels file or class folders would do, and write nothing'),
    rows: oneOf(
      '--rows <which>',
      'rows of the labels file that must be right before a label is written: all of them; those that can be read, ' +
        'leaving out what matches nothing; or none, leaving out whatever is not usable',
      rowRules,
      defaults.rowRule,
    ),
    refused: outputFile(
      '--refused <file.csv>',
      'save the rows from which nothing is taken, with the reason and their cells',
    ),
    copy: toggle('--copy', 'copy the files into the library instead of referencing them'),
    pseudonymise: toggle('--pseudonymise', 'keep patient IDs and paths out of the database (copies the files)'),
    frames: oneOf('--frames <rule>', 'frames of multi-frame instances to use', frameRules, defaults.frames),
    target: optionalOneOf(
      '--target <name>',
      `what is asked of an image; ${targetKinds.map((kind) => `${kind}: ${targetFacts[kind].meaning}`).join('; ')} (default of a new data set: ${defaultTarget})`,
      targetKinds,
    ),
    classes: list(
      '--classes <A,B,...>',
      'all names that a label may be, in their order; grades lowest first; labels of others are refused by row',
    ),
    positive: text('--positive <name>', 'the positive one of two classes, where the names do not tell or otherwise'),
    ...readingOptions,
    mergeCase: toggle('--merge-case', 'names of classes that differ only in small and capital letters are one class'),
    report: outputFile(
      '--report <file.csv>',
      'also write every file that was left out or is to be looked at, with its whole path and the reason',
    ),
    showPaths: toggle(
      '--show-paths',
      'print whole paths of files that were left out or are to be looked at; they may name patients',
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
      line: 'sidelight import /data/CheXpert --dataset chexpert --labels train.csv --profile chexpert --preview',
      why: 'the labels file of a public set as it was published, looked at before',
    },
    {
      line: 'sidelight import /data/chest --dataset chest --labels findings.csv --key-column image --finding-columns Edema,Mass --values 1=present,0=absent,-1=uncertain',
      why: 'a column for each of several findings',
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
  run: async (context, args, { showPaths, ...all }) => {
    const { reading, rest: options } = withoutReading(all);
    const services = await context.services();
    const { preview, refused, rows: rowRule, frames, copy, ...rest } = options;
    const { labels, dataset, pseudonymise, reader, target, classes, mergeCase, patients, positive } = rest;
    const paths = wordsArgument(args, 0);
    if (labels === undefined && preview && refused === undefined && reading === undefined) {
      const { lookAtFolderClasses, refuseFolderClasses } = await import('../../services/import/folder-classes.ts');
      const asked = { paths, dataset, ...given({ target, classes, mergeCase, positive }) };
      const found = lookAtFolderClasses(services.library.db, asked);
      // Names that are open are asked about; what else an import would refuse is refused here too.
      if (found.classes.length > 0 && found.caseQuestions.length === 0) refuseFolderClasses(services.library.db, asked);
      if (found.classes.length > 0) return { json: found, lines: folderClassesLines(found, dataset) };
    }
    if (labels === undefined && (preview || refused !== undefined || reading !== undefined))
      throw new UsageError(
        `--preview, --refused and what says how a labels file is read (--profile and others) need one: name it with --labels. Without one, --preview is for class folders: train/CLASS and test/CLASS or val/CLASS.`,
      );
    const about =
      labels === undefined
        ? null
        : {
            labels,
            dataset,
            paths,
            pseudonymise,
            ...given({ reader, target, classes, mergeCase, patients, positive, reading }),
          };
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
      const done = await importPaths(services, { paths, rowRule, frames, copy, ...given({ ...rest, reading }) });
      const { namedFilesOf } = await import('../../services/import/named-files.ts');
      const report = showPaths ? withWholePaths(done, namedFilesOf(services, jobIdOf(done.job))) : done;
      const output = { json: report, lines: [...importLines(report, options.report, showPaths), ...(await saved())] };
      const failure = importFailure(report);
      return failure === null ? output : { ...output, failure };
    } catch (error) {
      // The rows that stopped it are what the list is wanted for.
      if (error instanceof AppError && error.code === 'LABELS_INVALID') await saved();
      throw error;
    }
  },
});

/** Files listed by name before the CSV file is pointed to. */
const listedMost = 100;

/** What `import` prints, one string a line; `csv` is where files are listed by their whole paths, which `isWhole` says that the report has. */
export function importLines(report: ImportReport, csv: string | undefined, isWhole = false): string[] {
  return [
    `Imported ${report.imported} of ${plural(report.total, 'file')} into "${report.dataset}" in ${formatDuration(report.seconds)}` +
      ` (${report.alreadyThere} already there, ${plural(report.duplicate, 'duplicate')}, ${report.skipped} skipped${report.notImages === 0 ? '' : `, ${report.notImages} of them no images`}).`,
    `The data set now has ${plural(report.patients, 'patient')}, ${
      report.pictures === report.instances && report.pictures > 0
        ? plural(report.pictures, 'picture')
        : `${plural(report.studies, 'study', 'studies')}, ${plural(report.instances, 'instance')}`
    }${report.labelled === 0 ? '' : `; ${report.labelled} of them with a label`}.`,
    ...labelLines(report),
    ...noteLines(report.notes, report.dataset),
    ...problemLines(report.problems),
    ...namedLines(report, csv, isWhole),
    ...(importFailure(report) === null ? [nextStep(report)] : []),
  ];
}

function withWholePaths(report: ImportReport, files: readonly FileOfImport[] | null): ImportReport {
  if (files === null) return report;
  const of = (wanted: boolean): NamedFile[] =>
    files.flatMap(({ isImported, ...file }) => (isImported === wanted ? [file] : []));
  return { ...report, leftOut: of(false), noted: of(true) };
}

function namedLines({ leftOut, noted, notices }: ImportReport, csv: string | undefined, isWhole: boolean): string[] {
  if (leftOut.length + noted.length === 0) return [];
  return [
    ...fileLines('Left out:', leftOut, leftOut.length),
    // Shortened, a hundred names of slices are a hundred equal lines; their counts stand above.
    ...(isWhole ? fileLines('Imported, to be looked at:', noted, notices) : []),
    ...(csv === undefined
      ? isWhole
        ? []
        : [
            'Paths are shortened where they may name a patient: --show-paths prints them whole, --report FILE.csv writes them.',
          ]
      : [`Every file that was left out or is to be looked at: ${csv}`]),
  ];
}

function fileLines(title: string, files: readonly NamedFile[], count: number): string[] {
  if (files.length === 0) return [];
  const more = count - Math.min(files.length, listedMost);
  return [
    title,
    ...files.slice(0, listedMost).map(({ path, code, message }) => `  ${path}: ${message} [${code}]`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** Why an import came to nothing, which a script must be able to tell: exit status 1. Null where something of it was of use. */
export function importFailure(report: ImportReport): SerialisedError | null {
  const { instances, total, imported, alreadyThere, duplicate, problems } = report;
  // Labels of images that came earlier may lie in a folder without images.
  if (instances === 0 || (total > 0 && imported + alreadyThere + duplicate === 0 && !isOfUse(report))) {
    const first = problems.find(({ code }) => !isNoImage(code));
    const files = total === 0 ? 'there is no file' : `none of ${plural(total, 'file')} could be used`;
    return {
      code: 'BAD_INPUT',
      message: `Nothing was imported: ${files}.${first === undefined ? '' : ` Most frequent reason: ${first.message}`}`,
      action: first?.action ?? 'Name a folder, a file or a ZIP archive that holds DICOM, PNG, JPEG or TIFF images.',
      retryable: false,
    };
  }
  return labelsFailure(report);
}

/** What the user does now, which can succeed. */
function nextStep({ dataset, labels, labelled }: ImportReport): string {
  const hasLabels = labels.applied + labels.unchanged + labels.changed > 0 || labelled > 0;
  return hasLabels
    ? `Next: sidelight train ${quoted(dataset)}`
    : `Next: labels, with the same command and --labels FILE.csv, or in the window under Read and label. When there are labels: sidelight train ${quoted(dataset)}`;
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `"${name}"`;
}
