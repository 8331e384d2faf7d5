import { curveOptionsSchema, quickMethods } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { curveLines } from '../curve-lines.ts';
import { given, integer, lpmName, optionalOneOf, outputFile } from '../options.ts';

const defaults = curveOptionsSchema.parse({ dataset: 'D' });

export const command = defineCommand({
  name: 'curve',
  summary: 'say whether more labels would help',
  description:
    'Trains a quick method on growing parts of the training and validation patients and judges each by the AUC on patients it did not learn from ' +
    '(folds, dealt by patient). Through these runs a curve, an inverse power law, from which it says what more patients would bring, as an ' +
    'interval, and which class or finding they would help most; where nothing can be said, it says why. Test patients are not touched. The ' +
    'library keeps the newest curve, which the window shows under Train. A stopped curve begins again; the features are kept.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set: of classes, grades or findings' }],
  options: {
    lpm: lpmName(defaults.lpm),
    method: optionalOneOf(
      '--method <name>',
      `quick method to train (default: that of the model in use where it is quick, else ${quickMethods[0]})`,
      quickMethods,
    ),
    more: integer('--more <n>', 'patients to be added', defaults.more),
    repeats: integer('--repeats <n>', 'how often folds and parts are drawn anew', defaults.repeats),
    folds: integer('--folds <k>', 'folds of the patients (default: 5, or as many as every class allows)', undefined),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    seed: integer('--seed <n>', 'seed of folds, parts and trainings', defaults.seed),
    out: outputFile('--out <file.csv>', 'also write the curve as a CSV file'),
  },
  examples: [
    { line: 'sidelight curve mammo', why: 'whether 100 more patients are worth their labels' },
    {
      line: 'sidelight curve mammo --more 300 --repeats 10 --out curve.csv',
      why: 'further ahead, with narrower intervals',
    },
  ],
  run: async (context, args, { out, ...options }) => {
    const services = await context.services();
    const { makeCurve } = await import('../../services/labelling/curve.ts');
    const report = await makeCurve(services, { dataset: wordArgument(args, 0), ...given(options) });
    const lines = curveLines(report);
    if (out !== undefined) {
      const { writeCurve } = await import('../../services/labelling/files.ts');
      writeCurve(report, out);
      lines.push(`Curve: ${out}`);
    }
    return { json: report, lines };
  },
});
