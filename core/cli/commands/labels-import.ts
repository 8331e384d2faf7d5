import { importOptionsSchema, rowRules } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { labelLines, labelsFailure, previewLines, refusedLines } from '../label-lines.ts';
import { noteLines } from '../note-lines.ts';
import { given, oneOf, outputFile, requiredText, text, toggle } from '../options.ts';
import { readingOptions, withoutReading } from '../reading-options.ts';

const defaults = importOptionsSchema.parse({ labels: 'L', dataset: 'D' });

export const command = defineCommand({
  name: 'labels import',
  summary: 'give the images of a data set labels from a file',
  description:
    'Reads a labels file for images that are in the library already; no image is read. Labels are only ever added: what was there ' +
    'before stays in the history. No label is written while a row is refused, unless --rows says which may be left out. What is ' +
    'understood of such files: docs/labels-files.md; the files of public sets: docs/label-profiles.md.',
  arguments: [{ syntax: '<file.csv>', help: 'the labels file' }],
  options: {
    dataset: requiredText('--dataset <name>', 'data set whose images the file is about'),
    preview: toggle('--preview', 'say what the file would do, and write nothing'),
    rows: oneOf(
      '--rows <which>',
      'rows that must be right before a label is written: all of them; those that can be read, leaving out what matches ' +
        'nothing; or none, leaving out whatever is not usable',
      rowRules,
      'all',
    ),
    ...readingOptions,
    mergeCase: toggle('--merge-case', 'names of classes that differ only in small and capital letters are one class'),
    refused: outputFile(
      '--refused <file.csv>',
      'save the rows from which nothing is taken, with the reason and their cells',
    ),
    reader: text('--reader <name>', `who gave these labels (default: ${defaults.reader})`),
  },
  examples: [
    { line: 'sidelight labels import labels.csv --dataset mammo --preview', why: 'what would happen, before it does' },
    {
      line: 'sidelight labels import labels.csv --dataset mammo --rows usable --refused left-out.csv',
      why: 'take what can be used and keep a list of the rest',
    },
  ],
  run: async (context, args, all) => {
    const { reading, rest: options } = withoutReading(all);
    const services = await context.services();
    const { dataset, reader, refused, rows: rowRule, preview, mergeCase } = options;
    const about = { labels: wordArgument(args, 0), dataset, mergeCase, ...given({ reader, reading }) };
    const { requireDataset } = await import('../../services/datasets/dataset.ts');
    requireDataset(services, dataset);
    const { previewLabels, saveRefusedRows } = await import('../../services/import/preview.ts');
    // Before anything is written: a file that is refused is what the list is wanted for.
    const saved =
      refused === undefined ? [] : refusedLines(await saveRefusedRows(services, { ...about, out: refused }), refused);
    if (preview) {
      const found = await previewLabels(services, about);
      return { json: found, lines: [...previewLines(found), ...saved] };
    }
    const { importPaths } = await import('../../services/import/import.ts');
    const report = await importPaths(services, { ...about, paths: [], rowRule });
    const output = { json: report, lines: [...labelLines(report), ...noteLines(report.notes, dataset), ...saved] };
    const failure = labelsFailure(report);
    return failure === null ? output : { ...output, failure };
  },
});
