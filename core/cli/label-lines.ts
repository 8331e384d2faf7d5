/** What a labels file did, or would do, as lines. */
import type { SerialisedError } from '../base/errors.ts';
import {
  encodingMeanings,
  type FolderClasses,
  type ImportReport,
  type LabelsPreview,
  labelProblemLimit,
  separatorNames,
} from '../contract/index.ts';
import { formatTable, plural } from './format.ts';
import { noteLines } from './note-lines.ts';

/** How many refused rows stand in the terminal; a file takes them all. */
const shownRows = 20;

/** Labels and splits that an import wrote; no lines where there were none. */
export function labelLines({ labels, splits }: Pick<ImportReport, 'labels' | 'splits'>): string[] {
  const problems = labels.problems.map(({ row, message }) => `  ${row === null ? '' : `row ${row}: `}${message}`);
  return [
    ...(labels.rows === 0
      ? []
      : [
          `Labels: ${plural(labels.rows, 'row')}, ${labels.applied} applied, ${labels.unchanged} unchanged, ` +
            `${labels.changed} changed, ${plural(problemCount(labels), 'problem')}.`,
          ...(labels.unusedColumns.length === 0
            ? []
            : [`  Not used: ${labels.unusedColumns.map((name) => (name === '' ? '(no name)' : name)).join(', ')}.`]),
          ...labels.merged.map(({ from, to, rows }) => `  "${from}" was taken for "${to}" (${plural(rows, 'row')}).`),
          ...problems.slice(0, shownRows),
          ...moreLines(problemCount(labels)),
        ]),
    ...(splits.train + splits.val + splits.test === 0
      ? []
      : [`Split given by the labels file: train ${splits.train}, val ${splits.val}, test ${splits.test}.`]),
  ];
}

type Taken = Pick<ImportReport, 'labels' | 'notes' | 'splits'>;

/** Whether a label, a split or a patient was taken from a labels file or from class folders. */
export function isOfUse({ labels, notes, splits }: Taken): boolean {
  const taken = labels.applied + labels.unchanged + labels.changed + splits.train + splits.val + splits.test;
  return taken > 0 || notes.some(({ code }) => code === 'patientsGiven');
}

/** Why a labels file came to nothing: of none of its rows a label, a patient or a split could be taken. Null otherwise. */
export function labelsFailure(report: Taken): SerialisedError | null {
  const { labels } = report;
  if (labels.rows === 0 || isOfUse(report)) return null;
  const byName = labels.problems.some(({ message }) => /^no (?:file|image) /.test(message));
  return {
    code: 'LABELS_INVALID',
    message: 'No row of the labels could be used: the problems of the labels say why.',
    action: `Correct the file and run the same command again.${
      byName
        ? ' If the names alone tell the images, whatever their folders and extensions: --key-column NAME --keys file-name.'
        : ''
    }`,
    retryable: false,
  };
}

/** All problems of labels, of which a report keeps the first. */
function problemCount({ problems, refusedRows }: ImportReport['labels']): number {
  return problems.length < labelProblemLimit ? problems.length : Math.max(problems.length, refusedRows);
}

function moreLines(count: number): string[] {
  return count <= shownRows
    ? []
    : [`  and ${count - shownRows} more: --refused FILE.csv saves all of them with their cells.`];
}

/** A file of refused rows that was written. */
export function refusedLines(rows: number, out: string): string[] {
  return [`${plural(rows, 'refused row')} with the reason: ${out}`];
}

/** What class folders would give. */
export function folderClassesLines({ classes, caseQuestions, positive }: FolderClasses, dataset: string): string[] {
  return [
    `Nothing was written. The folders name these classes for "${dataset}":`,
    ...indented(
      formatTable(
        ['class', 'files'],
        classes.map(({ name, files }) => [name, String(files)]),
      ),
    ),
    ...caseQuestions.map(
      ({ names }) =>
        `${names.map(({ name }) => `"${name}"`).join(' and ')} differ only in small and capital letters: the import refuses them unless --merge-case says that they are one class.`,
    ),
    ...(positive === null ? [] : [positiveLine(positive, dataset)]),
  ];
}

