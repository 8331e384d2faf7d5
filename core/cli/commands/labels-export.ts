import { defineCommand, wordArgument } from '../command.ts';
import { plural } from '../format.ts';
import { requiredOutputFile, toggle } from '../options.ts';

export const command = defineCommand({
  name: 'labels export',
  summary: 'write the labels of a data set into a CSV file',
  description:
    'Writes the labels that count, one row a study, series or patient where all labels are about those, else one row an image, and the ' +
    'split where a file gave it. Several findings have a column each, with 1 (present), 0 (absent), -1 (uncertain) or nothing. `sidelight labels import` reads the file back to the same labels. Of cases on which readers disagree ' +
    'and nobody has decided there is no row.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    out: requiredOutputFile('--out <file.csv>', 'file to write'),
    byReader: toggle(
      '--by-reader',
      'a row for what each reader said, with the column "reader", instead of what counts',
    ),
  },
  examples: [{ line: 'sidelight labels export mammo --out labels.csv', why: 'to look at, to correct, to give on' }],
  run: async (context, args, { out, byReader }) => {
    const services = await context.services();
    const { exportLabels } = await import('../../services/import/labels-export.ts');
    const dataset = wordArgument(args, 0);
    const { rows, column } = exportLabels(services, { dataset, out, byReader });
    return { json: { dataset, out, rows, column }, lines: [`${plural(rows, 'row')} by ${column}: ${out}`] };
  },
});
