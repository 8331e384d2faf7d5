import { signedNumber } from '../../base/shown-number.ts';
import { quickMethods, type TryInt8Report, tryInt8OptionsSchema } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { formatMeasure, plural } from '../format.ts';
import { given, integer, lpmName, oneOf } from '../options.ts';

const defaults = tryInt8OptionsSchema.parse({ dataset: 'D' });

export const command = defineCommand({
  name: 'lpm try-int8',
  summary: "measure what an LPM's pass in 8 bits does to your images",
  description:
    'Reads some images of a data set with the LPM as usual and in 8 bits, in turns, and says in numbers how much quicker it is on this machine, ' +
    'how many of the important tokens are the same, and what AUC a quick method reaches by cross-validation with either. Test patients are not ' +
    'touched. Decide then whether to train with --precision int8. It needs ONNX Runtime on the processor.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set, with labels' }],
  options: {
    lpm: lpmName(defaults.lpm),
    method: oneOf('--method <name>', 'quick method whose AUC is compared', quickMethods, defaults.method),
    images: integer('--images <n>', 'images to learn from and answer; whole patients', defaults.images),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    seed: integer('--seed <n>', 'seed of sample, folds and trainings', defaults.seed),
  },
  examples: [
    { line: 'sidelight lpm try-int8 mammo --lpm vit-base', why: 'before training with --precision int8' },
    { line: 'sidelight lpm try-int8 mammo --images 200', why: 'a narrower interval of the AUC' },
  ],
  run: async (context, args, options) => {
    const services = await context.services();
    const { tryInt8 } = await import('../../services/labelling/try-int8.ts');
    const report = await tryInt8(services, { dataset: wordArgument(args, 0), ...given(options) });
    return { json: report, lines: tryInt8Lines(report) };
  },
});

/** The report in words, a line a figure. */
export function tryInt8Lines(report: TryInt8Report): string[] {
  const { timeRatio, keptTokenOverlap, reads, auc } = report;
  const ratio = (value: number): string => value.toFixed(2);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const signed = (value: number): string => signedNumber(value, 3);
  return [
    `"${report.lpm}" in 8 bits at ${report.inputSize} px on ${plural(reads.length, 'image')} of "${report.dataset}" (${report.engine}):`,
    `Time: ${ratio(timeRatio.median)} of the usual way's (${ratio(timeRatio.least)} to ${ratio(timeRatio.most)}).`,
    `Important tokens that both keep: ${percent(keptTokenOverlap.mean)} (least of an image: ${percent(keptTokenOverlap.least)}).`,
    'none' in auc
      ? `AUC: not compared; ${auc.none}.`
      : `AUC (${auc.method}, ${auc.folds} folds of ${plural(auc.patients, 'patient')}, ${plural(auc.images, 'image')}): ` +
        `${formatMeasure(auc.usual)} as usual, ${formatMeasure(auc.int8)} in 8 bits; difference ${signed(auc.difference)} ` +
        `(${auc.interval === null ? 'too few patients for an interval' : `95 %: ${signed(auc.interval[0])} to ${signed(auc.interval[1])}`}).`,
    `Next: sidelight train "${report.dataset}" --lpm "${report.lpm}" --precision int8, or leave it out.`,
  ];
}
