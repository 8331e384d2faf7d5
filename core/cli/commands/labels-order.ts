import { fewestToOrder, orderOptionsSchema, quickMethods } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatCount, plural } from '../format.ts';
import { given, integer, oneOf, outputFile, text } from '../options.ts';

const defaults = orderOptionsSchema.parse({ dataset: 'D' });

export const command = defineCommand({
  name: 'labels order',
  summary: 'put the cases of a data set in the order in which labels help most',
  description:
    'Trains a quick method on what is labelled, answers every case, and orders the cases by how unsure it is (entropy of calibrated probabilities), the ' +
    `least certain first. Images that the LPM has not read yet are read for it, once. It takes labels of ${fewestToOrder} patients of each class, or of one finding ` +
    'as present and as absent. The window shows the order under Read and label once it is turned on there. Only places are kept and written, ' +
    'never what the model says, so that readers are not led. Test patients are neither learned from nor ordered.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set: of classes, grades or findings' }],
  options: {
    lpm: text(
      '--lpm <name>',
      'name of the LPM (default: that of the model in use, else the one that comes with Sidelight)',
    ),
    method: oneOf('--method <name>', 'quick method to train', quickMethods, defaults.method),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    seed: integer('--seed <n>', 'seed of folds and trainings', defaults.seed),
    out: outputFile('--out <file.csv>', 'also write the order as a CSV file, by UID'),
  },
  examples: [{ line: 'sidelight labels order mammo --out order.csv', why: 'which studies to label next' }],
  run: async (context, args, { out, ...options }) => {
    const services = await context.services();
    const { orderCases } = await import('../../services/labelling/order.ts');
    const report = await orderCases(services, { dataset: wordArgument(args, 0), ...given(options) });
    const lines = [
      `${plural(report.cases, 'case')} of "${report.dataset}" in order of uncertainty, from the labels of ${plural(report.labelled, 'case')}` +
        ` (${plural(report.encoded, 'image')} read by the LPM for it${report.failed === 0 ? '' : `, ${formatCount(report.failed)} could not be read`}).`,
      ...(report.left.length === 0
        ? []
        : [`Not counted, because too little is known of them: ${report.left.map((name) => `"${name}"`).join(', ')}.`]),
      'Under Read and label, "by uncertainty" shows them so.',
    ];
    if (out !== undefined) {
      const { writeOrder } = await import('../../services/labelling/files.ts');
      lines.push(`Order: ${out} (${plural(writeOrder(services, report.dataset, out), 'row')})`);
    }
    return { json: report, lines };
  },
});