/** A preview: what was understood, what would be written, what not. */
export function previewLines(preview: LabelsPreview): string[] {
  const used = preview.columns.filter(({ meaning }) => meaning !== null);
  const unused = preview.columns.filter(({ meaning }) => meaning === null);
  const { changes, imagesWithoutRow: without } = preview;
  return [
    `Nothing was written. ${plural(preview.rows, 'row')} for ${preview.isNewDataset ? 'the new data set' : 'the data set'} ` +
      `"${preview.dataset}", ${encodingMeanings[preview.encoding].name}, separated by ${separatorNames[preview.separator]}s` +
      `${preview.emptyRows === 0 ? '' : `; ${plural(preview.emptyRows, 'empty row')} passed over`}.`,
    ...readingLines(preview),
    `Columns: ${used.map(({ name, meaning }) => (name === meaning ? name : `${name} as ${meaning}`)).join(', ')}.`,
    ...(used.some(({ meaning }) => meaning === 'label')
      ? []
      : ['There is no column "label": the file gives patients or splits, and no label.']),
    ...(unused.length === 0
      ? []
      : [`Not used: ${unused.map(({ name }) => (name === '' ? '(no name)' : name)).join(', ')}.`]),
    ...preview.columns.flatMap(({ name, why, words = [] }) =>
      why !== 'split-words'
        ? []
        : [
            `Warning: the column "${name}" holds ${words.map((word) => `"${word}"`).join(', ')} and would not be used: patients would be dealt anew. If it ` +
              'is the split, call it "split" and write train, val or test into its cells.',
          ],
    ),
    ...noteLines(preview.notes, preview.dataset),
    'First rows:',
    ...indented(
      formatTable(
        ['row', 'image', 'label', 'split', 'patient', 'reader'],
        preview.first.map((row) => [
          String(row.row),
          row.key,
          row.answers.length === 0 ? row.label : answersText(row.answers),
          row.split ?? '',
          row.patientID ?? '',
          row.reader ?? '',
        ]),
      ),
    ),
    ...indented(
      preview.findings.length > 0
        ? formatTable(
            ['finding', 'present', 'absent', 'uncertain', 'unknown'],
            preview.findings.map((one) => [
              one.name,
              String(one.present),
              String(one.absent),
              String(one.uncertain),
              String(one.unknown),
            ]),
          )
        : formatTable(
            ['class', 'labels', 'images', ''],
            preview.classes.map((one) => [one.name, String(one.labels), String(one.images), one.isNew ? 'new' : '']),
          ),
    ),
    `Labels of ${plural(preview.patients, 'patient')}: ${changes.new} new, ${changes.same} as they are, ${changes.changed} changed` +
      `${changes.overruled === 0 ? '' : `, ${changes.overruled} that readers have labelled otherwise, which goes on counting`}.`,
    ...preview.splits.map(
      ({ split, patients, images }) => `Split ${split}: ${plural(patients, 'patient')}, ${plural(images, 'image')}.`,
    ),
    ...(preview.otherCase === 0 ? [] : [`${plural(preview.otherCase, 'path')} found with other upper and lower case.`]),
    ...(preview.moved === 0 ? [] : [`${plural(preview.moved, 'absolute path')} found below another folder.`]),
    ...(without.count === 0
      ? []
      : [
          `Images without a row: ${without.count} (${without.names.slice(0, 5).join(', ')}${without.count > 5 ? ', …' : ''}).`,
        ]),
    ...(preview.refusedRows === 0
      ? []
      : [
          `Rows from which nothing would be taken: ${preview.refusedRows}.`,
          ...preview.refused.slice(0, shownRows).map(({ rows, message, key, files }) => {
            const about = [key, ...files].filter((name) => name !== '').join(' | ');
            return `  row ${rows.join(', ')}: ${message}${about === '' ? '' : ` [${about}]`}`;
          }),
          ...moreLines(preview.refused.length),
          ...(preview.unreadableRows === 0
            ? []
            : [
                `${plural(preview.unreadableRows, 'row')} cannot be read: nothing is written for want of them unless --rows usable leaves them out.`,
              ]),
        ]),
    ...(preview.positive === null ? [] : [positiveLine(preview.positive, preview.dataset)]),
    ...(preview.splitsChanged === 0
      ? []
      : [
          `${plural(preview.splitsChanged, 'patient')} had another split by an earlier file; what this file gives would count.`,
        ]),
    ...(preview.blocked === null
      ? // A profile that is only proposed has to be named, and what becomes of refused rows is for --rows to say.
        preview.refusedRows === 0 && preview.reading?.isProposed !== true
        ? ['To have it so: the same command without --preview.']
        : []
      : [`Nothing could be written: ${preview.blocked.message}`, preview.blocked.action]),
  ];
}

const positiveSources = { chosen: 'as said', recognised: 'read from the names' } as const;

/** Which class is positive, or that nothing tells. */
function positiveLine({ names, name, source }: NonNullable<LabelsPreview['positive']>, dataset: string): string {
  if (source !== 'alphabet') return `Positive class: "${name}" (${positiveSources[source]}).`;
  return (
    `Which class is positive? Nothing in the names ${names.map((one) => `"${one}"`).join(' and ')} tells which of the two is the disease. Say it with the ` +
    `import (--positive NAME), or later: sidelight classes "${dataset}" --positive NAME. Until then "${name}" is taken, and every figure says that nobody chose it.`
  );
}

/** What a line says of several findings, those that are absent only counted. */
function answersText(answers: LabelsPreview['first'][number]['answers']): string {
  const absent = answers.filter(({ label }) => label === 'absent').length;
  const said = answers.filter(({ label }) => label !== 'absent').map(({ question, label }) => `${question}: ${label}`);
  return [...said, ...(absent === 0 ? [] : [`${absent} absent`])].join('; ');
}

/** How a file is read that has not our own columns, and what to give to have it read so. */
function readingLines({ reading, alsoFits }: LabelsPreview): string[] {
  if (alsoFits !== null) {
    return [
      `It is read by its own columns. It also looks like the labels file of ${alsoFits.title}: --profile ${alsoFits.profile} reads it as such.`,
    ];
  }
  if (reading === null) return [];
  const others = reading.variants.filter(({ profile }) => profile !== reading.profile);
  return [
    reading.title === null ? 'It is read so:' : `This is the labels file of ${reading.title}; it is read so:`,
    ...indented([...reading.says, ...reading.notes]),
    ...(others.length === 0
      ? []
      : [
          `It can be read otherwise: ${others.map(({ profile, title }) => `--profile ${profile} (${title})`).join(', ')}.`,
        ]),
    ...(reading.silent.length === 0 ? [] : [`Nothing is known in any row of: ${reading.silent.join(', ')}.`]),
    ...(reading.isProposed
      ? [`To import it so: the same command with --profile ${reading.profile ?? ''} instead of --preview.`]
      : []),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
